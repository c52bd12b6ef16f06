import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GraphTransport, graphTransport, type InboxMessage } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const clientId = '11111111-2222-4333-8444-555555555555';
const mailbox = 'noreply@contoso.example';
const apps = [{ clientId, certificates: [], roles: ['Mail.Send', 'Mail.Read'] }];
const mail = { from: mailbox, subject: 'Hi', text: 'Hello' };
const longAgo = new Date('2020-01-01T00:00:00Z');

let sandbox: Sandbox;
let transport: GraphTransport;
beforeEach(async () => {
  sandbox = await startSandbox({ clientId, apps });
  transport = graphTransport(sandbox.options);
});
afterEach(async () => {
  transport.close();
  await sandbox.close();
});

async function all(messages: AsyncIterable<InboxMessage>): Promise<InboxMessage[]> {
  const found: InboxMessage[] = [];
  for await (const message of messages) found.push(message);
  return found;
}

const failing = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('did not fail')),
    (error) => error,
  );

describe('readInbox()', () => {
  it('gives reports of non-delivery, which name the message that they are about', async () => {
    const info = await createTransport(transport).sendMail({ ...mail, to: 'gone@undeliverable.test' });
    const [report, ...others] = await all(transport.readInbox({ mailbox, since: longAgo }));
    expect(others).toEqual([]);
    expect(report?.subject).toBe('Undeliverable: Hi');
    expect(Date.parse(report?.receivedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const mime = await report?.mime();
    expect(mime).toEqual(sandbox.mailbox(mailbox).inbox[0]?.raw);
    expect(mime?.toString()).toContain(`References: ${info.messageId}`);
  });

  it('gives all pages, the oldest first', async () => {
    const transporter = createTransport(transport);
    for (let n = 0; n < 105; n++) await transporter.sendMail({ ...mail, to: mailbox, subject: `${n}` });
    const found = await all(transport.readInbox({ mailbox, since: longAgo }));
    expect(new Set(found.map(({ id }) => id)).size).toBe(105);
    expect(sandbox.requests().filter(({ path }) => path.includes('/inbox/messages'))).toHaveLength(2);
  });

  it('leaves out what came before', async () => {
    await createTransport(transport).sendMail({ ...mail, to: mailbox });
    expect(await all(transport.readInbox({ mailbox, since: new Date(Date.now() + 3_600_000) }))).toEqual([]);
  });

  it('waits as a throttled mailbox asks, and goes on', async () => {
    await createTransport(transport).sendMail({ ...mail, to: mailbox });
    sandbox.fault({ on: 'lookup', status: 429, headers: { 'Retry-After': '0.1' } });
    expect(await all(transport.readInbox({ mailbox, since: longAgo }))).toHaveLength(1);
    expect(sandbox.requests().filter(({ status }) => status === 429)).toHaveLength(1);
  });

  it('can be ended early, and leaves nothing behind', async () => {
    await createTransport(transport).sendMail({ ...mail, to: mailbox });
    for await (const _ of transport.readInbox({ mailbox, since: longAgo })) break;
    expect(transport.isIdle()).toBe(true);
  });

  it('ends with its signal, and with the transport', async () => {
    const signal = AbortSignal.abort();
    expect(await failing(all(transport.readInbox({ mailbox, since: longAgo, signal })))).toMatchObject({
      code: 'EABORT',
    });
    transport.close();
    expect(await failing(all(transport.readInbox({ mailbox, since: longAgo })))).toMatchObject({ code: 'ECONNECTION' });
  });

  it('names the permission that is missing', async () => {
    const limited = await startSandbox({ clientId, apps: [{ clientId, certificates: [], roles: ['Mail.Send'] }] });
    const other = graphTransport(limited.options);
    const error = await failing(all(other.readInbox({ mailbox, since: longAgo })));
    other.close();
    await limited.close();
    expect(error).toMatchObject({ code: 'EAUTH', hint: expect.stringContaining('Mail.Read') });
  });

  it.each([
    [{ mailbox: 'x y' }, "'mailbox' is a string of 3 characters"],
    [{ since: 'yesterday' as never }, "'since' is a string of 9 characters"],
  ])('refuses %o', (wrong, text) => {
    expect(() => transport.readInbox({ mailbox, since: longAgo, ...wrong })).toThrow(text);
  });
});
