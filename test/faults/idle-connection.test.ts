import { describe, expect, test } from 'vitest';
import type { GraphTransportOptions } from '../../src/index.js';
import type { Breakage } from './breaking-proxy.js';
import type { Handling } from './graph-server.js';
import { type Stage, setStage } from './stage.js';
import { named, strikes } from './strikes.js';
import { makeMessage, type Size } from './test-message.js';

/** A stage with one connection, over which a first message has gone, and which then is idle. */
async function warmStage(
  options: Partial<GraphTransportOptions>,
  handlingOfSecond?: (stage: Stage) => Handling,
): Promise<Stage> {
  const stage: Stage = await setStage({
    keepAlive: true,
    ownAgent: handlingOfSecond === undefined,
    options,
    handlingOf: ({ index }) => (index === 1 ? handlingOfSecond?.(stage) : undefined),
  });
  expect(await stage.send(makeMessage('1 KB').mail)).toMatchObject({ outcome: 'sent' });
  return stage;
}

/** Sends a second message, which ends the stage; gives what was reported and what was so. */
async function sendSecond(stage: Stage, size: Size) {
  const message = makeMessage(size);
  const { outcome } = await stage.send(message.mail);
  await stage.close();
  return { outcome, accepted: stage.mailbox.accepted(message.messageId), connections: stage.proxy.links.length };
}

/** Long enough for both sides to hear of what has happened. */
async function noticed(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe.concurrent('a connection that was kept', () => {
  for (const size of ['1 KB', '1 MB', '2.9 MB'] as const) {
    for (const how of ['reset', 'close', 'half-close'] as const) {
      test(`broken (${how}) while idle, ${size}: sent over a new one`, async () => {
        const stage = await warmStage({ maxRetries: 3 });
        stage.proxy.links[0]?.break(how);
        await noticed();
        expect(await sendSecond(stage, size)).toEqual({ outcome: 'sent', accepted: 1, connections: 2 });
      });

      test(`broken (${how}) as the next message comes, ${size}: sent once, or unknown and not sent`, async () => {
        const stage = await warmStage({ maxRetries: 3 });
        stage.proxy.links[0]?.break(how);
        const { outcome, accepted } = await sendSecond(stage, size);
        if (how === 'half-close') expect(accepted).toBeLessThanOrEqual(1);
        else expect(accepted).toBe(outcome === 'sent' ? 1 : 0);
        expect(['sent', 'unknown']).toContain(outcome);
      });
    }

    for (const how of ['reset', 'close', 'silence'] as const satisfies Breakage[]) {
      test(`broken (${how}) by the first byte of the next message, ${size}: unknown, and not tried again`, async () => {
        const stage = await warmStage({ maxRetries: 3 });
        stage.proxy.links[0]?.breakOnNextBytes(how);
        expect(await sendSecond(stage, size)).toEqual({ outcome: 'unknown', accepted: 0, connections: 1 });
      });
    }
  }
});

describe.concurrent('a fault strikes the second message of a connection', () => {
  for (const struck of strikes) {
    const { point, delivered } = struck;
    const { request, connection, renewed } = point;
    if (!request || connection || renewed) continue;
    test(`${named(struck)}: ${point.outcome}`, async () => {
      const stage: Stage = await warmStage({ maxRetries: 0 }, ({ proxy, timeOut }) => (exchange) => {
        const link = proxy.linkOf(exchange.port);
        return link && request({ ...exchange, link, delivered, timeOut });
      });
      const { outcome, accepted } = await sendSecond(stage, '1 KB');
      expect({ outcome, accepted }).toEqual({ outcome: point.outcome, accepted: delivered ? 1 : 0 });
    });
  }
});
