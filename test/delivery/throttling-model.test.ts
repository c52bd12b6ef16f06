import { describe, expect, test } from 'vitest';
import { TokenSource } from '../../src/auth/token-source.js';
import { isGraphMailError } from '../../src/common/errors.js';
import { deliver } from '../../src/delivery/deliver.js';
import { MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { RateLimiter } from '../../src/delivery/gate/rate-limiter.js';
import { RequestQueue } from '../../src/delivery/gate/request-queue.js';
import { MessageIds } from '../../src/delivery/request/composition.js';
import { RetryBudget } from '../../src/delivery/request/retry-delay.js';
import type { DeliveryContext } from '../../src/delivery/request/types.js';
import { idealDuration } from '../helpers/ideal-scheduler.js';
import { seededRandom, ThrottlingPlan } from '../helpers/throttling-plan.js';
import { ThrottlingService, type TransportBounds } from '../helpers/throttling-service.js';
import { VirtualClock } from '../helpers/virtual-clock.js';

const mailboxes = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@contoso.com`);
const messagesEach = 2_000;
const limit = 4;
const way = { delivery: 'direct', onUnknown: 'fail', verifyWindow: 0, maxRequestSize: 4_000_000 } as const;

interface Wishes {
  seed: number;
  /** Of all requests, so many are not taken. */
  share: number;
  uploadBudget: number;
  bounds?: TransportBounds;
}

/** Half of what it may be at most, as the context's `random` has it. */
const backoff = (attempts: number) => Math.ceil(0.5 * Math.min(60_000, 1_000 * 2 ** (attempts - 1)));

/** Sends it all, in virtual time; what should not happen at the service fails at once. */
async function run({ seed, share, uploadBudget, bounds }: Wishes) {
  const random = seededRandom(seed);
  const sizes = new Map(
    mailboxes.map((name) => [name, Array.from({ length: messagesEach }, () => 500 + Math.floor(random() * 3_000))]),
  );
  const plan = new ThrottlingPlan(seed, share, mailboxes, messagesEach * 4);
  const clock = new VirtualClock();
  const service = new ThrottlingService(plan, mailboxes, limit, backoff, clock, bounds);
  const rate = bounds && new RateLimiter(bounds.starts, bounds.window, clock);
  const context: DeliveryContext = {
    graph: service,
    tokens: new TokenSource(async () => ({ token: 'token', lifetime: Number.POSITIVE_INFINITY }), clock),
    budget: new RetryBudget(),
    clock,
    timeout: 100_000,
    limits: { maxRetries: 1_000, maxWait: 1e12 },
    random: () => 0.5,
    messageIds: new MessageIds(clock),
    rate,
    connections:
      bounds &&
      new RequestQueue({
        limit: () => bounds.connections,
        wait: ({ submission }) => (submission ? (rate?.wait ?? 0) : 0),
        acquired: ({ submission }) => {
          if (submission) rate?.reserve();
        },
        clock,
      }),
  };

  const start = clock.now();
  let end = start;
  const reports = new Map<string, string[]>();
  const sending: Promise<void>[] = [];
  for (const [mailbox, all] of sizes) {
    const gate = new MailboxGate({ limit, lookAhead: 2, uploadBudget, clock });
    for (const [index, bytes] of all.entries()) {
      const text = `${mailbox} ${index}`;
      const report = (what: string) => {
        reports.set(text, [...(reports.get(text) ?? []), what]);
        end = clock.now();
      };
      const compose = async () => ({ body: Buffer.from(text.padEnd(bytes)), messageId: text });
      sending.push(
        deliver(context, gate, { mailbox, compose, way }).then(
          () => report('sent'),
          (error: unknown) => report(isGraphMailError(error) ? error.outcome : String(error)),
        ),
      );
    }
  }
  while (reports.size < sending.length && clock.now() - start < 1e9) await clock.advance(3_600_000);
  const ideal = idealDuration({ plan, mailboxes: sizes, limit, uploadBudget, bounds, backoff });
  return { service, reports, timers: clock.timers, ratio: (end - start) / ideal };
}

function expectEachExactlyOnce({ service, reports }: Awaited<ReturnType<typeof run>>): void {
  expect(reports.size).toBe(mailboxes.length * messagesEach);
  for (const [text, ends] of reports) {
    if (ends.length !== 1) expect.fail(`${text}: ${ends.join(', ')}`);
    const times = service.delivered.get(text) ?? 0;
    const right = ends[0] === 'sent' ? times === 1 : ends[0] === 'unknown' && times <= 1;
    if (!right) expect.fail(`${text}: reported ${ends[0]}, went out ${times} times`);
  }
}

describe.each([1, 5, 20, 50])(
  '10,000 messages from five mailboxes, with %i %% of the requests not taken',
  (percent) => {
    test.each<{ bound: string; wishes: Omit<Wishes, 'share'> }>([
      { bound: 'four requests in flight', wishes: { seed: 11, uploadBudget: 150_000_000 } },
      { bound: 'the upload budget', wishes: { seed: 22, uploadBudget: 1_000_000 } },
      {
        bound: 'the whole transport',
        wishes: { seed: 33, uploadBudget: 150_000_000, bounds: { connections: 12, starts: 10, window: 1_000 } },
      },
    ])('bounded by $bound: none too early, none lost, all hardly later than at best', async ({ wishes }) => {
      const result = await run({ share: percent / 100, ...wishes });
      expectEachExactlyOnce(result);
      expect(result.service.mostBytes).toBeLessThanOrEqual(wishes.uploadBudget);
      expect(result.timers).toBe(0);
      expect(result.ratio, 'times what an ideal scheduler needs').toBeLessThanOrEqual(1.05);
      expect(result.ratio, 'nor less than the rules leave room for').toBeGreaterThan(0.99);
    });
  },
);
