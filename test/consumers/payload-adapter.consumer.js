import { nodemailerAdapter } from '@payloadcms/email-nodemailer';
import { createTransport } from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
import { expect, it, onTestFinished, vi } from 'vitest';
import { sandboxOfTest } from './support.js';

it('@payloadcms/email-nodemailer verifies and sends, given the transport or a transporter', async () => {
  const sandbox = await sandboxOfTest();
  const error = vi.spyOn(console, 'error');
  onTestFinished(() => vi.restoreAllMocks());
  const sender = { defaultFromAddress: 'noreply@contoso.example', defaultFromName: 'Contoso' };
  const ways = {
    'ana@example.com': { transportOptions: graphTransport(sandbox.options) },
    'bob@example.com': { transport: createTransport(graphTransport(sandbox.options)) },
  };
  for (const [to, way] of Object.entries(ways)) {
    const adapter = await nodemailerAdapter({ ...sender, ...way });
    const email = adapter({ payload: undefined });
    const info = await email.sendEmail({ to, subject: 'Verify your address', html: '<p>Click</p>' });

    const [message] = await sandbox.messages({ recipient: to });
    expect(message).toMatchObject({
      messageId: info.messageId,
      from: { name: 'Contoso', address: 'noreply@contoso.example' },
      subject: 'Verify your address',
    });
    expect(message.html).toContain('<p>Click</p>');
  }
  expect(error).not.toHaveBeenCalled();
  expect(sandbox.stats()).toMatchObject({ submissions: 2, tokenRequests: 1 });
});
