import { BulkRun } from './bulk-run.js';
import type { BulkOptions } from './run/bulk-options.js';

/**
 * Sends one personal mail to each recipient, no faster than the mailbox may, and none twice: with a journal also across
 * crashes.
 *
 * @example
 * const run = sendBulk({ transporter, recipients: 'customers.csv', template: 'newsletter', from: 'news@contoso.com', journal: 'runs/november' });
 * for await (const { row, status } of run) console.log(row.line, status);
 * const summary = await run.finished;
 */
export function sendBulk(options: BulkOptions): BulkRun {
  return new BulkRun(options);
}
