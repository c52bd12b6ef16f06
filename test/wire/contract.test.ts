import nodemailer, { type Transport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGraphMailError } from '../../src/common/errors.js';
import { type GraphTransport, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { baseOptions, mailbox, smallMail } from '../helpers/fixtures.js';
import { type RawServer, startRawServer } from '../helpers/raw-server.js';

let server: RawServer;
const transports: GraphTransport[] = [];
beforeAll(async () => {
  server = await startRawServer();
});
afterAll(async () => {
  for (const transport of transports) transport.close();
  await server.close();
});

const create = (options: Partial<GraphTransportOptions> = {}) => {
  const transport = graphTransport({ ...baseOptions, cloud: server.cloud, maxRetries: 0, ...options });
  transports.push(transport);
  return transport;
};

type Send = Transport<unknown>['send'];

/** Calls `send` as Nodemailer does, and tells how often it called back, a little longer than until the first time. */
async function sendDirectly(transport: GraphTransport, mail: unknown) {
  const calls: unknown[][] = [];
  await new Promise<void>((resolve) => {
    (transport.send as Send)(mail as Parameters<Send>[0], (...args) => {
      calls.push(args);
      setTimeout(resolve, 20);
    });
    // Never before send() has returned.
    expect(calls).toHaveLength(0);
  });
  return calls;
}

describe('send()', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    [
      'a mail whose envelope throws',
      {
        data: {},
        message: {
          getEnvelope: () => {
            throw new Error('no');
          },
        },
      },
    ],
    [
      'a mail that cannot be composed',
      {
        data: {},
        message: {
          getEnvelope: () => ({ from: mailbox, to: ['ana@example.com'] }),
          getAddresses: () => ({}),
          createReadStream: () => {
            throw new Error('no');
          },
        },
      },
    ],
  ])('never throws, and calls back once with a GraphMailError that says not sent: %s', async (_, mail) => {
    const calls = await sendDirectly(create(), mail);
    expect(calls).toHaveLength(1);
    expect(isGraphMailError(calls[0]?.[0])).toBe(true);
    expect(calls[0]?.[0]).toMatchObject({ outcome: 'not-sent' });
  });

  test('calls back with an error even when the mailbox function throws', async () => {
    const transporter = nodemailer.createTransport(
      create({
        mailbox: () => {
          throw new Error('no such tenant');
        },
      }),
    );
    const error = await transporter.sendMail(smallMail).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ outcome: 'not-sent' });
    expect(String(error)).toContain('no such tenant');
  });

  test('is not confused by an object key of Object.prototype in a mailbox', async () => {
    const transporter = nodemailer.createTransport(create({ allowedMailboxes: '*@contoso.com' }));
    const info = await transporter.sendMail({ ...smallMail, graph: { mailbox: '__proto__@contoso.com' } } as never);
    expect(info.mailbox).toBe('__proto__@contoso.com');
  });
});

describe('Nodemailer', () => {
  test('finds name, version, and a transporter that is the transport', () => {
    const transport = create();
    const transporter = nodemailer.createTransport(transport);
    expect(transporter.transporter).toBe(transport);
    expect(transport).toMatchObject({ name: 'GraphTransport', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  test('gets its result through a promise and through a callback', async () => {
    const transporter = nodemailer.createTransport(create());
    const byPromise = await transporter.sendMail(smallMail);
    const byCallback = await new Promise((resolve, reject) => {
      transporter.sendMail(smallMail, (error, info) => (error ? reject(error) : resolve(info)));
    });
    for (const info of [byPromise, byCallback])
      expect(info).toMatchObject({
        envelope: { from: mailbox, to: ['ana@example.com'] },
        messageId: expect.stringMatching(/^<.+@contoso\.com>$/),
        accepted: ['ana@example.com'],
        rejected: [],
        pending: [],
        response: expect.stringMatching(/^202 Accepted/),
        messageSize: expect.any(Number),
        messageTime: expect.any(Number),
        mailbox,
        requestId: expect.any(String),
        clientRequestId: expect.any(String),
        attempts: 1,
      });
  });

  test('hears when the transport is idle: at first, and again after it was not', async () => {
    const transport = create({ mailboxConcurrency: 1 });
    let idle = 0;
    transport.on('idle', () => idle++);
    await expect.poll(() => idle, { interval: 1 }).toBe(1);
    expect(transport.isIdle()).toBe(true);
    const transporter = nodemailer.createTransport(transport);
    const all = Array.from({ length: 8 }, () => transporter.sendMail(smallMail));
    await expect.poll(() => transport.isIdle(), { interval: 0 }).toBe(false);
    await Promise.all(all);
    await expect.poll(() => idle, { interval: 1 }).toBeGreaterThan(1);
    expect(transport.isIdle()).toBe(true);
  });

  test('may use one transport in several transporters', async () => {
    const transport = create();
    const [one, other] = [nodemailer.createTransport(transport), nodemailer.createTransport(transport)];
    await Promise.all([one.sendMail(smallMail), other.sendMail(smallMail)]);
  });
});
