import http from 'node:http';
import { expect, it } from 'vitest';
import { createEvents } from '../../../src/sandbox/api/events.js';
import { Timers } from '../../../src/sandbox/http/timers.js';
import { ask, openEvents } from '../inbox-support.js';
import { createDraft, mail, startClient, startClientWith } from '../support.js';

it('tells about messages and requests as they come', async () => {
  const client = await startClient();
  const stream = await openEvents(client);
  await client.sendMail(mail());
  await stream.until('event: messages\ndata: {"total":1}\n\n');
  await stream.until('event: requests\ndata: {"total":2}\n\n');
  stream.close();
});

it('tells about faults, the tenant and drafts', async () => {
  const client = await startClientWith();
  const stream = await openEvents(client);
  client.sandbox.fault({ on: 'sendMail', status: 503 });
  await stream.until('event: faults\ndata: {}\n\n');
  client.sandbox.tenant.mailboxes.set('new@contoso.example');
  await stream.until('event: tenant\ndata: {}\n\n');
  await createDraft(client);
  await stream.until('event: messages\ndata: {"total":0}\n\n');
  stream.close();
});

it('tells a burst at once', async () => {
  const client = await startClient({ mailboxConcurrency: false });
  const token = await client.accessToken();
  const stream = await openEvents(client);
  await Promise.all(Array.from({ length: 40 }, () => client.sendMail(mail(), { token })));
  await stream.until('{"total":40}');
  expect(stream.text().match(/event: messages/g)?.length).toBeLessThan(10);
  stream.close();
});

it('ends with the sandbox', async () => {
  const client = await startClient();
  const stream = await openEvents(client);
  await client.sandbox.close();
  await stream.ended;
});

it('serves a bounded number of pages, and the next one when one has gone', async () => {
  const client = await startClient();
  const streams = [];
  for (let n = 0; n < 32; n += 1) streams.push(await openEvents(client));
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  const refused = await ask(client, '/api/events');
  expect([refused.status, refused.json.error]).toEqual([503, expect.stringContaining('32 pages')]);
  streams[0]?.close();
  await expect
    .poll(async () => {
      const stream = await openEvents(client);
      stream.close();
      return stream.status;
    })
    .toBe(200);
  for (const { close } of streams) close();
});

it('writes a comment now and then, so that a dead connection is noticed and a quiet one is not closed', async () => {
  const due: [number, () => void][] = [];
  const timers = new (class extends Timers {
    override after(ms: number, run: () => void): void {
      due.push([ms, run]);
    }
  })();
  const events = createEvents({}, timers);
  let gone = (): void => {};
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const server = http.createServer((request, answer) => {
    events(request, answer);
    answer.on('close', gone);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address() as { port: number };
  const response = await new Promise<http.IncomingMessage>((resolve) => http.get({ port, host: '127.0.0.1' }, resolve));
  let text = '';
  response.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  expect(due.map(([ms]) => ms)).toEqual([15_000]);
  due[0]?.[1]();
  await expect.poll(() => text).toBe('retry: 1000\n\n: still here\n\n');
  response.destroy();
  await left;
  server.close();
  // Nobody listens any more: the heart stops.
  due[1]?.[1]();
  expect(due).toHaveLength(2);
});
