// Sends one mail to each row. Identity comes from the environment: AZURE_TENANT_ID, AZURE_CLIENT_ID,
// AZURE_CLIENT_CERTIFICATE_PATH and GRAPH_MAIL_MAILBOX.
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
import { sendBulk } from 'nodemailer-graph-transport/bulk';
import { invitation } from './invitation.mjs';

const transporter = nodemailer.createTransport(graphTransport());
const run = sendBulk({
  transporter,
  recipients: new URL('recipients.csv', import.meta.url),
  template: invitation,
  from: process.env.GRAPH_MAIL_MAILBOX,
});
for await (const { row, status, error } of run) console.log(status, row.values.email, error?.message ?? '');
const { sent, rejected, skipped, unknown, left } = await run.finished;
console.log({ sent, rejected, skipped, unknown, left });
transporter.close();
