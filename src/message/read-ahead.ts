import { GraphMailError } from '../common/errors.js';
import type { Settings } from '../options/settings.js';
import { composeWithin } from './body.js';
import { isStream } from './compose/content-streams.js';
import { toCrlf } from './compose/line-ends.js';
import { readHeader, unreadableHeader } from './header.js';
import type { ComposedMail } from './prepare.js';
import { addressesIn } from './recipients.js';

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
export async function readAhead(
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

/** What the header says of the senders. @throws GraphMailError `EMESSAGE` */
export function sendersOf(bytes: Buffer): [from: string[], sender: string | undefined] {
  const header = readHeader(toCrlf(bytes));
  if ('fault' in header) throw unreadableHeader(header.fault);
  return [addressesIn(header.fields, 'from'), addressesIn(header.fields, 'sender')[0]];
}

/** The failure of a message that was not what it had been when its turn came. */
export function changedFrom(): GraphMailError {
  return new GraphMailError('The raw message was changed while it waited: its From chooses another mailbox now.', {
    code: 'EENVELOPE',
    permanent: true,
    command: 'API',
    hint: 'Write each message to a file of its own, and leave it until it was sent.',
  });
}
