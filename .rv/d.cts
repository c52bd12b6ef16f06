import nodemailer = require("nodemailer");
import { graphTransport } from 'nodemailer-graph-transport';
import { sendBulk, type BulkResult, type BulkSummary, type BulkProgress, BulkInputError, JournalError } from 'nodemailer-graph-transport/bulk';
const transporter = nodemailer.createTransport(graphTransport({ mailbox: 'a@b.cc' }));
const json = nodemailer.createTransport({ jsonTransport: true });
const smtp = nodemailer.createTransport({ host: 'x', pool: true });
interface Customer { email: string; name: string }
const customers: Customer[] = [{ email: 'a@b.cc', name: 'x' }];
async function m() { for (const t of [transporter, json, smtp]) {
  const run = sendBulk({ transporter: t, recipients: customers, template: (row) => ({ subject: String(row.name), text: 'x' }), from: 'a@b.cc', signal: new AbortController().signal });
  run.on('progress', (p: BulkProgress) => p.left);
  run.on('throttled', ({ mailbox, until }) => [mailbox.length, until?.toFixed()]);
  for await (const result of run) { const s: BulkResult['status'] = result.status; void s; void result.error?.message; }
  const end: BulkSummary = await run.finished; void end.sent;
}
}
sendBulk({ transporter: json, recipients: 'c.csv', template: 'folder', journal: 'x', unknown: 'verify', retryFailed: true, rate: false, perDay: 5, patience: 3, maxErrors: '5%' });
// @ts-expect-error no such option
sendBulk({ transporter: json, recipients: 'c.csv', template: 'folder', nope: 1 });
void BulkInputError; void JournalError;
