// This transport, signed in by certificate. Its budget of bytes per mailbox is off, as it would wait for Graph's 5 minutes.
import { createTransport } from 'nodemailer';
import { mailbox } from '../mails.js';
import { openTransport } from '../transport.js';
import { clientId, tenantId } from './sign-in.js';

export const title = 'nodemailer-graph-transport';

export async function open({ port, identity }) {
  const host = `https://localhost:${port}`;
  const options = {
    tenantId,
    clientId,
    certificatePath: identity,
    mailbox,
    cloud: { authorityHost: host, graphHost: host },
  };
  const transporter = createTransport(openTransport(options, { uploadBudget: false }));
  return {
    // Four in flight and as many waiting: what a loop over isIdle() comes to.
    pending: 8,
    send: (mail) => transporter.sendMail(mail),
    close: () => transporter.close(),
  };
}
