import { randomUUID } from 'node:crypto';
import { domainOf, hasAsciiLocalPart, isGuid } from '../common/canonical-address.js';
import { GraphMailError, isGraphMailError } from '../common/errors.js';
import type { Settings } from '../options/settings.js';
import { BufferPool } from './common/buffer-pool.js';
import type { ComposedMail, ComposedNode, MessagePlan, PreparedMessage } from './common/types.js';
import { composeMime } from './compose/compose.js';
import { mimeLimit, toBase64, toCrlf } from './compose/encodings.js';
import { contentError, tooLarge } from './compose/nodemailer-streams.js';
import { editHeader, fieldsNamed, type HeaderField, readHeader, unreadableHeader } from './header/header.js';
import { addressesIn, reconcileRecipients, refuseTooMany } from './header/recipients.js';
import type { HeavyAttachment } from './large/heavy-attachment.js';
import { composeLarge, type LargeMessage } from './large/large-message.js';
import { heaviestParts, heaviestSentence } from './large/parts.js';

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

/** A message as Graph is to get it. */
interface FinishedMessage {
  mime: Buffer;
  from: string;
  recipients: string[];
  /** As it stands in the bytes. */
  messageId: string;
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
  memory = new BufferPool(),
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
  memory: BufferPool,
): Promise<LargeMessage & { finished?: FinishedMessage | undefined }> {
  if (plan.choices.largeMessages === 'upload' && !plan.bytes) {
    let finished: FinishedMessage | undefined;
    const sizeOf = (composed: Buffer) => {
      finished = finishMessage(composed, plan);
      return finished.mime.length;
    };
    // The version measured last is the final one.
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
  memory?: BufferPool,
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

/**
 * Settles the bytes: CRLF line ends, a header that names exactly the envelope's recipients, a From and a Message-ID.
 * A message that needs none of it keeps its bytes.
 * @throws GraphMailError `EENVELOPE` or `EMESSAGE`
 * @internal
 */
export function finishMessage(
  composed: Buffer,
  plan: MessagePlan,
  { newId = randomUUID, memory }: { newId?: () => string; memory?: BufferPool } = {},
): FinishedMessage {
  const mime = toCrlf(composed, memory);
  const header = readHeader(mime);
  if ('fault' in header) throw unreadableHeader(header.fault);
  const { fields } = header;
  const { recipients, bccMissing } = reconcileRecipients(fields, plan.envelopeTo);
  const senders = addressesIn(fields, 'from');
  const from = senders[0] ?? missingFrom(plan);
  const unsendable = senders.find((address) => !hasAsciiLocalPart(address));
  if (unsendable)
    throw fromError(
      `From has letters outside ASCII before the @: ${unsendable}.`,
      'Send from another address of that mailbox.',
    );

  // New fields replace those of the same name, which may be empty.
  const replaced: string[] = [];
  const added: string[] = [];
  const write = (name: string, value: string) => {
    replaced.push(name.toLowerCase());
    added.push(`${name}: ${value}`);
  };
  if (senders.length === 0) write('From', from);
  const messageId = messageIdIn(fields) ?? `<${newId()}@${domainOf(from)}>`;
  if (messageIdIn(fields) === undefined) write('Message-ID', messageId);
  if (bccMissing.length > 0 || fieldsNamed(fields, 'bcc').length > 1)
    write('Bcc', [...addressesIn(fields, 'bcc'), ...bccMissing].join(',\r\n '));
  const removed = fields.filter(({ name }) => replaced.includes(name.toLowerCase()));
  return { mime: editHeader(mime, header, removed, added), from, recipients, messageId };
}

function missingFrom(plan: MessagePlan): string {
  if (!plan.raw && !isGuid(plan.mailbox)) return plan.mailbox;
  throw fromError(
    'The message has no From.',
    plan.raw
      ? 'A raw message must bring its own From field.'
      : 'The mailbox is given by object id, so its address is not known: give from.',
  );
}

function messageIdIn(fields: readonly HeaderField[]): string | undefined {
  return fieldsNamed(fields, 'message-id')[0]?.value || undefined;
}

function fromError(message: string, hint: string): GraphMailError {
  return new GraphMailError(message, { code: 'EENVELOPE', permanent: true, command: 'API', hint });
}
