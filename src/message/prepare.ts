import { GraphMailError, isGraphMailError } from '../errors.js';
import type { MailboxSelection, Settings } from '../options.js';
import { toBase64 } from './base64.js';
import { type ComposedNode, composeMime, tooLarge } from './compose.js';
import { type FinishedMessage, finishMessage, type MessagePlan } from './finish.js';
import { chooseMailbox } from './mailbox.js';
import { noRecipients } from './recipients.js';

/** The part of Nodemailer's MailMessage that is used here; the object may come from any copy of Nodemailer. */
export interface ComposedMail extends MailboxSelection {
  message: ComposedNode;
}

/** A message and who sends it, before it is composed. */
export interface PreparedMessage extends MessagePlan {
  envelope: { from: string | false; to: string[] };
}

/** A message as the body of a request. */
export interface RequestBody extends Omit<FinishedMessage, 'mime'> {
  /** The MIME in base64, unwrapped. */
  body: Buffer;
  /** Bytes of MIME. */
  size: number;
}

/**
 * Settles mailbox and envelope, so that what cannot be sent fails before it waits.
 * @throws GraphMailError `EENVELOPE` or `EMESSAGE`
 */
export function prepareMessage(mail: ComposedMail, settings: Settings): PreparedMessage {
  try {
    const raw = Boolean(mail.data.raw);
    const { from, to } = mail.message.getEnvelope();
    const named = mail.message.getAddresses().from?.map(({ address }) => address) ?? [];
    const mailbox = chooseMailbox(settings, {
      // The node of a raw message knows only what the caller said beside it.
      from: named.length === 0 && raw && from ? [from] : named,
      own: mail.data.graph?.mailbox,
      mail,
    });
    const given = raw ? mail.data.envelope !== undefined || to.length > 0 : true;
    if (given && to.length === 0) throw noRecipients();
    return { mailbox, raw, envelope: { from, to: [...to] }, envelopeTo: given ? [...to] : undefined };
  } catch (cause) {
    if (isGraphMailError(cause)) throw cause;
    throw new GraphMailError(`The message cannot be prepared: ${(cause as Error).message}`, {
      code: 'EMESSAGE',
      permanent: true,
      command: 'API',
      cause,
    });
  }
}

/**
 * Composes a prepared message into a request body.
 * @throws GraphMailError not sent
 */
export async function composeBody(node: ComposedNode, plan: PreparedMessage, settings: Settings): Promise<RequestBody> {
  const { maxRequestSize, timeout } = settings;
  const maxSize = Math.floor(maxRequestSize / 4) * 3;
  const composed = await composeMime(node, { maxSize, timeout });
  if (composed === tooLarge) throw sizeError(`more than ${maxSize.toLocaleString('en')}`, maxSize, maxRequestSize);
  const { mime, ...finished } = finishMessage(composed, plan);
  if (mime.length > maxSize) throw sizeError(mime.length.toLocaleString('en'), maxSize, maxRequestSize);
  return { ...finished, body: toBase64(mime), size: mime.length };
}

function sizeError(size: string, maxSize: number, maxRequestSize: number): GraphMailError {
  return new GraphMailError(
    `The message is too large: ${size} bytes of MIME, where ${maxSize.toLocaleString('en')} fit into the ${maxRequestSize.toLocaleString('en')} bytes of a request.`,
    {
      code: 'EMESSAGE',
      permanent: true,
      command: 'API',
      hint: 'Send smaller or fewer attachments (about 2.1 MB of files fit into one message), or links to them.',
    },
  );
}
