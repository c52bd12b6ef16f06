import { GraphMailError, isGraphMailError } from '../common/errors.js';
import type { Settings } from '../options/settings.js';
import { toBase64 } from './compose/base64.js';
import { Memory } from './compose/buffer-pool.js';
import { type ComposedNode, composeMime, contentError, tooLarge } from './compose/compose.js';
import { mimeLimit } from './compose/mime-limit.js';
import { type FinishedMessage, finishMessage } from './finish.js';
import { heaviestParts, heaviestSentence } from './large/heaviest.js';
import type { HeavyAttachment } from './large/heavy-attachment.js';
import { composeLarge, type LargeMessage } from './large/large-message.js';
import type { ComposedMail, PreparedMessage } from './prepare.js';
import { refuseTooMany } from './recipients.js';

/** A message as the body of a request. */
export interface RequestBody extends Omit<FinishedMessage, 'mime'> {
  /** The MIME in base64, unwrapped. */
  body: Buffer;
  /** Bytes of MIME, and of the files that go up by themselves. */
  size: number;
  /** What is not in the body because it would not fit. */
  heavy: readonly HeavyAttachment[];
  /** Deletes temporary files. Must be called always; harmless twice. */
  release(): Promise<void>;
}

/**
 * Composes a prepared message into a request body.
 * @param memory where it is written
 * @throws GraphMailError not sent
 */
export async function composeBody(
  mail: ComposedMail,
  plan: PreparedMessage,
  settings: Settings,
  signal?: AbortSignal,
  memory = new Memory(),
): Promise<RequestBody> {
  const { mime: composed, heavy, release, finished } = await composeWhole(mail, plan, settings, signal, memory);
  try {
    plan.confirm?.(composed);
    const { mime, from, recipients, messageId } = finished ?? finishMessage(composed, plan, { memory });
    refuseTooMany(recipients, settings.maxRecipients);
    if (mime.length > mimeLimit(settings.maxRequestSize))
      throw await sizeError(mime.length.toLocaleString('en'), mail.message, settings.maxRequestSize);
    const size = heavy.reduce((sum, file) => sum + file.size, mime.length);
    const body = toBase64(mime, memory);
    memory.giveBack(composed);
    memory.giveBack(mime);
    return { from, recipients, messageId, body, size, heavy, release };
  } catch (error) {
    await release().catch(() => {});
    throw error;
  }
}

async function composeWhole(
  mail: ComposedMail,
  plan: PreparedMessage,
  settings: Settings,
  signal: AbortSignal | undefined,
  memory: Memory,
): Promise<LargeMessage & { finished?: FinishedMessage | undefined }> {
  if (plan.choices.largeMessages === 'upload' && !plan.bytes) {
    let finished: FinishedMessage | undefined;
    const sizeOf = (composed: Buffer) => {
      finished = finishMessage(composed, plan);
      return finished.mime.length;
    };
    // What was measured last is what came out.
    return { ...(await composeLarge(mail, settings, signal, sizeOf)), finished };
  }
  const mime = plan.bytes ?? (await composeWithin(mail.message, settings, signal, memory));
  return { mime, heavy: [], release: async () => {} };
}

/** Composes a message of any kind, as far as it fits into a request. */
export async function composeWithin(
  node: ComposedNode,
  settings: Settings,
  signal: AbortSignal | undefined,
  memory?: Memory,
): Promise<Buffer> {
  const maxSize = mimeLimit(settings.maxRequestSize);
  const { timeout } = settings;
  const composed = await composeMime(node, { maxSize, timeout, signal, memory }).catch((error: unknown) => {
    throw isGraphMailError(error) ? error : contentError(error);
  });
  if (composed === tooLarge)
    throw await sizeError(`more than ${maxSize.toLocaleString('en')}`, node, settings.maxRequestSize);
  return composed;
}

async function sizeError(size: string, node: ComposedNode, maxRequestSize: number): Promise<GraphMailError> {
  const fits = mimeLimit(maxRequestSize).toLocaleString('en');
  const heaviest = heaviestSentence(await heaviestParts(node));
  return new GraphMailError(
    `The message is too large: ${size} bytes of MIME, where ${fits} fit into the ${maxRequestSize.toLocaleString('en')} bytes of a request. ${heaviest}`.trimEnd(),
    {
      code: 'EMESSAGE',
      permanent: true,
      command: 'API',
      hint: "Send smaller or fewer attachments (about 2.1 MB of files fit into one message), or links to them; or let them be uploaded with the option largeMessages: 'upload'.",
    },
  );
}
