import { code, table } from '../elements/dom.js';
import type { Faults } from './fault-types.js';

/** The addresses that cause a fault by themselves. */
export function magicRecipients(recipients: NonNullable<Faults['recipients']>): HTMLElement {
  const rows = recipients.map(({ address, does }) => [code(address), does]);
  return table('Recipients that cause faults', ['To', 'What happens'], rows);
}
