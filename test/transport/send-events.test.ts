import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AttemptEvent, createGraphTransporter, type EndEvent, type SendTrace } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const mail = {
  from: 'noreply@contoso.example',
  to: ['ana@example.com', 'bob@example.com'],
  subject: 'Hi',
  text: 'Hello',
};

describe('node:diagnostics_channel', () => {
  let sandbox: Sandbox;
  const events: [name: string, event: unknown][] = [];
  const listener = (event: unknown, name: string | symbol) => {
    events.push([String(name).replace('nodemailer-graph-transport:send:', ''), event]);
  };
  const channels = ['start', 'attempt', 'end'].map((name) => `nodemailer-graph-transport:send:${name}`);
  beforeEach(async () => {
    sandbox = await startSandbox();
    events.length = 0;
    for (const name of channels) subscribe(name, listener);
  });
  afterEach(async () => {
    for (const name of channels) unsubscribe(name, listener);
    await sandbox.close();
  });

  it('tells start, each attempt and end of a send, all with the same object for it', async () => {
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '0.01' } });
    const transporter = createGraphTransporter(sandbox.options);
    const info = await transporter.sendMail(mail);
    transporter.close();
    expect(events.map(([name]) => name)).toEqual(['start', 'attempt', 'attempt', 'end']);
    const [start, first, second, end] = events.map(([, event]) => event) as [
      SendTrace,
      AttemptEvent,
      AttemptEvent,
      EndEvent,
    ];
    expect([first.send, second.send, end.send].every((send) => send === start)).toBe(true);
    expect(start).toMatchObject({ mailbox: 'noreply@contoso.example', messageId: info.messageId, recipients: 2 });
    expect(first).toMatchObject({
      attempt: 1,
      status: 429,
      outcome: 'not-sent',
      retryAfter: 10,
      host: new URL(sandbox.url).host,
    });
    expect(second).toMatchObject({ attempt: 2, status: 202, outcome: 'sent', requestId: info.requestId });
    expect(second.retryAfter).toBeUndefined();
    expect(second.clientRequestId).toBe(info.clientRequestId);
    expect(second.clientRequestId).not.toBe(first.clientRequestId);
    expect(end).toMatchObject({ outcome: 'sent', attempts: 2, error: undefined });
  });

  it('ends a send that failed with its error, and names no recipient and no content', async () => {
    sandbox.fault({ on: 'sendMail', status: 504 });
    const transporter = createGraphTransporter(sandbox.options);
    const error = await transporter.sendMail(mail).catch((e) => e);
    transporter.close();
    expect(events.at(-1)).toEqual(['end', expect.objectContaining({ outcome: 'unknown', attempts: 1, error })]);
    expect(JSON.stringify(events)).not.toMatch(/ana@|bob@|Hello/);
  });
});
