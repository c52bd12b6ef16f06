import { expect, test } from 'vitest';
import { deliveryOf, settlingTime } from '../../../src/bulk/report/delivery-state.js';
import type { Delivery, ReportedBounce, ReportedTrace } from '../../../src/bulk/report/report-row.js';

const bounce = (action: string): ReportedBounce => ({ recipient: 'a@b.example', action, hard: false });

type Case = [trace: ReportedTrace['status'] | undefined, bounce: string | undefined, read: boolean, expected: Delivery];

/** `read`: whether the Inbox was read when two days had passed. */
const cases: Case[] = [
  [undefined, undefined, false, 'pending'],
  [undefined, undefined, true, 'delivered'],
  ['delivered', undefined, false, 'delivered'],
  // It was delivered to the other organisation's server, which sent it back.
  ['delivered', 'failed', false, 'bounced'],
  ['delivered', 'delayed', false, 'delivered'],
  ['failed', undefined, true, 'failed'],
  ['failed', 'failed', true, 'bounced'],
  // A filter writes no bounce.
  ['quarantined', undefined, true, 'failed'],
  ['filteredAsSpam', undefined, true, 'failed'],
  ['expanded', undefined, false, 'pending'],
  ['pending', undefined, false, 'pending'],
  ['gettingStatus', undefined, false, 'pending'],
  ['unknown', undefined, false, 'pending'],
  ['pending', 'delayed', false, 'delayed'],
  // What is not there proves nothing.
  ['notFound', undefined, false, 'pending'],
  ['notFound', undefined, true, 'delivered'],
  ['notFound', 'failed', false, 'bounced'],
];

test.each(cases)('message trace %s, bounce %s, Inbox read %s: %s', (status, action, read, expected) => {
  const facts = {
    sentAt: 0,
    readUntil: read ? settlingTime : undefined,
    bounce: action === undefined ? undefined : bounce(action),
    trace: status && { status },
  };
  expect(deliveryOf(facts)).toBe(expected);
});
