import { GraphMailError, isGraphMailError } from '../errors.js';
import { shown } from '../option-checks.js';
import type { MailboxSelection } from '../option-types.js';
import type { Settings } from '../settings.js';
import { refuseAccess } from './access.js';
import { toBase64 } from './base64.js';
import { type ComposedNode, composeMime, contentError, tooLarge } from './compose.js';
import { checkContentStreams } from './content-streams.js';
import { type FinishedMessage, finishMessage, type MessagePlan } from './finish.js';
import { readHeader } from './header.js';
import { toCrlf } from './line-ends.js';
import { chooseMailbox } from './mailbox.js';
import { protectParts } from './protect.js';
import { addressesIn, noRecipients } from './recipients.js';

/** The part of Nodemailer's MailMessage that is used here; the object may come from any copy of Nodemailer. */
export interface ComposedMail extends MailboxSelection {
  message: ComposedNode;
}

/** A message and who sends it, before it is composed. */
export interface PreparedMessage extends MessagePlan {
  envelope: { from: string | false; to: string[] };
  /** The bytes, where they had to be read to know the mailbox and cannot be read again. */
  bytes: Buffer | undefined;
  /** Refuses bytes that would have chosen another mailbox, where they are read a second time. */
  confirm?: (composed: Buffer) => void;
}

/** A message as the body of a request. */
export interface RequestBody extends Omit<FinishedMessage, 'mime'> {
  /** The MIME in base64, unwrapped. */
  body: Buffer;
  /** Bytes of MIME. */
  size: number;
}

/**
 * Settles mailbox and envelope, so that what cannot be sent fails before it waits. Gives a promise only for a raw message
 * whose own From chooses the mailbox, as its bytes must be read for that.
 * @param signal ends that reading
 * @throws GraphMailError `EENVELOPE`, `EMESSAGE`, `EMAXRECIPIENTS`, `ECONFIG`, `EFILEACCESS` or `EURLACCESS`
 */
export function prepareMessage(
  mail: ComposedMail,
  settings: Settings,
  signal?: AbortSignal,
): PreparedMessage | Promise<PreparedMessage> {
  try {
    const raw = Boolean(mail.data.raw);
    const own = ownOptions(mail.data.graph);
    refuseAccess(mail.data, mail.data, settings.mailer);
    protectParts(mail.message, settings.mailer);
    checkContentStreams(mail.message, mail.data.raw);
    const { from, to } = mail.message.getEnvelope();
    const given = raw ? Boolean(mail.data.envelope) || to.length > 0 : true;
    if (given && to.length === 0) throw noRecipients();
    refuseTooMany(to, settings.maxRecipients);
    const addresses = mail.message.getAddresses();
    const plan = { raw, envelope: { from, to: [...to] }, envelopeTo: given ? [...to] : undefined, bytes: undefined };
    const choose = (senders: string[], sender: string | undefined) =>
      chooseMailbox(settings, { from: senders, sender, own: own.mailbox, mail });
    if (raw && settings.mailbox === 'from' && own.mailbox === undefined) {
      const chosenBy = (bytes: Buffer) => choose(...sendersOf(bytes));
      return readAhead(mail, settings, signal)
        .then(({ bytes, again }) => {
          const mailbox = chosenBy(bytes);
          const confirm = (composed: Buffer) => {
            if (chosenBy(composed) !== mailbox) throw changedFrom();
          };
          return again ? { ...plan, mailbox, confirm } : { ...plan, mailbox, bytes };
        })
        .catch((cause: unknown) => {
          throw unprepared(cause);
        });
    }
    const named = addresses.from?.map(({ address }) => address) ?? [];
    return { ...plan, mailbox: choose(named, addresses.sender?.[0]?.address) };
  } catch (cause) {
    throw unprepared(cause);
  }
}

function unprepared(cause: unknown): GraphMailError {
  if (isGraphMailError(cause)) return cause;
  return new GraphMailError(
    `The message cannot be prepared: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      code: 'EMESSAGE',
      permanent: true,
      command: 'API',
      cause,
    },
  );
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

async function composeWithin(node: ComposedNode, settings: Settings, signal: AbortSignal | undefined): Promise<Buffer> {
  const maxSize = mimeLimit(settings.maxRequestSize);
  const composed = await composeMime(node, { maxSize, timeout: settings.timeout, signal }).catch((error: unknown) => {
    throw isGraphMailError(error) ? error : contentError(error);
  });
  if (composed === tooLarge) throw sizeError(`more than ${maxSize.toLocaleString('en')}`, settings.maxRequestSize);
  return composed;
}

/**
 * Whether a message must be read before its mailbox is known: a raw one whose own From chooses it, unless its bytes are at
 * hand anyway.
 */
export function mustBeRead(mail: ComposedMail | undefined, settings: Settings): boolean {
  const data = mail?.data;
  if (!data?.raw || settings.mailbox !== 'from' || data.graph?.mailbox !== undefined) return false;
  return typeof data.raw !== 'string' && !(data.raw instanceof Uint8Array);
}

/** The bytes of a raw message whose mailbox is not known yet, and whether they can be had again when its turn comes. */
async function readAhead(
  mail: ComposedMail,
  settings: Settings,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Buffer; again: boolean }> {
  const { raw } = mail.data;
  if (typeof raw === 'string' || raw instanceof Uint8Array) return { bytes: Buffer.from(raw as string), again: true };
  return { bytes: await composeWithin(mail.message, settings, signal), again: typeof raw.path === 'string' };
}

function sendersOf(bytes: Buffer): [from: string[], sender: string | undefined] {
  const header = readHeader(toCrlf(bytes));
  if ('fault' in header) return [[], undefined];
  return [addressesIn(header.fields, 'from'), addressesIn(header.fields, 'sender')[0]];
}

function changedFrom(): GraphMailError {
  return new GraphMailError('The raw message was changed while it waited: its From chooses another mailbox now.', {
    code: 'EENVELOPE',
    permanent: true,
    command: 'API',
    hint: 'Write each message to a file of its own, and leave it until it was sent.',
  });
}

/** `graph: { … }` of a message. */
export function ownOptions(value: unknown): { mailbox?: unknown } {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null)
    throw ownError(`The message's graph is ${shown(value)}; expected an object.`);
  const unknown = Object.keys(value).find((name) => name !== 'mailbox');
  if (unknown) throw ownError(`The message's graph has an unknown option '${unknown}'; it knows 'mailbox'.`);
  return value;
}

function ownError(message: string): GraphMailError {
  return new GraphMailError(message, { code: 'ECONFIG', permanent: true, command: 'API' });
}

function refuseTooMany(recipients: readonly string[], most: number | undefined): void {
  if (most === undefined || recipients.length <= most) return;
  throw new GraphMailError(`The message has ${recipients.length} recipients, where maxRecipients allows ${most}.`, {
    code: 'EMAXRECIPIENTS',
    permanent: true,
    command: 'API',
    hint: 'Send it in several messages, or allow more with the option maxRecipients.',
  });
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
