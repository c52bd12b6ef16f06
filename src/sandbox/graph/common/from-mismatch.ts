import type { Envelope } from '../../model/envelope.js';
import type { Mailbox } from '../../model/mailbox.js';

/**
 * What becomes of a `From` that is not the mailbox's own, of which reports differ: refused with `ErrorSendAsDenied`,
 * replaced by the mailbox's primary address, or taken as it is (as with the right to send as another user).
 * (fact from-1)
 */
export type FromMismatch = 'deny' | 'rewrite' | 'allow';

/**
 * Whether the message may go out, and the `From` line that recipients see instead of the uploaded one. `maySendAs` tells
 * for which other addresses the mailbox holds the right.
 */
export function checkFrom(
  envelope: Envelope,
  mailbox: Mailbox,
  mismatch: FromMismatch,
  maySendAs: (address: string) => boolean,
  aliasInFrom: 'kept' | 'primary' = 'kept',
): { allowed: boolean; rewritten: string | undefined } {
  const present = envelope.fields.some((field) => field.name.toLowerCase() === 'from');
  if (!present) return { allowed: true, rewritten: mailbox.address };
  const rightful =
    envelope.from.length > 0 &&
    envelope.from.every(({ address }) => mailbox.addresses.has(address.toLowerCase()) || maySendAs(address));
  const isAlias = envelope.from.every(({ address }) => {
    const lower = address.toLowerCase();
    return mailbox.addresses.has(lower) && lower !== mailbox.address.toLowerCase();
  });
  if (rightful && isAlias && aliasInFrom === 'primary') return { allowed: true, rewritten: mailbox.address };
  if (rightful || mismatch === 'allow') return { allowed: true, rewritten: undefined };
  return { allowed: mismatch === 'rewrite', rewritten: mailbox.address };
}
