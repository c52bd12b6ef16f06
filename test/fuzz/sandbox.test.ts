import https from 'node:https';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../src/cli/live/common/plain-http.js';
import type { Target } from '../../src/cli/live/common/target.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { startSandboxTarget } from '../contract/sandbox-target.js';
import { forAWhile } from '../helpers/fixtures.js';
import { garbage } from './any-garbage.js';
import { requestBytes } from './any-http.js';
import { applicationRequests } from './application-requests.js';
import { Bounded } from './bounded.js';
import { graphRequests } from './graph-requests.js';
import { inboxRequests } from './inbox-requests.js';
import { type Door, exchange, type Outcome } from './raw-client.js';

// What fails is printed with its seed and path, which fc.assert takes to repeat it.
const EACH = 2_000;

let target: Target;
let sandbox: Sandbox;
let graph: Door;
let inbox: Door;
let bounded: Bounded;

beforeEach(async () => {
  bounded = new Bounded();
  const unlimited = { requestLimit: false, uploadLimit: false, mailboxConcurrency: false } as const;
  ({ target, sandbox } = await startSandboxTarget({ fromMismatch: 'allow', ...unlimited }));
  graph = { port: Number(new URL(sandbox.url).port), ca: sandbox.ca };
  inbox = { port: Number(new URL(sandbox.inboxUrl).port) };
});

afterEach(async () => {
  target.close();
  await sandbox.close();
});

/** The sandbox answers as a service does, or closes the connection, in time; it does not fail itself. */
async function expectNoFailure(what: string, outcome: Promise<Pick<Outcome, 'status' | 'text'>>): Promise<void> {
  const { status, text } = await bounded.run(what, outcome);
  if (status === 500) throw new Error(`the sandbox failed: ${text.slice(-500)}`);
}

/** For the error alone. */
function show(wish: object): string {
  return Buffer.isBuffer(wish) ? JSON.stringify(wish.toString('latin1')) : inspect({ ...wish, headers: undefined });
}

/** After all that, an ordinary mail still goes through, and everything that was taken can be looked at. */
async function expectSound(): Promise<void> {
  await bounded.settle();
  const subject = target.subject('after all that');
  expect((await target.sendMail(target.mail('after all that'))).status).toBe(202);
  const messages = await sandbox.messages();
  expect(messages.at(-1)).toMatchObject({ subject, to: [{ address: 'ana@example.com' }] });
  for (const { id } of messages.slice(-20)) {
    for (const part of ['', '/raw', '/html', '/attachments/0', '/delivered']) {
      const { status } = await fetch(`${sandbox.inboxUrl}api/messages/${id}${part}`);
      expect(status, `${part} of message ${id}`).toBeOneOf([200, 404]);
    }
  }
}

describe('the sandbox neither fails nor hangs, and is sound afterwards', () => {
  it('whatever requests its HTTPS side gets', async () => {
    const requests = await graphRequests(target);
    const host = new URL(sandbox.url).host;
    await fc.assert(
      fc.asyncProperty(requests, async (wish) => {
        await expectNoFailure(show(wish), exchange(graph, requestBytes(wish, host), wish.delivery));
      }),
      forAWhile(EACH),
    );
    await expectSound();
  });

  it('whatever an application sends, keeps, looks up or signs in with', async () => {
    const agent = new https.Agent({ ca: sandbox.ca, keepAlive: true });
    onTestFinished(() => agent.destroy());
    const requests = await applicationRequests(target);
    await fc.assert(
      fc.asyncProperty(requests, (wish) => expectNoFailure(show(wish), ask(wish.url, wish, agent))),
      forAWhile(2 * EACH),
    );
    await expectSound();
  });

  it('whatever requests its inbox side gets', async () => {
    await target.sendMail(target.mail('first'));
    const [first] = await sandbox.messages();
    const host = new URL(sandbox.inboxUrl).host;
    const requests = inboxRequests({ host, messageId: first?.id ?? '', mailbox: target.settings.mailbox });
    await fc.assert(
      fc.asyncProperty(requests, async (wish) => {
        await expectNoFailure(show(wish), exchange(inbox, requestBytes(wish, host), wish.delivery));
      }),
      forAWhile(EACH),
    );
    // Rules that were accepted would be applied to the ordinary mail.
    sandbox.clear();
    for (const part of ['faults', 'scenario']) await fetch(`${sandbox.inboxUrl}api/${part}`, { method: 'DELETE' });
    await expectSound();
  });

  it('whatever bytes come to either side, TLS or not', async () => {
    const doors = [graph, inbox, { port: graph.port }, { ...graph, port: inbox.port }];
    const input = fc.record({
      door: fc.constantFrom(...doors),
      garbage,
      leave: fc.constantFrom<'end' | 'destroy'>('end', 'destroy'),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ door, garbage, leave }) => {
        await expectNoFailure(show(garbage), exchange(door, garbage, { kind: 'cut', part: 1, leave }));
      }),
      forAWhile(EACH),
    );
    await expectSound();
  });

  it('however many connections are opened and left', async () => {
    const host = new URL(sandbox.url).host;
    const bytes = Buffer.from(
      `POST /v1.0/users/${target.settings.mailbox}/sendMail HTTP/1.1\r\nHost: ${host}\r\nContent-Le`,
    );
    const left = { kind: 'cut', part: 1, leave: 'destroy' } as const;
    for (const door of [graph, inbox]) await Promise.all(Array.from({ length: 50 }, () => exchange(door, bytes, left)));
    await expectSound();
  });
});
