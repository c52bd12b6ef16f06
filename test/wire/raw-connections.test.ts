import nodemailer from 'nodemailer';
import { afterAll, describe, expect, test } from 'vitest';
import { type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { baseOptions, smallMail } from '../helpers/fixtures.js';
import { type Handler, type RawServer, type RawServerOptions, startRawServer } from '../helpers/raw-server.js';

const cleanUp: (() => unknown)[] = [];
// Not after each test: some of them run at the same time.
afterAll(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(options?: RawServerOptions): Promise<RawServer> {
  const server = await startRawServer(options);
  cleanUp.push(() => server.close());
  return server;
}

function transporterFor(cloud: RawServer['cloud'], options: Partial<GraphTransportOptions> = {}) {
  const transporter = nodemailer.createTransport(graphTransport({ ...baseOptions, cloud, ...options }));
  cleanUp.push(() => transporter.close());
  return transporter;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const slowly =
  (ms: number): Handler =>
  async (exchange) => {
    await exchange.body();
    await pause(ms);
    exchange.response.writeHead(202).end();
  };

/** Node's server would otherwise tell in a Keep-Alive header when it is going to close the connection. */
const withoutHint: Handler = async (exchange) => {
  await exchange.body();
  exchange.response.writeHead(202, { connection: 'keep-alive' }).end();
};

describe('requests in flight', () => {
  test.each([1, 3, 4])('to a mailbox are never more than %i, over no more connections', async (mailboxConcurrency) => {
    const server = await start({ graph: slowly(5) });
    const transporter = transporterFor(server.cloud, { mailboxConcurrency });
    await Promise.all(Array.from({ length: 40 }, () => transporter.sendMail(smallMail)));
    expect(server.graphRequests).toBe(40);
    expect(server.mostInFlight).toBe(mailboxConcurrency);
    expect(server.connections).toBeLessThanOrEqual(mailboxConcurrency);
  });

  test('to different mailboxes do not wait for each other', async () => {
    const server = await start({ graph: slowly(50) });
    const transporter = transporterFor(server.cloud, { mailboxConcurrency: 1, allowedMailboxes: '*@contoso.com' });
    const mails = ['a', 'b', 'c'].map((name) => ({ ...smallMail, graph: { mailbox: `${name}@contoso.com` } }));
    await Promise.all(mails.map((mail) => transporter.sendMail(mail)));
    expect(server.mostInFlight).toBe(3);
  });

  test('to one mailbox in two spellings do', async () => {
    const server = await start({ graph: slowly(30) });
    const transporter = transporterFor(server.cloud, { mailboxConcurrency: 1, allowedMailboxes: '*@contoso.com' });
    const mails = ['sales@contoso.com', 'Sales@CONTOSO.com'].map((mailbox) => ({ ...smallMail, graph: { mailbox } }));
    await Promise.all(mails.map((mail) => transporter.sendMail(mail)));
    expect(server.mostInFlight).toBe(1);
  });

  test('of mails sent at once arrive in the order in which they were given', async () => {
    const server = await start();
    const transporter = transporterFor(server.cloud, { mailboxConcurrency: 1 });
    const subjects = Array.from({ length: 30 }, (_, i) => `number ${i}`);
    await Promise.all(subjects.map((subject) => transporter.sendMail({ ...smallMail, subject })));
    expect(server.bodies.map((body) => /^Subject: (.*)$/m.exec(body.toString())?.[1])).toEqual(subjects);
  });
});

test('a hundred mails on a cold start ask for one token', async () => {
  const server = await start();
  const transporter = transporterFor(server.cloud);
  await Promise.all(Array.from({ length: 100 }, () => transporter.sendMail(smallMail)));
  expect(server.tokenRequests).toHaveLength(1);
  expect(server.graphRequests).toBe(100);
});

describe.concurrent('connections that are idle', () => {
  test('are used again', async ({ expect }) => {
    const server = await start();
    const transporter = transporterFor(server.cloud);
    for (let i = 0; i < 5; i++) await transporter.sendMail(smallMail);
    expect(server.connections).toBe(1);
  });

  test('are closed by us, also when a request on them took longer than they may be idle', async ({ expect }) => {
    const server = await start({ graph: slowly(4_400) });
    server.server.keepAliveTimeout = 0;
    const transporter = transporterFor(server.cloud);
    await transporter.sendMail(smallMail);
    expect(server.open).toBe(1);
    await expect.poll(() => server.open, { timeout: 8_000, interval: 100 }).toBe(0);
  });

  // Whatever the time between two mails, around the five seconds after which this server closes a connection.
  test.for([3_900, 4_000, 4_100, 4_900, 4_990, 5_000, 5_010, 5_100])(
    'never cost a mail, %i ms after the last one',
    async (idle, { expect }) => {
      const server = await start({ graph: withoutHint });
      server.server.keepAliveTimeout = 5_000;
      const transporter = transporterFor(server.cloud, { maxRetries: 0 });
      await transporter.sendMail(smallMail);
      await pause(idle);
      expect((await transporter.sendMail(smallMail)).attempts).toBe(1);
    },
  );

  test.for(['timeout=1', 'timeout=2, max=100'])(
    'are closed sooner where the server says so: %s',
    async (hint, { expect }) => {
      const server = await start({
        graph: async (exchange) => {
          await exchange.body();
          exchange.response.writeHead(202, { 'keep-alive': hint, connection: 'keep-alive' }).end();
        },
      });
      server.server.keepAliveTimeout = 0;
      const transporter = transporterFor(server.cloud);
      await transporter.sendMail(smallMail);
      await expect.poll(() => server.open, { timeout: 3_000, interval: 50 }).toBe(0);
    },
  );

  test.for<[string, Handler]>([
    ['at once by close()', withoutHint],
    [
      'by close() also where an accepted answer never ends',
      async (exchange) => {
        await exchange.body();
        exchange.response.writeHead(202, { 'content-length': '10' }).write('half');
      },
    ],
  ])('are closed %s', async ([, graph], { expect }) => {
    const server = await start({ graph });
    server.server.keepAliveTimeout = 0;
    const transporter = transporterFor(server.cloud);
    await transporter.sendMail(smallMail);
    expect(server.open).toBeGreaterThan(0);
    transporter.close();
    // Well before they would have been retired for being idle.
    await expect.poll(() => server.open, { timeout: 2_500, interval: 20 }).toBe(0);
  });

  test('are not used again where the server closes after each answer', async ({ expect }) => {
    const server = await start({
      graph: async (exchange) => {
        await exchange.body();
        exchange.response.writeHead(202, { connection: 'close' }).end();
      },
    });
    const transporter = transporterFor(server.cloud, { maxRetries: 0 });
    for (let i = 0; i < 3; i++) expect((await transporter.sendMail(smallMail)).attempts).toBe(1);
    expect(server.connections).toBeGreaterThanOrEqual(3);
  });
});
