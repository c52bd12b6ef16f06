import { shown } from '../../options/shown-value.js';
import { addressProblem } from '../common/email-address.js';
import { BulkInputError, messageOf } from '../common/errors.js';
import type { GraphTransporter } from '../common/graph-transporter.js';
import { readAddresses } from './address-field.js';

/** The sender of a mail. */
export interface Sender {
  /** Shown beside the address. */
  name?: string | undefined;
  /** The address in From. */
  address: string;
  /**
   * The mailbox that sends, an address or an object id, where it is not for the transport to choose: `graph.mailbox` of the
   * message.
   */
  mailbox?: string | undefined;
}

/**
 * A sender from `'news@x.example'`, `'News <news@x.example>'` or an object.
 * @throws BulkInputError
 */
export function toSender(value: string | Sender): Sender {
  const [sender, ...more] = read(value);
  if (!sender) throw new BulkInputError('The sender is empty: give the address in From');
  if (more.length > 0) throw new BulkInputError(`The sender, ${shown(value)}, holds more than one address`);
  const mailbox = typeof value === 'string' ? undefined : value.mailbox;
  if (mailbox !== undefined && !isMailbox(mailbox)) {
    throw new BulkInputError(`The mailbox of a sender is ${shown(mailbox)}, which is no bare address and no object id`);
  }
  return {
    ...(sender.name !== '' && { name: sender.name }),
    address: sender.address,
    ...(mailbox !== undefined && { mailbox }),
  };
}

function read(value: string | Sender) {
  try {
    return readAddresses(value, shown);
  } catch (cause) {
    throw new BulkInputError(`The sender ${messageOf(cause)}`, { cause });
  }
}

const objectId = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

function isMailbox(value: unknown): boolean {
  return typeof value === 'string' && (objectId.test(value) || addressProblem(value) === undefined);
}

/** The mailbox that a message would go from: what its limits are counted by. Throws as sending it would. */
export function mailboxOfMessage(message: object, graphTransporter: GraphTransporter | undefined): string {
  if (graphTransporter) return graphTransporter.mailboxFor(message);
  const { from } = message as { from?: { address?: string } };
  return from?.address?.toLowerCase() ?? 'transporter';
}

/** The same before there is a message, so that a mailbox that may not be used is known before anything is sent. */
export function mailboxOfSender(sender: Sender, graphTransporter: GraphTransporter | undefined): string {
  const { name = '', address, mailbox } = sender;
  const from = { name, address };
  return mailboxOfMessage({ from, to: from, ...(mailbox !== undefined && { graph: { mailbox } }) }, graphTransporter);
}

/** The domain after the @ of a message's From, for its Message-ID; a reserved name where there is none. */
export function fromDomain(message: { from?: unknown }): string {
  const domain = /@([^\s@<>",;]+)>?\s*$/.exec(addressIn(message.from))?.[1];
  return domain?.toLowerCase() ?? 'bulk.invalid';
}

function addressIn(from: unknown): string {
  if (Array.isArray(from)) return addressIn(from[0]);
  if (typeof from === 'object' && from !== null && 'address' in from) return String(from.address);
  return typeof from === 'string' ? from : '';
}
