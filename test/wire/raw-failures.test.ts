import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import nodemailer from 'nodemailer';
import { afterEach, describe, expect, test } from 'vitest';
import { type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { makeCertificate } from '../helpers/certificates.js';
import { expectNoSecrets, failureOf, keyPieces } from '../helpers/failure.js';
import { appCertificate, baseOptions, smallMail } from '../helpers/fixtures.js';
import {
  accessToken,
  type Exchange,
  type Handler,
  type RawServer,
  type RawServerOptions,
  startRawServer,
} from '../helpers/raw-server.js';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(options?: RawServerOptions): Promise<RawServer> {
  const server = await startRawServer(options);
  cleanUp.push(() => server.close());
  return server;
}

/** A transporter that gives up at once, so that what a test sees is the first outcome. */
function transporterFor(cloud: RawServer['cloud'], options: Partial<GraphTransportOptions> = {}) {
  const transporter = nodemailer.createTransport(graphTransport({ ...baseOptions, cloud, maxRetries: 0, ...options }));
  cleanUp.push(() => transporter.close());
  return transporter;
}

/** Does something once the request was read whole. */
const afterBody =
  (act: (exchange: Exchange) => unknown): Handler =>
  async (exchange) => {
    await exchange.body();
    act(exchange);
  };

const large = { ...smallMail, attachments: [{ filename: 'x.bin', content: Buffer.alloc(2_000_000, 7) }] };

/** A TCP server that does as it is told with every connection. */
async function startTcp(onConnection: (socket: Socket) => void): Promise<{ origin: string; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function unusedOrigin(): Promise<string> {
  const { origin, server } = await startTcp(() => {});
  server.close();
  await once(server, 'close');
  return origin;
}

describe('before the TLS handshake is done, nothing can have been sent', () => {
  test('connection refused: ESOCKET', async () => {
    const server = await start();
    const transporter = transporterFor({ ...server.cloud, graphHost: await unusedOrigin() });
    const error = await failureOf(transporter.sendMail(smallMail));
    expect(error).toMatchObject({
      code: 'ESOCKET',
      outcome: 'not-sent',
      permanent: false,
      command: 'sendMail',
      attempts: 1,
    });
    expect(error.hint).toBeTruthy();
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('reset as soon as connected: ESOCKET', async () => {
    const server = await start();
    const { origin } = await startTcp((socket) => socket.resetAndDestroy());
    const error = await failureOf(transporterFor({ ...server.cloud, graphHost: origin }).sendMail(smallMail));
    expect(error).toMatchObject({ code: 'ESOCKET', outcome: 'not-sent' });
  });

  test('reset in the middle of the handshake: ESOCKET', async () => {
    const server = await start();
    const { origin } = await startTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const error = await failureOf(transporterFor({ ...server.cloud, graphHost: origin }).sendMail(smallMail));
    expect(error).toMatchObject({ code: 'ESOCKET', outcome: 'not-sent' });
  });

  test('closed in the middle of the handshake: not sent', async () => {
    const server = await start();
    const { origin } = await startTcp((socket) => socket.once('data', () => socket.end()));
    const error = await failureOf(transporterFor({ ...server.cloud, graphHost: origin }).sendMail(smallMail));
    expect(error).toMatchObject({ outcome: 'not-sent' });
  });

  test('silence instead of a handshake: ETIMEDOUT', async () => {
    const server = await start();
    const { origin } = await startTcp(() => {});
    const transporter = transporterFor({ ...server.cloud, graphHost: origin }, { timeout: 200 });
    const error = await failureOf(transporter.sendMail(smallMail));
    expect(error).toMatchObject({ code: 'ETIMEDOUT', outcome: 'not-sent' });
  });

  test('a server that speaks no TLS: ETLS', async () => {
    const server = await start();
    const { origin } = await startTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failureOf(transporterFor({ ...server.cloud, graphHost: origin }).sendMail(smallMail));
    expect(error).toMatchObject({ code: 'ETLS', outcome: 'not-sent' });
  });

  test.each([
    ['that nobody vouches for', () => makeCertificate({ subject: 'x', hosts: ['127.0.0.1'] })],
    ['for another host', undefined],
  ])('a certificate %s: ETLS, for good, and not one byte of the mail', async (_, make) => {
    const foreign = make?.() ?? makeCertificate({ subject: 'x', hosts: ['graph.example'] });
    const entra = await start();
    const graph = await start({ certificate: foreign });
    const ca = make ? entra.cloud.ca : `${entra.cloud.ca}\n${foreign.certificate}`;
    const transporter = transporterFor({ ...entra.cloud, graphHost: graph.origin, ca }, { maxRetries: 3 });
    const error = await failureOf(transporter.sendMail(smallMail));
    expect(error).toMatchObject({ code: 'ETLS', outcome: 'not-sent', permanent: true, attempts: 1 });
    expect(error.hint).toContain('GRAPH_MAIL_CA');
    expect(graph.graphRequests).toBe(0);
  });

  test('a name that cannot be resolved: EDNS', async () => {
    const server = await start();
    const transporter = transporterFor({ ...server.cloud, graphHost: 'https://graph.invalid' });
    const error = await failureOf(transporter.sendMail(smallMail));
    expect(error).toMatchObject({ code: 'EDNS', outcome: 'not-sent', permanent: false });
    expect(error.message).toContain('graph.invalid');
  });

  test('it is tried again, and sent once when the server is back', async () => {
    let refused = 0;
    const server = await start();
    const { origin } = await startTcp((socket) => {
      if (refused++ === 0) socket.resetAndDestroy();
      else
        socket
          .pipe(connect(server.port, '127.0.0.1'))
          .on('error', () => {})
          .pipe(socket);
    });
    const transporter = transporterFor({ ...server.cloud, graphHost: origin }, { maxRetries: 2 });
    const info = await transporter.sendMail(smallMail);
    expect(info.attempts).toBe(2);
    expect(server.graphRequests).toBe(1);
  });
});

describe('once bytes were written, it may have been sent, and is never sent again', () => {
  const reset: Handler = ({ tcp }) => void tcp.resetAndDestroy();
  const answering =
    (bytes: string, end: 'reset' | 'close' | 'wait' = 'close'): Handler =>
    async (exchange) => {
      await exchange.body();
      const { socket } = exchange.incoming;
      socket.write(bytes, () => {
        if (end === 'close') socket.end();
        if (end === 'reset') exchange.tcp.resetAndDestroy();
      });
    };

  test.each<[what: string, graph: Handler, code: string, mail: object]>([
    ['a reset before the body was read', reset, 'ESOCKET', large],
    [
      'a reset in the middle of the body',
      (exchange) => void exchange.incoming.once('data', () => exchange.tcp.resetAndDestroy()),
      'ESOCKET',
      large,
    ],
    ['a reset after the body', afterBody(reset), 'ESOCKET', smallMail],
    ['the end of the connection without an answer', answering(''), 'ESOCKET', smallMail],
    ['half a status line', answering('HTTP/1.1 20'), 'ESOCKET', smallMail],
    ['half a status line and a reset', answering('HTTP/1.1 20', 'reset'), 'ESOCKET', smallMail],
    ['half a header', answering('HTTP/1.1 202 Accepted\r\nContent-Le'), 'ESOCKET', smallMail],
    ['no HTTP at all', answering('220 smtp.contoso.com ESMTP\r\n'), 'ESOCKET', smallMail],
    [
      'two contradicting lengths',
      answering('HTTP/1.1 202 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'),
      'ESOCKET',
      smallMail,
    ],
    [
      'a switch to another protocol',
      answering('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 'wait'),
      'ESOCKET',
      smallMail,
    ],
    ['an interim answer and then nothing', answering('HTTP/1.1 103 Early Hints\r\n\r\n'), 'ESOCKET', smallMail],
    ['silence', afterBody(() => {}), 'ETIMEDOUT', smallMail],
    ['half a status line and silence', answering('HTTP/1.1 20', 'wait'), 'ETIMEDOUT', smallMail],
    ['silence before the body was read', () => {}, 'ETIMEDOUT', { ...large }],
    ['an interim answer and silence', answering('HTTP/1.1 103 Early Hints\r\n\r\n', 'wait'), 'ETIMEDOUT', smallMail],
  ])('%s', async (_, graph, code, mail) => {
    const server = await start({ graph });
    const transporter = transporterFor(server.cloud, { maxRetries: 3, timeout: 600 });
    const error = await failureOf(transporter.sendMail(mail));
    expect(error).toMatchObject({ code, outcome: 'unknown', permanent: false, command: 'sendMail', attempts: 1 });
    expect(error.hint).toContain('may have been sent');
    expect(server.graphRequests).toBe(1);
    expectNoSecrets(error, [accessToken, ...keyPieces(appCertificate.privateKey)]);
  });
});

describe('a status that has come is not taken back by what follows', () => {
  const withBody =
    (head: string, end: 'reset' | 'close' | 'wait'): Handler =>
    async (exchange) => {
      await exchange.body();
      const { socket } = exchange.incoming;
      socket.write(`${head}\r\nContent-Length: 1000\r\n\r\nhalf`, () => {
        if (end === 'close') socket.end();
        // Not at once, or the reset would overtake what was written.
        if (end === 'reset') setTimeout(() => exchange.tcp.resetAndDestroy(), 50);
      });
    };

  test.each(['close', 'reset', 'wait'] as const)('202 whose body does not end (%s) is sent', async (end) => {
    const server = await start({ graph: withBody('HTTP/1.1 202 Accepted', end) });
    const info = await transporterFor(server.cloud, { timeout: 500 }).sendMail(smallMail);
    expect(info).toMatchObject({ attempts: 1, accepted: ['ana@example.com'] });
  });

  test('202 before the body was read whole is sent', async () => {
    const server = await start({ graph: (exchange) => void exchange.response.writeHead(202).end() });
    expect(await transporterFor(server.cloud).sendMail(large)).toMatchObject({ attempts: 1 });
  });

  test.each(['close', 'reset', 'wait'] as const)('403 whose body does not end (%s) is a refusal', async (end) => {
    const server = await start({ graph: withBody('HTTP/1.1 403 Forbidden', end) });
    const error = await failureOf(transporterFor(server.cloud, { timeout: 500 }).sendMail(smallMail));
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true, responseCode: 403 });
  });

  test.each(['close', 'wait'] as const)('429 whose body does not end (%s) is tried again', async (end) => {
    const throttled = withBody('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0.01', end);
    const server = await start({
      graph: async (exchange) => {
        if (exchange.index === 0) return throttled(exchange);
        await exchange.body();
        exchange.response.writeHead(202).end();
      },
    });
    expect((await transporterFor(server.cloud, { maxRetries: 1, timeout: 500 }).sendMail(smallMail)).attempts).toBe(2);
  });

  test('a body without end does not fill the memory, and does not hide the status', async () => {
    const server = await start({
      graph: async (exchange) => {
        await exchange.body();
        exchange.response.writeHead(504);
        const more = () => {
          while (!exchange.response.destroyed && exchange.response.write('x'.repeat(65_536)));
        };
        exchange.response.on('drain', more);
        more();
      },
    });
    const error = await failureOf(transporterFor(server.cloud, { timeout: 500 }).sendMail(smallMail));
    expect(error).toMatchObject({ outcome: 'unknown', responseCode: 504 });
    expect(JSON.stringify(error).length).toBeLessThan(10_000);
  });
});

describe('when the token endpoint fails, nothing was sent', () => {
  test.each<[what: string, token: Handler, code: string]>([
    ['a reset', ({ tcp }) => void tcp.resetAndDestroy(), 'ESOCKET'],
    ['a reset after the request', afterBody((exchange) => exchange.tcp.resetAndDestroy()), 'ESOCKET'],
    ['silence', afterBody(() => {}), 'ETIMEDOUT'],
    ['half an answer', afterBody((exchange) => exchange.incoming.socket.end('HTTP/1.1 2')), 'ESOCKET'],
    ['no JSON', afterBody((exchange) => exchange.response.writeHead(200).end('<html>')), 'EAUTH'],
    ['no token', afterBody((exchange) => exchange.response.writeHead(200).end('{}')), 'EAUTH'],
  ])('%s', async (_, token, code) => {
    const server = await start({ token });
    const error = await failureOf(transporterFor(server.cloud, { timeout: 400 }).sendMail(smallMail));
    expect(error).toMatchObject({ code, outcome: 'not-sent', command: 'TOKEN', permanent: false });
    expect(server.graphRequests).toBe(0);
    expectNoSecrets(error, [
      ...keyPieces(appCertificate.privateKey),
      ...server.tokenRequests
        .map((form) => new URLSearchParams(form).get('client_assertion'))
        .filter((jwt) => jwt !== null),
    ]);
  });

  test('it is down: ESOCKET, also from verify()', async () => {
    const server = await start();
    const cloud = { ...server.cloud, authorityHost: await unusedOrigin() };
    const transporter = transporterFor(cloud);
    const fields = { code: 'ESOCKET', outcome: 'not-sent', command: 'TOKEN', permanent: false };
    const error = await failureOf(transporter.sendMail(smallMail));
    expect(error).toMatchObject(fields);
    expect(error.hint).toBeTruthy();
    expect(await failureOf(transporter.verify())).toMatchObject(fields);
  });

  test('its certificate is not trusted: ETLS, for good', async () => {
    const server = await start({ ca: makeCertificate({ subject: 'other CA' }).certificate });
    const error = await failureOf(transporterFor(server.cloud, { maxRetries: 3 }).sendMail(smallMail));
    expect(error).toMatchObject({ code: 'ETLS', outcome: 'not-sent', command: 'TOKEN', permanent: true });
    expect(server.tokenRequests).toHaveLength(0);
  });

  test('each of many mails that waited for it has an error of its own', async () => {
    const server = await start({ token: ({ tcp }) => void tcp.resetAndDestroy() });
    const transporter = transporterFor(server.cloud);
    const errors = await Promise.all(Array.from({ length: 4 }, () => failureOf(transporter.sendMail(smallMail))));
    expect(new Set(errors).size).toBe(4);
  });
});
