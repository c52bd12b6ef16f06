import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classifySubmission } from '../../src/delivery/request/outcome.js';
import { createAgent } from '../../src/graph/agent.js';
import { GraphClient } from '../../src/graph/client.js';
import { type HttpRequest, send } from '../../src/graph/http.js';
import { NetworkFailure } from '../../src/graph/network-failure.js';
import { makeCertificate } from '../helpers/certificates.js';
import { expectNoSecrets } from '../helpers/failure.js';

const own = makeCertificate({ subject: '127.0.0.1', hosts: ['127.0.0.1'] });
const agent = createAgent(own.certificate);
const secret = 'opaque-token-of-somebody';
const sockets = new Set<Socket>();
let server: Server;
let origin: string;
let answer: (request: string) => string;
beforeAll(async () => {
  server = createServer({ cert: own.certificate, key: own.privateKey }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (data) => socket.end(answer(data.toString())));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  agent.destroy();
  for (const socket of sockets) socket.destroy();
  server.close();
});

const failureOf = async (change: Partial<HttpRequest>): Promise<NetworkFailure> => {
  const sending = send({ method: 'GET', url: origin, headers: {}, agent, timeout: 2_000, ...change });
  const error: unknown = await sending.catch((error: unknown) => error);
  if (!(error instanceof NetworkFailure)) throw error;
  return error;
};

describe('a request that Node refuses to make', () => {
  test.each<[string, Partial<HttpRequest>]>([
    ['a header with a line break', { headers: { authorization: `Bearer ${secret}\n` } }],
    ['a header name that is none', { headers: { 'a b': secret } }],
    ['a URL that is none', { url: 'https://' }],
    ['a URL over http', { url: 'http://127.0.0.1:1/' }],
  ])('fails like the network, with nothing written: %s', async (_name, change) => {
    const failure = await failureOf(change);
    expect(failure).toMatchObject({ reason: 'network', written: false });
    expectNoSecrets(failure, [secret]);
  });
});

test('an answer that is not HTTP is not kept with the error, whatever it quotes', async () => {
  answer = () => `HTTP/1.1 200 OK\r\nbroken header ${secret}\r\n\r\n`;
  const failure = await failureOf({});
  expect(failure.code).toMatch(/^HPE_/);
  expect(failure.cause).not.toHaveProperty('rawPacket');
  expectNoSecrets(failure, [secret, Buffer.from(secret).toString('hex').replace(/../g, '$& ').slice(0, 47)]);
});

describe('Graph’s answer', () => {
  const sendMail = (token: string) =>
    new GraphClient(origin, agent, 'test', 2_000).sendMail('a@contoso.com', Buffer.from('x'), {
      token,
      clientRequestId: 'id',
    });
  const quote = (head: string, body: string) =>
    `HTTP/1.1 401 No\r\nwww-authenticate: ${head}\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

  test.each([secret, 'opaque+token/of="some\\body', '0123456789abcdef'])('loses the token %s', async (token) => {
    const escaped = JSON.stringify(token);
    const dotNet = token.replace(/[^a-z0-9]/gi, (c) => `\\u00${c.charCodeAt(0).toString(16).toUpperCase()}`);
    answer = () => quote(`Bearer ${token}`, `${token} ${escaped} ${dotNet} ${encodeURIComponent(token)} end`);
    const { body, headers } = await sendMail(token);
    expect(headers['www-authenticate']).toBe('Bearer [redacted]');
    expect(body).toBe('[redacted] "[redacted]" [redacted] [redacted] end');
  });

  test('is left as it is where the token is a word of everyday', async () => {
    answer = () => quote('Bearer', '{"error":{"code":"x"}}');
    expect((await sendMail('error')).body).toBe('{"error":{"code":"x"}}');
  });
});

describe('bytes that are wanted as they come', () => {
  const got = (change: Partial<HttpRequest> = {}) =>
    send({ method: 'GET', url: origin, headers: {}, agent, timeout: 2_000, wantBytes: true, ...change });
  const reply = (body: string, length = body.length, status = 200) =>
    `HTTP/1.1 ${status} x\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n${body}`;

  test('are given untouched', async () => {
    answer = () => reply('Grüße', 7);
    expect((await got()).bytes).toEqual(Buffer.from('Grüße'));
  });

  test('are not given when the answer breaks off', async () => {
    answer = () => reply('half', 10);
    expect(await got()).toMatchObject({ status: 200, bytes: undefined });
  });

  test('are not read beyond the limit', async () => {
    answer = () => reply('x'.repeat(100_000));
    expect((await got({ answerLimit: 1_000 })).bytes).toBe('too-long');
  });

  test('are text in every other answer', async () => {
    answer = () => reply('No.', 3, 403);
    expect(await got()).toMatchObject({ status: 403, body: 'No.' });
  });
});

describe('an answer with a client-request-id', () => {
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const sendMail = () =>
    new GraphClient(origin, agent, 'test', 2_000)
      .sendMail('a@contoso.com', Buffer.from('x'), { token: secret, clientRequestId: id })
      .catch((error: unknown) => error);
  const reply = (status: number, ...ids: string[]) => {
    const fields = ids.map((one) => `client-request-id: ${one}\r\n`).join('');
    answer = () => `HTTP/1.1 ${status} x\r\n${fields}content-length: 0\r\n\r\n`;
  };

  test.each([202, 401, 403, 429, 503])('is not taken where it is another request’s: %i', async (status) => {
    reply(status, '7c9e6679-7425-40de-944b-e07fc1f90ae7');
    const failure = await sendMail();
    expect(failure).toBeInstanceOf(NetworkFailure);
    expect(failure).toMatchObject({ reason: 'network', written: true });
    expect(classifySubmission(failure as NetworkFailure, 0)).toEqual({ kind: 'unknown' });
  });

  test.each([
    ['ours', [id]],
    ['ours in capitals', [id.toUpperCase()]],
    ['ours twice', [id, id]],
    ['none', []],
  ])('is taken where it is %s', async (_, ids) => {
    reply(202, ...ids);
    expect(await sendMail()).toMatchObject({ status: 202 });
  });
});
