import type { GraphFace } from '../common/graph-transporter.js';
import type { Sender } from '../message/sender.js';

/** The mailbox that a message would go from: what its limits are counted by. Throws as sending it would. */
export function mailboxOfMessage(message: object, face: GraphFace | undefined): string {
  if (face) return face.mailboxFor(message);
  const { from } = message as { from?: { address?: string } };
  return from?.address?.toLowerCase() ?? 'transporter';
}

/** The same before there is a message, so that a mailbox that may not be used is known before anything is sent. */
export function mailboxOfSender(sender: Sender, face: GraphFace | undefined): string {
  const { name = '', address, mailbox } = sender;
  const from = { name, address };
  return mailboxOfMessage({ from, to: from, ...(mailbox !== undefined && { graph: { mailbox } }) }, face);
}
