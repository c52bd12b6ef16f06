import { describe, expect, it } from 'vitest';
import { ask } from '../inbox-support.js';
import { type Client, mail, startClient } from '../support.js';

const FORBIDDEN = [
  403,
  expect.stringMatching(
    /^\{"error":"only this page may ask, or a program under its address: Host must be one of localhost:\d+, 127\.0\.0\.1:\d+, \[::1\]:\d+; --name adds one"\}$/,
  ),
];

async function withMail(): Promise<{ client: Client; path: string }> {
  const client = await startClient({ mailboxes: ['ana@example.com'] });
  await client.sendMail(mail({ 'Content-Type': 'text/html' }, '<p>Secret</p>'));
  const [message] = await client.sandbox.messages();
  return { client, path: `/api/messages/${message?.id}` };
}

/** Every kind of route, reading and writing. */
const routes = (path: string): [path: string, method: string][] => [
  ['/', 'GET'],
  ['/app.js', 'GET'],
  ['/api/messages', 'GET'],
  [path, 'GET'],
  [`${path}/raw`, 'GET'],
  [`${path}/html`, 'GET'],
  [`${path}/delivered`, 'GET'],
  ['/api/messages/wait?timeout=0', 'GET'],
  ['/api/requests', 'GET'],
  ['/api/mailboxes', 'GET'],
  ['/api/mailboxes/ana@example.com/inbox', 'GET'],
  ['/api/connect', 'GET'],
  ['/api/stats', 'GET'],
  ['/api/tenant', 'GET'],
  ['/api/faults', 'GET'],
  ['/api/throttling', 'GET'],
  ['/api/events', 'GET'],
  ['/api/events?x', 'GET'],
  ['/api/nothing', 'GET'],
  [path, 'DELETE'],
  ['/api/messages', 'DELETE'],
  ['/api/clear', 'POST'],
  ['/api/faults', 'POST'],
  ['/api/tenant/revoke', 'POST'],
  ['/api/tenant/apps/evil', 'PUT'],
  ['/api/messages', 'OPTIONS'],
];

describe('a foreign page', () => {
  it.each<[string, Record<string, string>]>([
    ['under another name for this address (DNS rebinding)', { host: 'evil.test' }],
    ['under such a name with our port', { host: 'evil.test:8025' }],
    ['at another port', { host: '127.0.0.1:1' }],
    ['of another origin', { origin: 'https://evil.test' }],
    ['of another origin under our name', { origin: 'http://localhost:1' }],
    ['in a sandboxed frame, whose origin is null', { origin: 'null' }],
    ['under our name by https', { origin: 'https://127.0.0.1' }],
    ['that knows both checks', { host: 'evil.test', origin: 'http://evil.test' }],
  ])('%s gets nothing and changes nothing, on any route', async (_what, headers) => {
    const { client, path } = await withMail();
    for (const [route, method] of routes(path)) {
      const reply = await ask(client, route, { method, headers });
      expect([route, method, reply.status, reply.text]).toEqual([route, method, ...FORBIDDEN]);
      expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(await client.sandbox.messages()).toHaveLength(1);
  });

  it.each(['cross-site', 'same-site'])('that the browser calls %s gets nothing, however it asks', async (site) => {
    const { client, path } = await withMail();
    for (const [mode, dest] of [
      ['no-cors', 'image'],
      ['no-cors', 'script'],
      ['cors', 'empty'],
      ['navigate', 'iframe'],
      ['navigate', 'document'],
    ] as const) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest };
      for (const [route, method] of routes(path)) {
        // A link to the page itself may stand anywhere.
        if (route === '/' && dest === 'document') continue;
        expect([route, (await ask(client, route, { method, headers })).status]).toEqual([route, 403]);
      }
    }
    expect(await client.sandbox.messages()).toHaveLength(1);
  });

  it('may link to the inbox page', async () => {
    const client = await startClient();
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await ask(client, '/', { headers })).status).toBe(200);
  });

  it('is not our own, under either of our names', async () => {
    const client = await startClient();
    const { port } = new URL(client.sandbox.inboxUrl);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
      expect((await ask(client, '/api/messages', { method: 'DELETE', headers })).status).toBe(200);
    }
  });
});

describe('a body', () => {
  it('must say that it is JSON, which no form of another site can', async () => {
    const { client } = await withMail();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const reply = await ask(client, '/api/clear', { method: 'POST', body: '{}', headers: { 'content-type': type } });
      expect([reply.status, reply.json.error]).toEqual([415, 'A body must have Content-Type: application/json.']);
    }
    const unnamed = await ask(client, '/api/clear', { method: 'POST', body: '{}' });
    expect(unnamed.status).toBe(415);
    expect(await client.sandbox.messages()).toHaveLength(1);
  });

  it('must be JSON', async () => {
    const { client } = await withMail();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const reply = await ask(client, '/api/clear', { method: 'POST', body: '{', headers });
    expect([reply.status, reply.json]).toEqual([400, { error: 'The body is no JSON.' }]);
    expect(await client.sandbox.messages()).toHaveLength(1);
    expect((await ask(client, '/api/clear', { method: 'POST', body: '{}', headers })).status).toBe(204);
  });

  it('must not be larger than 1 MB', async () => {
    const { client } = await withMail();
    const headers = { 'content-type': 'application/json' };
    const body = Buffer.alloc(1_048_577, ' ');
    const reply = await ask(client, '/api/clear', { method: 'POST', body, headers });
    expect([reply.status, reply.json]).toEqual([413, { error: 'The body is larger than 1 MB.' }]);
    expect(await client.sandbox.messages()).toHaveLength(1);
  });
});

it('every answer has a strict policy, is never stored, and belongs to this origin alone', async () => {
  const { client, path } = await withMail();
  for (const [route, method] of [...routes(path), ['/%', 'GET'] as const]) {
    if (route.startsWith('/api/events')) continue;
    const { headers } = await ask(client, route, { method });
    expect([route, headers['content-security-policy']]).toEqual([
      route,
      expect.stringMatching(/^default-src 'none'; /),
    ]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  }
});
