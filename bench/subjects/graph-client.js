// @microsoft/microsoft-graph-client with Nodemailer's MailComposer, four mails at a time.
import { Client } from '@microsoft/microsoft-graph-client';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { mailbox } from '../mails.js';
import { signIn } from './sign-in.js';

export const title = '@microsoft/microsoft-graph-client';
export const peer = true;

export async function open(task) {
  const token = await signIn(task);
  const client = Client.initWithMiddleware({
    authProvider: { getAccessToken: async () => token },
    baseUrl: `https://localhost:${task.port}`,
    customHosts: new Set(['localhost']),
  });
  return {
    pending: 4,
    async send(mail) {
      const mime = await new MailComposer(mail).compile().build();
      await client.api(`/users/${mailbox}/sendMail`).header('Content-Type', 'text/plain').post(mime.toString('base64'));
    },
    close() {},
  };
}
