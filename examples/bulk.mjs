// Sends the newsletter to all recipients in its list: node examples/bulk.mjs
// The identity and the mailbox that sends are in the environment: AZURE_TENANT_ID and so on, GRAPH_MAIL_MAILBOX.
// Start it again after a crash or Ctrl-C, and it goes on where it was.
import { fileURLToPath } from 'node:url';
import { createGraphTransporter } from 'nodemailer-graph-transport';
import { printTotals, sendBulk } from 'nodemailer-graph-transport/bulk';

const newsletter = fileURLToPath(new URL('newsletter/', import.meta.url));
const transporter = createGraphTransporter({});
const run = sendBulk({
  transporter,
  recipients: `${newsletter}recipients.csv`,
  template: `${newsletter}template`,
  from: { name: 'Lantern Reading Club', address: process.env.GRAPH_MAIL_MAILBOX },
  journal: process.argv[2] ?? 'mail-runs/newsletter',
  rate: false, // for the sandbox alone: leave it out where people are to read the mail
});
process.once('SIGINT', () => run.stop());

for await (const { row, status, error, reason } of run) {
  if (status !== 'sent') console.log(`line ${row.line}: ${status}: ${error?.message ?? reason}`);
}
const summary = await run.finished;
console.log(printTotals(summary));
transporter.close();
process.exitCode = summary.left + summary.unknown > 0 ? 1 : 0;
