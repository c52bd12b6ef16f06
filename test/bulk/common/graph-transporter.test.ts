import { channel } from 'node:diagnostics_channel';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { graphTransporterOf, type Throttling, watchThrottling } from '../../../src/bulk/common/graph-transporter.js';
import { mailboxOfMessage, mailboxOfSender } from '../../../src/bulk/message/sender.js';
import { graphTransport } from '../../../src/index.js';
import { createCertificate } from '../../../src/sandbox/index.js';

const tenantId = '11111111-2222-4333-8444-555555555555';
const clientId = '66666666-7777-4888-9999-000000000000';

async function over(more: object) {
  const { certificate, privateKey } = await createCertificate();
  const options = { tenantId, clientId, certificate: `${certificate}${privateKey}`, mailbox: 'Noreply@contoso.com' };
  const transport = graphTransport({ ...options, ...more });
  return { transport, transporter: nodemailer.createTransport(transport) };
}

describe('the Graph transport behind a transporter', () => {
  it('is found by its shape', async () => {
    const { transport, transporter } = await over({});
    expect(graphTransporterOf(transporter)).toBe(transport);
    expect(graphTransporterOf(transporter)?.mailboxConcurrency).toBe(4);
    transporter.close();
  });

  it.each([
    ['a plain object', { sendMail: async () => ({}) }],
    ['one of SMTP', nodemailer.createTransport({ host: '127.0.0.1', port: 1 })],
    ['one of JSON', nodemailer.createTransport({ jsonTransport: true })],
    ['one with half of it', { sendMail: async () => ({}), transporter: { settle() {} } }],
    ['one with nothing in it', { sendMail: async () => ({}), transporter: null }],
  ])('is not there in %s', (_, transporter) => expect(graphTransporterOf(transporter)).toBeUndefined());
});

describe('the mailbox of a message', () => {
  it('is what the Graph transport says', async () => {
    const { transport, transporter } = await over({ allowedMailboxes: ['sales@contoso.com'] });
    const graphTransporter = graphTransporterOf(transporter);
    expect(mailboxOfSender({ address: 'anybody@contoso.com' }, graphTransporter)).toBe('noreply@contoso.com');
    const sales = { address: 'anybody@contoso.com', mailbox: 'Sales@contoso.com' };
    expect(mailboxOfSender(sales, graphTransporter)).toBe('sales@contoso.com');
    expect(() => mailboxOfSender({ ...sales, mailbox: 'ceo@contoso.com' }, graphTransporter)).toThrow(
      'ceo@contoso.com',
    );
    transport.close();
  });

  it('is the From, in lower case, with any other transport', () => {
    expect(mailboxOfSender({ name: 'News', address: 'News@Contoso.com' }, undefined)).toBe('news@contoso.com');
    expect(mailboxOfMessage({}, undefined)).toBe('transporter');
  });
});

describe('throttling', () => {
  const attempt = channel('nodemailer-graph-transport:send:attempt');
  const send = { mailbox: 'a@contoso.com', messageId: '<1@contoso.com>' };

  it('is told of with the time that the service named, and of nothing else', () => {
    const heard: Throttling[] = [];
    const stop = watchThrottling((throttling) => heard.push(throttling));
    attempt.publish({ send, status: 429, startedAt: 1_000, duration: 200, retryAfter: 5_000 });
    attempt.publish({ send, status: 503, startedAt: 1_000, duration: 200, retryAfter: undefined });
    for (const status of [202, 400, 500, 504, undefined]) {
      attempt.publish({ send, status, startedAt: 1_000, duration: 200, retryAfter: undefined });
    }
    stop();
    attempt.publish({ send, status: 429, startedAt: 1_000, duration: 200, retryAfter: 5_000 });
    expect(heard).toEqual([
      { ...send, status: 429, retryAfter: 5_000 },
      { ...send, status: 503, retryAfter: undefined },
    ]);
  });
});
