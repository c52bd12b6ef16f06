// The smallest program. Identity comes from the environment: AZURE_TENANT_ID, AZURE_CLIENT_ID,
// AZURE_CLIENT_CERTIFICATE_PATH and GRAPH_MAIL_MAILBOX.
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

const transporter = nodemailer.createTransport(graphTransport());
const info = await transporter.sendMail({
  from: process.env.GRAPH_MAIL_MAILBOX,
  to: process.argv[2] ?? 'ana@example.com',
  subject: 'Hello from Microsoft Graph',
  text: 'It works.',
});
console.log(info.response, info.messageId);
transporter.close();
