import { GraphMailError, isGraphMailError } from '../common/errors.js';
import { chosenByMessage, messageChoiceNames, wrongMessageChoice } from '../options/message-options.js';
import type { MailerOptions, Settings } from '../options/settings.js';
import { shown, shownName } from '../options/shown-value.js';
import type { MailboxSelection } from '../options/types.js';
import { composeWithin } from './body.js';
import { checkContentStreams, isStream, refuseAccess } from './common/content.js';
import type { ComposedMail, ComposedNode, PreparedMessage } from './common/types.js';
import { toCrlf } from './compose/encodings.js';
import { parseAddressList } from './header/address-list.js';
import { dateField } from './header/date.js';
import { readHeader, unreadableHeader } from './header/header.js';
import { addressesIn, noRecipients, refuseTooMany } from './header/recipients.js';
import { chooseMailbox } from './mailbox.js';
import { checkMessageData } from './message-data.js';

/**
 * Determines mailbox and envelope, so that an unsendable message fails before it waits. Gives a promise only for a raw
 * message whose own From chooses the mailbox, as its bytes must be read for that.
 * @param signal ends that reading
 * @throws GraphMailError `EENVELOPE`, `EMESSAGE`, `ESTREAM`, `EMAXRECIPIENTS`, `ECONFIG`, `EFILEACCESS` or `EURLACCESS`
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
    checkMessageData(mail.data as Record<string, unknown>);
    protectParts(mail.message, settings.mailer);
    checkContentStreams(mail.message, mail.data.raw);
    if (!raw) settleDate(mail.message);
    const { from, to } = mail.message.getEnvelope();
    const envelopeTo = envelopeRecipients(mail.data, to);
    if (envelopeTo?.length === 0) throw noRecipients();
    refuseTooMany(to, settings.maxRecipients);
    const { delivery, onUnknown, largeMessages } = settings;
    const choices = { delivery, onUnknown, largeMessages, ...chosenByMessage(own) };
    const plan = { raw, envelope: { from, to: [...to] }, envelopeTo, bytes: undefined, choices };
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
          throw prepareError(cause);
        });
    }
    // Parsed once more by Nodemailer, so only where the answer matters.
    const { from: authors, sender } = settings.mailbox === 'from' ? mail.message.getAddresses() : {};
    return { ...plan, mailbox: choose(authors?.map(({ address }) => address) ?? [], sender?.[0]?.address) };
  } catch (cause) {
    throw prepareError(cause);
  }
}

/**
 * The mailbox that would send a message, told from what is passed to `sendMail`, before Nodemailer composes anything.
 * @throws GraphMailError `EENVELOPE` or `ECONFIG`; `EMESSAGE` for what the function `mailbox` throws
 */
export function mailboxFor(
  data: MailboxSelection['data'],
  settings: Pick<Settings, 'mailbox' | 'allowedMailboxes'>,
): string {
  try {
    const own: unknown = ownOptions(data.graph).mailbox;
    const byFrom = settings.mailbox === 'from' && own === undefined;
    const [from, sender] = byFrom ? senders(data) : [[], undefined];
    return chooseMailbox(settings, { from, sender, own, mail: { data } });
  } catch (cause) {
    throw prepareError(cause);
  }
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

/** `graph: { … }` of a message. */
export function ownOptions(value: unknown): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw ownError(`The message's graph is ${shown(value)}; expected an object.`);
  const known: readonly string[] = ['mailbox', ...messageChoiceNames];
  const own = value as Record<string, unknown>;
  const unknown = Object.keys(own).find((name) => !known.includes(name));
  if (unknown)
    throw ownError(
      `The message's graph has an unknown option ${shownName(unknown)}; it knows '${known.join("', '")}'.`,
    );
  const wrong = wrongMessageChoice(own);
  if (wrong) throw ownError(`The message's graph option ${wrong}`);
  return own;
}

function ownError(message: string): GraphMailError {
  return new GraphMailError(message, { code: 'ECONFIG', permanent: true, command: 'API' });
}

/** Recipients that the envelope settles, or `undefined` when a raw message's header alone says who gets it. */
export function envelopeRecipients(data: MailboxSelection['data'], to: readonly string[]): string[] | undefined {
  return !data.raw || data.envelope || to.length > 0 ? [...to] : undefined;
}

type NormalizeHeaderKey = NonNullable<ComposedNode['normalizeHeaderKey']>;

/**
 * Sets on every part of a message what Nodemailer itself would have set, had it known the transport's options: the last
 * point at which files and URLs can be refused before they are read.
 */
function protectParts(node: ComposedNode, options: MailerOptions): void {
  if (options.disableFileAccess) node.disableFileAccess = true;
  if (options.disableUrlAccess) node.disableUrlAccess = true;
  const normalize = node.normalizeHeaderKey || options.normalizeHeaderKey;
  if (typeof normalize === 'function') node.normalizeHeaderKey = guarded(node, normalize);
  for (const child of node.childNodes ?? []) protectParts(child, options);
}

/**
 * The user's function for names of header fields. Nodemailer calls it where what it throws cannot be caught, so the
 * node's content becomes the error; and Nodemailer 7 and 8 write the line breaks that the function returns.
 */
function guarded(node: ComposedNode, normalize: NormalizeHeaderKey): NormalizeHeaderKey {
  return (...field) => {
    try {
      const name: unknown = normalize(...field);
      return typeof name === 'string' ? name.replace(/\p{Cc}+/gu, '') : '';
    } catch (error) {
      node.content = error instanceof Error ? error : new Error(String(error));
      return '';
    }
  };
}

/**
 * Writes the `Date` of a composed message as RFC 5322 §3.3 wants it, whether it was given in `date` or in `headers`:
 * Nodemailer does so for a Date alone, and puts anything else into the header as it is.
 */
function settleDate(message: ComposedNode): void {
  const given = message.getHeader?.('Date');
  // Without one, Nodemailer writes the current date.
  if (!given) return;
  // `{ prepared: true, value }` is Nodemailer's form for a header that is to stay as it is.
  const value = typeof given === 'object' && 'value' in given ? given.value : given;
  message.setHeader?.('Date', dateField(value));
}

/** The bytes of a raw message whose mailbox is not known yet, and whether they can be had again when its turn comes. */
async function readAhead(
  mail: ComposedMail,
  settings: Settings,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Buffer; again: boolean }> {
  const { raw } = mail.data;
  if (typeof raw === 'string' || raw instanceof Uint8Array) return { bytes: Buffer.from(raw as string), again: true };
  return {
    bytes: await composeWithin(mail.message, settings, signal),
    again: !isStream(raw) && typeof raw.path === 'string' && !raw.href,
  };
}

/** The error for a raw message that changed while it waited. */
function changedFrom(): GraphMailError {
  return new GraphMailError('The raw message was changed while it waited: its From chooses another mailbox now.', {
    code: 'EENVELOPE',
    permanent: true,
    command: 'API',
    hint: 'Write each message to a file of its own, and leave it until it was sent.',
  });
}

/** What the header says of the senders. @throws GraphMailError `EMESSAGE` */
function sendersOf(bytes: Buffer): [from: string[], sender: string | undefined] {
  const header = readHeader(toCrlf(bytes));
  if ('fault' in header) throw unreadableHeader(header.fault);
  return [addressesIn(header.fields, 'from'), addressesIn(header.fields, 'sender')[0]];
}

function senders({ raw, from, sender }: MailboxSelection['data']): [from: string[], sender: string | undefined] {
  if (!raw) return [addresses('from', from), addresses('sender', sender)[0]];
  if (typeof raw === 'string' || raw instanceof Uint8Array) return sendersOf(Buffer.from(raw as string));
  throw unclear('The mailbox of a raw message that is a stream or a file is known only when it is sent.');
}

/** Of what Nodemailer takes as an address field: text, an object with the address, or several of either. */
function addresses(name: string, value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.flatMap((one) => addresses(name, one));
  const { address = undefined } = typeof value === 'object' ? (value as { address?: unknown }) : {};
  const list = parseAddressList(String(address ?? value));
  if ('fault' in list) throw unclear(`'${name}' cannot be understood: ${list.fault}.`);
  return list.addresses;
}

function unclear(message: string): GraphMailError {
  return new GraphMailError(message, {
    code: 'EENVELOPE',
    permanent: true,
    command: 'API',
    hint: 'Name the mailbox in graph.mailbox, or give from as { name, address }.',
  });
}

/** The failure to prepare a message, whatever it was. */
function prepareError(cause: unknown): GraphMailError {
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
