// What has arrived is read before a timer gives up. The other side runs in a thread of its own, so that it can answer while
// this thread, as a process that is stopped, reads nothing until its timers are due.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { tokenRequest } from '../../src/auth/token-request.js';
import { systemClock } from '../../src/common/clock.js';
import { createAgent } from '../../src/graph/agent.js';
import { send } from '../../src/graph/http.js';
import { readProxyUrl } from '../../src/graph/proxy.js';
import { openTunnel } from '../../src/graph/proxy-tunnel.js';
import { resolveCloud } from '../../src/options/clouds.js';
import { makeCertificate } from '../helpers/certificates.js';

/** Milliseconds; everything before the pause must fit into it, on a busy machine too. */
const timeout = 4_000;

const own = makeCertificate({ subject: '127.0.0.1', hosts: ['127.0.0.1'] });
const thread = `
const net = require('node:net');
const tls = require('node:tls');
const { parentPort, workerData: { flags, cert, key, answer } } = require('node:worker_threads');
// Tells that a request has come, and goes on once the other thread has stopped.
const hold = () => {
  parentPort.postMessage('arrived');
  Atomics.wait(flags, 0, 0);
};
const written = () => {
  Atomics.store(flags, 1, 1);
  Atomics.notify(flags, 1);
};
const server = tls.createServer({ cert, key }, (socket) => {
  socket.on('error', () => {});
  socket.once('data', () => {
    hold();
    socket.write(answer);
    // What the system has no room for is written later.
    setTimeout(written, 200);
  });
});
const proxy = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\\r\\n\\r\\n');
    // The client's first TLS message.
    socket.once('data', (hello) => {
      hold();
      const upstream = net.connect(server.address().port, '127.0.0.1');
      upstream.on('error', () => {}).write(hello);
      upstream.once('data', () => setTimeout(written, 200));
      socket.pipe(upstream).pipe(socket);
    });
  });
});
parentPort.on('message', () => {
  hold();
  parentPort.postMessage('a-token');
  written();
});
server.listen(0, '127.0.0.1', () =>
  proxy.listen(0, '127.0.0.1', () => parentPort.postMessage([server.address().port, proxy.address().port])),
);
`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function otherSide(answer = '') {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { flags, cert: own.certificate, key: own.privateKey, answer };
  const worker = new Worker(thread, { eval: true, workerData });
  cleanups.push(() => worker.terminate());
  const [[port, proxyPort]] = (await once(worker, 'message')) as [[number, number]];
  /** Stops this thread when a request has come, until the answer is there and `ms` from now are over. */
  const stopFor = async (ms: number) => {
    const until = performance.now() + ms;
    await once(worker, 'message');
    // At the end of a turn, so that timers come next, before anything is read.
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    Atomics.wait(flags, 1, 0);
    const nobody = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(nobody, 0, 0, Math.max(0, until - performance.now()) + 50);
  };
  return { worker, port, proxyPort, stopFor };
}

describe('a process that was stopped for longer than a time-out', () => {
  test.each([
    ['an answer without a body', 202, 0],
    ['an answer that takes many reads', 201, 300_000],
  ])('finds %s', async (_, status, length) => {
    const body = 'x'.repeat(length);
    const { port, stopFor } = await otherSide(`HTTP/1.1 ${status} x\r\ncontent-length: ${length}\r\n\r\n${body}`);
    const agent = createAgent(own.certificate);
    cleanups.push(() => agent.destroy());
    const url = `https://127.0.0.1:${port}/`;
    const sending = send({ method: 'POST', url, headers: {}, agent, timeout, answerLimit: 1_000_000 });
    await stopFor(timeout);
    expect(await sending).toMatchObject({ status, body });
  });

  test('finds a tunnel that is open', async () => {
    const { port, proxyPort, stopFor } = await otherSide();
    const proxy = readProxyUrl(`http://127.0.0.1:${proxyPort}`, 'proxy');
    const opened = new Promise((resolve) => {
      const tls = { ca: own.certificate, host: '127.0.0.1', servername: '' };
      openTunnel({ proxy, host: '127.0.0.1', port, tls, userAgent: 'test', timeout }, (error, socket) => {
        socket?.destroy();
        resolve(error);
      });
    });
    await stopFor(timeout);
    expect(await opened).toBeNull();
  });

  test('finds a token', async () => {
    const { worker, stopFor } = await otherSide();
    const get = () =>
      new Promise<string>((resolve) => {
        worker.on('message', (told) => told !== 'arrived' && resolve(told));
        worker.postMessage('');
      });
    const context = {
      certificates: undefined,
      cloud: resolveCloud('global'),
      agent: createAgent(undefined),
      userAgent: 'test',
      // Discovery and token have twice as long.
      timeout: timeout / 2,
      clock: systemClock,
    };
    const asked = tokenRequest({ credential: { kind: 'token', get } }, context)();
    await stopFor(timeout);
    expect((await asked).token).toBe('a-token');
  });
});
