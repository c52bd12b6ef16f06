import { afterEach, describe, expect, test } from 'vitest';
import { childPreamble, runInChild } from '../helpers/child.js';
import { baseOptions, smallMail } from '../helpers/fixtures.js';
import { type RawServer, type RawServerOptions, startRawServer } from '../helpers/raw-server.js';

let server: RawServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function run(program: string, serverOptions: RawServerOptions = {}, options: object = {}) {
  server = await startRawServer(serverOptions);
  const data = { options: { ...baseOptions, cloud: server.cloud, ...options }, mail: smallMail };
  const result = await runInChild(childPreamble + program, data);
  return { ...result, lines: result.stdout.trim().split('\n') };
}

const silent: RawServerOptions['graph'] = async (exchange) => void (await exchange.body());

describe('the process exits by itself', () => {
  test('after close()', async () => {
    const { code, lines } = await run(`
      say((await transporter.sendMail(mail)).attempts);
      transporter.close();
    `);
    expect({ code, lines }).toEqual({ code: 0, lines: ['1'] });
  });

  test('after close() even when an accepted answer never ends', async () => {
    const { code, lines } = await run(
      `
      say((await transporter.sendMail(mail)).attempts);
      transporter.close();
    `,
      {
        graph: async (exchange) => {
          await exchange.body();
          exchange.response.writeHead(202, { 'content-length': '10' }).write('half');
        },
      },
    );
    expect({ code, lines }).toEqual({ code: 0, lines: ['1'] });
  });

  test('after close() while mails wait out a pause', async () => {
    const { code, lines } = await run(
      `
      const sent = Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map(() => transporter.sendMail(mail)));
      setTimeout(() => transporter.close(), 1_500);
      for (const { reason } of await sent) say(reason.code, reason.outcome);
    `,
      {
        graph: async (exchange) => {
          await exchange.body();
          exchange.response.writeHead(429, { 'retry-after': '200' }).end();
        },
      },
    );
    expect({ code, lines }).toEqual({ code: 0, lines: Array(8).fill('ECONNECTION not-sent') });
  });

  test('even without close(), once its connections have been idle', async () => {
    const { code, lines } = await run('say((await transporter.sendMail(mail)).attempts);');
    expect({ code, lines }).toEqual({ code: 0, lines: ['1'] });
  });

  test('when nothing was ever sent', async () => {
    const { code } = await run('transport.isIdle();');
    expect(code).toBe(0);
  });
});

describe('close()', () => {
  test('lets what is in flight end, fails what waits as not sent, and takes no more', async () => {
    const { code, lines } = await run(
      `
      const results = [1, 2, 3, 4].map(() => transporter.sendMail(mail).then(() => 'sent', (e) => e.code + ' ' + e.outcome));
      setTimeout(async () => {
        transporter.close();
        transporter.close();
        say(await transporter.sendMail(mail).then(() => 'sent', (e) => e.code + ' ' + e.outcome));
        say(await transporter.verify().then(() => 'verified', (e) => e.code + ' ' + e.outcome));
      }, 1_000);
      for (const result of await Promise.all(results)) say(result);
    `,
      {
        graph: async (exchange) => {
          await exchange.body();
          setTimeout(() => exchange.response.writeHead(202).end(), 1_600);
        },
      },
      { mailboxConcurrency: 1 },
    );
    expect(code).toBe(0);
    expect(lines.toSorted()).toEqual([
      'ECONNECTION not-sent',
      'ECONNECTION not-sent',
      'ECONNECTION not-sent',
      'ECONNECTION not-sent',
      'ECONNECTION not-sent',
      'sent',
    ]);
    expect(server?.graphRequests).toBe(1);
  });
});

describe('a callback that throws', () => {
  const program = `
    let calls = 0;
    process.on('uncaughtException', (error) => say('uncaught', error.message));
    process.on('unhandledRejection', (error) => say('unhandled', error.message));
    const callback = (error) => {
      say('called', ++calls, error ? error.code : 'sent');
      setTimeout(() => transporter.close(), 300);
      throw new Error('mine');
    };
  `;

  test.each([
    ['after a mail was sent', undefined, {}, 'sent'],
    ['after a failure', silent, { timeout: 200 }, 'ETIMEDOUT'],
  ])('%s is called once, and its error is its own', async (_, graph, options, end) => {
    const { code, lines } = await run(
      `${program} transporter.sendMail(mail, callback);`,
      graph ? { graph } : {},
      options,
    );
    expect({ code, lines }).toEqual({ code: 0, lines: [`called 1 ${end}`, 'uncaught mine'] });
  });

  test('from verify() is called once too', async () => {
    const { code, lines } = await run(`${program} transport.verify(callback);`);
    expect({ code, lines }).toEqual({ code: 0, lines: ['called 1 sent', 'uncaught mine'] });
  });
});
