import { randomUUID } from 'node:crypto';
import nodemailer from 'nodemailer';
import { expect, it } from 'vitest';
import { readBounces } from '../../../src/bulk/bounces/read-bounces.js';
import { graphTransport } from '../../../src/index.js';
import { startSandbox } from '../../../src/sandbox/index.js';

it.each([
  ['of another domain', () => 'zoe@gone.example', '5.1.1'],
  ['of its own tenant', (domain: string) => `nobody@${domain}`, '5.1.10'],
])('a mail to an address %s that nobody has comes back, and is known again', async (_, address, status) => {
  const clientId = randomUUID();
  const apps = [{ clientId, certificates: [], roles: ['Mail.Send', 'Mail.Read'] }];
  await using sandbox = await startSandbox({ clientId, apps, undeliverable: ['gone.example'] });
  const { mailbox } = sandbox.options;
  const transporter = nodemailer.createTransport(graphTransport(sandbox.options));
  const to = address(mailbox.slice(mailbox.indexOf('@') + 1));
  const mail = { from: mailbox, to: { name: 'Zoë', address: to }, subject: 'Grüße', text: 'Hello' };
  const { messageId } = await transporter.sendMail(mail);
  const found = [];
  for await (const bounce of readBounces({ transporter, mailbox, since: new Date(0) })) found.push(bounce);
  transporter.close();
  expect(found).toMatchObject([
    { originalMessageId: messageId, recipients: [{ address: to, action: 'failed', status, hard: true }] },
  ]);
});
