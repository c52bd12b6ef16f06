import nodemailer from 'nodemailer';
import { afterEach, expect, test, vi } from 'vitest';
import { graphTransport } from '../../src/index.js';
import { makeCertificate } from '../helpers/certificates.js';
import { expectNoSecrets, failureOf } from '../helpers/failure.js';
import { baseOptions, smallMail } from '../helpers/fixtures.js';
import { type Connect, startProxy } from '../helpers/proxy-server.js';
import { startRawServer } from '../helpers/raw-server.js';

const graphHost = 'https://graph.contoso.test';
const authorityHost = 'https://login.contoso.test';
const certificate = makeCertificate({
  subject: 'Graph',
  hosts: ['graph.contoso.test', 'login.contoso.test', '127.0.0.1'],
});
const password = 'hunter2hunter2';
const secrets = [password, Buffer.from(`user:${password}`).toString('base64')];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server behind a proxy, which does with a CONNECT to Graph's host what the test says, once, and then opens it. */
async function setUp(first?: (request: Connect) => void) {
  const server = await startRawServer({ certificate });
  server.origin = authorityHost;
  let pending = first;
  const proxy = await startProxy({
    connect: (request) => {
      const answer = request.target.startsWith('graph') ? pending : undefined;
      if (!answer) return request.open(server.port);
      pending = undefined;
      answer(request);
    },
  });
  cleanups.push(
    () => server.close(),
    () => proxy.close(),
  );
  const url = proxy.url.replace('://', `://user:${password}@`);
  const cloud = { authorityHost, graphHost, ca: certificate.certificate };
  return { server, proxy, url, cloud };
}

function transporter(options: object) {
  const transport = graphTransport({ ...baseOptions, ...options });
  cleanups.push(() => transport.close());
  return nodemailer.createTransport(transport);
}

test('the option leads token and mail through the proxy', async () => {
  const { server, proxy, url, cloud } = await setUp();
  const mail = transporter({ cloud, proxy: url });
  await mail.sendMail(smallMail);
  await mail.sendMail(smallMail);
  expect(server.graphRequests).toBe(2);
  expect(proxy.connects.map((one) => one.target)).toEqual(['login.contoso.test:443', 'graph.contoso.test:443']);
  expectNoSecrets(mail, secrets);
});

test('HTTPS_PROXY does so too, but not to this machine', async () => {
  const { server, proxy, url, cloud } = await setUp();
  for (const name of ['https_proxy', 'NO_PROXY', 'no_proxy']) vi.stubEnv(name, '');
  vi.stubEnv('HTTPS_PROXY', url);
  await transporter({ cloud }).sendMail(smallMail);
  expect(proxy.connects).toHaveLength(2);
  server.origin = `https://127.0.0.1:${server.port}`;
  await transporter({ cloud: { ...server.cloud, ca: certificate.certificate } }).sendMail(smallMail);
  expect(proxy.connects).toHaveLength(2);
  expect(server.graphRequests).toBe(2);
});

test('407 on the way to the token: EPROXY, tried once', async () => {
  const proxy = await startProxy({ connect: ({ socket }) => socket.write('HTTP/1.1 407 No\r\n\r\n') });
  cleanups.push(() => proxy.close());
  const url = proxy.url.replace('://', `://user:${password}@`);
  const error = await failureOf(
    transporter({ cloud: { authorityHost, graphHost, ca: certificate.certificate }, proxy: url }).sendMail(smallMail),
  );
  expect(error).toMatchObject({ code: 'EPROXY', outcome: 'not-sent', permanent: true, command: 'TOKEN', attempts: 1 });
  expect(error.message).toContain('407');
  expect(error.responseCode).toBeUndefined();
  expectNoSecrets(error, secrets);
});

test.each([
  ['202', 'HTTP/1.1 202 Accepted\r\nrequest-id: x\r\n\r\n'],
  ['503 with Retry-After', 'HTTP/1.1 503 Later\r\nRetry-After: 100000\r\n\r\n'],
])('the proxy’s %s on the way to Graph: not sent, and the mailbox goes on', async (_, answer) => {
  const { server, url, cloud } = await setUp(({ socket }) => socket.write(answer));
  const mail = transporter({ cloud, proxy: url, maxRetries: 0 });
  const error = await failureOf(mail.sendMail(smallMail));
  expect(error).toMatchObject({ code: 'EPROXY', outcome: 'not-sent', command: 'sendMail' });
  expect(error.retryAfter).toBeUndefined();
  expect(error.responseCode).toBeUndefined();
  expectNoSecrets(error, secrets);
  expect(server.graphRequests).toBe(0);
  await mail.sendMail(smallMail);
  expect(server.graphRequests).toBe(1);
});

test('what the proxy could not do just now is tried again', async () => {
  const { server, url, cloud } = await setUp(({ socket }) => socket.write('HTTP/1.1 502 Bad\r\n\r\n'));
  const info = await transporter({ cloud, proxy: url }).sendMail(smallMail);
  expect(info.attempts).toBe(2);
  expect(server.graphRequests).toBe(1);
});
