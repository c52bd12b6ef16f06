import path from 'node:path';
import Email from 'email-templates';
import { createTransport } from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
import { expect, it } from 'vitest';
import { sandboxOfTest } from './support.js';

it('email-templates sends through the transport, and through a transporter of another Nodemailer', async () => {
  const sandbox = await sandboxOfTest();
  const config = {
    message: { from: 'noreply@contoso.example' },
    send: true,
    preview: false,
    views: { root: path.join(import.meta.dirname, 'views'), options: { extension: 'hbs' } },
  };
  const ways = {
    'ana@example.com': graphTransport(sandbox.options),
    'bob@example.com': createTransport(graphTransport(sandbox.options)),
  };
  for (const [to, transport] of Object.entries(ways)) {
    const email = new Email({ ...config, transport });
    const info = await email.send({ template: 'welcome', message: { to }, locals: { name: 'Ana' } });
    expect(info.accepted).toEqual([to]);
    expect(info.originalMessage).toMatchObject({ to, subject: 'Welcome, Ana!' });

    const [message] = await sandbox.messages({ recipient: to });
    expect(message.messageId).toBe(info.messageId);
    expect(message.subject).toBe('Welcome, Ana!');
    expect(message.html).toContain('<p>Welcome, <b>Ana</b>!</p>');
    expect(message.text).toContain('Welcome, Ana!');
  }
  expect(sandbox.stats().submissions).toBe(2);
});
