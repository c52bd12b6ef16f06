import { canonicalAddress, hasAsciiLocalPart } from '../../common/canonical-address.js';
import { GraphMailError } from '../../common/errors.js';
import { parseAddressList } from './address-list.js';
import { fieldsNamed, type HeaderField } from './header.js';

/** What must be done so that header and envelope name the same recipients. */
export interface Reconciliation {
  /** The envelope's recipients, each once. */
  recipients: string[];
  /** Those that no header names: they go into Bcc. */
  bccMissing: string[];
}

/**
 * Graph knows no envelope: it delivers to the To, Cc and Bcc of the header. So what the envelope adds must become a Bcc,
 * and what it leaves out cannot be left out. (facts send-10, send-11)
 * @param envelope recipients of the envelope, or `undefined` to take the header's
 * @throws GraphMailError `EENVELOPE`
 */
export function reconcileRecipients(
  fields: readonly HeaderField[],
  envelope: readonly string[] | undefined,
): Reconciliation {
  const named = ['to', 'cc', 'bcc'].flatMap((name) => addressesIn(fields, name));
  const known = new Set(named);
  const inHeader = byMeaning(named);
  const wanted = envelope ? byMeaning(envelope) : inHeader;
  // What the header gave was read as an address there.
  refuseMalformed((envelope ?? []).filter((address) => !known.has(address)));
  if (wanted.size === 0) throw noRecipients();
  const leftOut = [...inHeader].filter(([key]) => !wanted.has(key)).map(([, address]) => address);
  const recipients = [...wanted.values()];
  const unsendable = [...recipients, ...leftOut].filter((address) => !hasAsciiLocalPart(address));
  if (unsendable.length > 0) {
    throw envelopeError(
      `Recipients with letters outside ASCII before the @ cannot be sent to: ${unsendable.join(', ')}.`,
      unsendable,
      'What Microsoft Graph does with such addresses is not documented. Use another address of that person.',
    );
  }
  if (leftOut.length > 0) {
    throw envelopeError(
      `The header names recipients that the envelope leaves out: ${leftOut.join(', ')}. Graph would deliver to them.`,
      leftOut,
      'Microsoft Graph takes recipients from To, Cc and Bcc. Take these addresses out of the message, or put them into the envelope.',
    );
  }
  return { recipients, bccMissing: [...wanted].filter(([key]) => !inHeader.has(key)).map(([, address]) => address) };
}

/** Envelope addresses are written into a header field, where anything but an address would be something else. */
function refuseMalformed(addresses: readonly string[]): void {
  const malformed = addresses.filter((address) => {
    const list = parseAddressList(address);
    return 'fault' in list || list.addresses.length !== 1 || list.addresses[0] !== address;
  });
  if (malformed.length === 0) return;
  throw envelopeError(
    `The envelope names recipients that are no address: ${malformed.map((address) => JSON.stringify(address)).join(', ')}.`,
    malformed,
    'Give each recipient as one address, for instance ana@example.com.',
  );
}

/** @throws GraphMailError `EMAXRECIPIENTS` */
export function refuseTooMany(recipients: readonly string[], most: number | undefined): void {
  if (most !== undefined && recipients.length > most) throw tooManyRecipients(recipients.length, most);
}

/** The failure of a message with more recipients than `maxRecipients` allows. */
export function tooManyRecipients(recipients: number, most: number): GraphMailError {
  return new GraphMailError(`The message has ${recipients} recipients, where maxRecipients allows ${most}.`, {
    code: 'EMAXRECIPIENTS',
    permanent: true,
    command: 'API',
    hint: 'Send it in several messages, or allow more with the option maxRecipients.',
  });
}

/** The failure of a message without recipients. */
export function noRecipients(): GraphMailError {
  return envelopeError('No recipients defined.', undefined, 'Give at least one address in to, cc or bcc.');
}

/** The addresses of one header field, which may occur once (Bcc may be split). */
export function addressesIn(fields: readonly HeaderField[], name: string): string[] {
  const found = fieldsNamed(fields, name);
  if (found.length > 1 && name !== 'bcc') {
    throw envelopeError(
      `The message has ${found.length} ${found[0]?.name} fields; RFC 5322 allows one, and which of them Graph reads is not known.`,
      undefined,
      `Put all addresses into one ${found[0]?.name} field.`,
    );
  }
  return found.flatMap((field) => {
    const list = parseAddressList(field.value);
    if ('addresses' in list) return list.addresses;
    throw envelopeError(
      `The ${field.name} field cannot be understood without doubt: ${list.fault}.`,
      undefined,
      'Microsoft Graph takes addresses from the header; write the field as RFC 5322 says, for instance "Ana Lima" <ana@example.com>, bob@example.com.',
    );
  });
}

/** Each address once, in the order and spelling of its first mention, by what it means to Exchange. */
function byMeaning(addresses: readonly string[]): Map<string, string> {
  const first = new Map<string, string>();
  for (const address of addresses) {
    const key = canonicalAddress(address);
    if (!first.has(key)) first.set(key, address);
  }
  return first;
}

function envelopeError(message: string, rejected: string[] | undefined, hint: string): GraphMailError {
  return new GraphMailError(message, { code: 'EENVELOPE', permanent: true, command: 'API', rejected, hint });
}
