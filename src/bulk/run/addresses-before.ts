import type { AddressSet } from '../checks/address-set.js';
import type { RunState } from '../journal/fold.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';

/**
 * Enters the addresses of all rows that got a mail, or may have got one, in earlier sessions. Needed before a row is tried
 * again that never became a mail: it was in nobody's way then, so a later row with its address may have been sent.
 */
export async function enterAddressesBefore(
  source: RecipientsSource,
  state: RunState,
  addresses: AddressSet,
): Promise<void> {
  for await (const { number, values } of source.rows()) {
    const was = state.stateOf(number);
    if (was === 'sent' || was === 'open' || was === 'unknown') addresses.add(String(values.email), number);
  }
}
