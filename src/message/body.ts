import { GraphMailError, isGraphMailError } from '../errors.js';
import type { Settings } from '../settings.js';
import { toBase64 } from './base64.js';
import { type ComposedNode, composeMime, contentError, tooLarge } from './compose.js';
import { type FinishedMessage, finishMessage } from './finish.js';
import type { PreparedMessage } from './prepare.js';
import { refuseTooMany } from './recipients.js';

/** A message as the body of a request. */
export interface RequestBody extends Omit<FinishedMessage, 'mime'> {
  /** The MIME in base64, unwrapped. */
  body: Buffer;
  /** Bytes of MIME. */
  size: number;
}

/**
 * Composes a prepared message into a request body.
 * @throws GraphMailError not sent
 */
export async function composeBody(
  node: ComposedNode,
  plan: PreparedMessage,
  settings: Settings,
  signal?: AbortSignal,
): Promise<RequestBody> {
  const composed = plan.bytes ?? (await composeWithin(node, settings, signal));
  plan.confirm?.(composed);
  const { mime, ...finished } = finishMessage(composed, plan);
  refuseTooMany(finished.recipients, settings.maxRecipients);
  const maxSize = mimeLimit(settings.maxRequestSize);
  if (mime.length > maxSize) throw sizeError(mime.length.toLocaleString('en'), settings.maxRequestSize);
  return { ...finished, body: toBase64(mime), size: mime.length };
}

/** Composes a message of any kind, as far as it fits into a request. */
export async function composeWithin(
  node: ComposedNode,
  settings: Settings,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const maxSize = mimeLimit(settings.maxRequestSize);
  const composed = await composeMime(node, { maxSize, timeout: settings.timeout, signal }).catch((error: unknown) => {
    throw isGraphMailError(error) ? error : contentError(error);
  });
  if (composed === tooLarge) throw sizeError(`more than ${maxSize.toLocaleString('en')}`, settings.maxRequestSize);
  return composed;
}

/** Bytes of MIME whose base64 fits into a request. */
export function mimeLimit(maxRequestSize: number): number {
  return Math.floor(maxRequestSize / 4) * 3;
}

function sizeError(size: string, maxRequestSize: number): GraphMailError {
  const fits = mimeLimit(maxRequestSize).toLocaleString('en');
  return new GraphMailError(
    `The message is too large: ${size} bytes of MIME, where ${fits} fit into the ${maxRequestSize.toLocaleString('en')} bytes of a request.`,
    {
      code: 'EMESSAGE',
      permanent: true,
      command: 'API',
      hint: 'Send smaller or fewer attachments (about 2.1 MB of files fit into one message), or links to them.',
    },
  );
}
