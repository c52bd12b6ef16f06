import { GraphMailError } from '../common/errors.js';
import type { Settings } from '../options/settings.js';
import type { MailboxSelection } from '../options/types.js';
import { parseAddressList } from './address-list.js';
import { chooseMailbox } from './mailbox.js';
import { ownOptions, unprepared } from './prepare.js';
import { sendersOf } from './read-ahead.js';

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
    throw unprepared(cause);
  }
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
