import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDraft, mail, startClientWith } from './support.js';

const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

describe.each([
  ['forward', 2 * HOUR],
  ['back', -2 * HOUR],
])('a clock that is set %s', (_, by) => {
  const set = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + by });

  it('lets nobody have more than the limits, and makes nobody wait longer', async () => {
    const client = await startClientWith({ requestLimit: 1 });
    const token = await client.accessToken();
    await client.sendMail(mail(), { token });
    set();
    const over = await client.sendMail(mail(), { token });
    expect(over.status).toBe(429);
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(over.headers['retry-after'])).toBeLessThanOrEqual(601);
    expect(client.sandbox.throttling().mailboxes[0]?.requests).toBe(2);
  });

  it('neither sends what waits for the minute nor keeps it', async () => {
    const client = await startClientWith({ messageRate: 1 });
    const token = await client.accessToken();
    await client.sendMail(mail(), { token });
    set();
    await client.sendMail(mail(), { token });
    expect(client.sandbox.throttling().mailboxes[0]).toMatchObject({ messages: 1, queued: 1 });
  });

  it('ends neither a token nor an upload session', async () => {
    const client = await startClientWith({ minUploadSize: 1 });
    const token = await client.accessToken();
    const { path } = await createDraft(client, mail(), { token });
    const json = { AttachmentItem: { attachmentType: 'file', name: 'a.bin', size: 2 } };
    const session = await client.graph('POST', `${path}/attachments/createUploadSession`, { token, json });
    set();
    const { pathname, search } = new URL(session.json.uploadUrl);
    const headers = { 'content-type': 'application/octet-stream', 'content-range': 'bytes 0-1/2' };
    expect((await client.request(pathname + search, { method: 'PUT', headers, body: 'ab' })).status).toBe(201);
    expect((await client.graph('GET', '/messages', { token })).status).toBe(200);
  });

  it('does not bring a change of the tenant forward', async () => {
    const client = await startClientWith({ propagationDelay: HOUR });
    client.sandbox.tenant.apps.set({ clientId: 'app', roles: [] });
    set();
    const token = await client.accessToken({ client_secret: 's' });
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
  });
});
