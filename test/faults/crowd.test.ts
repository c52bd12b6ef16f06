import { describe, expect, test } from 'vitest';
import type { GraphTransportOptions } from '../../src/index.js';
import { setStage } from './stage.js';
import { strikes } from './strikes.js';
import { makeMessage, requestSize } from './test-message.js';
import { hurry } from './time-in-hand.js';

hurry(50);

const ways: Record<string, Partial<GraphTransportOptions>> = {
  direct: {},
  'direct, with a look into Sent Items': { onUnknown: 'verify', verifyWindow: 10_000 },
  'as drafts': { delivery: 'draft' },
  'as drafts, with a look into Sent Items': { delivery: 'draft', onUnknown: 'verify', verifyWindow: 10_000 },
};

/**
 * Not those that end by a timeout, which strikes all requests of a transport or none here; and not 404, by which a server
 * that has the draft lies, and is believed.
 */
const fit = strikes.filter(({ point: { name, refused } }) => !refused && !/silence|never|^404$/.test(name));

/** Every other connection is struck, each time by another fault, in an order that mixes their kinds. */
const strikeOf = (connection: number) => (connection % 2 === 0 ? fit[((connection / 2) * 37) % fit.length] : undefined);

describe.concurrent('80 messages at once, and every other connection breaks', () => {
  test.each(Object.keys(ways))('%s: what is reported of each is true', async (way) => {
    const stage = await setStage({
      options: { mailboxConcurrency: 16, maxRetries: 3, ...ways[way] },
      connectionFaultOf: (index) => strikeOf(index)?.point.connection?.(requestSize('1 KB')),
      handlingOf: (_, link) => {
        const strike = strikeOf(link.index);
        const request = strike?.point.request;
        const { timeOut } = stage;
        return request && ((exchange) => request({ ...exchange, link, delivered: strike.delivered, timeOut }));
      },
    });
    const messages = Array.from({ length: 80 }, () => makeMessage('1 KB'));
    const reports = await Promise.all(messages.map(({ mail }) => stage.send(mail)));
    await stage.close();
    const seen = messages.map(({ messageId }, index) => ({
      messageId,
      outcome: reports[index]?.outcome,
      accepted: stage.mailbox.accepted(messageId),
    }));
    const untrue = seen.filter(({ outcome, accepted }) => {
      if (outcome === 'unknown') return accepted > 1;
      return accepted !== (outcome === 'sent' ? 1 : 0);
    });
    expect(untrue).toEqual([]);
    expect(seen.filter(({ outcome }) => outcome === 'sent').length).toBeGreaterThan(0);
  });
});
