import { beforeEach, describe, expect, it } from 'vitest';
import type { BulkOptions, BulkSummary } from '../../../src/bulk/index.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { GraphMailError } from '../../../src/common/errors.js';
import { people } from './virtual/people.js';
import { play } from './virtual/play.js';
import { SteppingClock } from './virtual/stepping-clock.js';

const minute = 60_000;
const hour = 3_600_000;

interface Given {
  mailbox: string;
  at: number;
  recipients: number;
}

let clock: SteppingClock;
let given: Given[];
let answer: (mail: Given) => Promise<unknown>;

beforeEach(() => {
  clock = new SteppingClock();
  given = [];
  answer = () => new Promise((resolve) => clock.after(1_000, () => resolve({})));
});

const transporter = {
  sendMail: ({ from, cc = [] }: { from: { address: string }; cc?: unknown[] }) => {
    const mail = { mailbox: from.address, at: clock.now(), recipients: 1 + cc.length };
    given.push(mail);
    return answer(mail);
  },
};

async function send(more: Partial<BulkOptions>): Promise<BulkSummary> {
  const options = { transporter, recipients: people(300), template: () => ({}), ...more };
  const run = new BulkRun(options, { clock });
  await play(clock, run);
  return run.finished;
}

const template =
  (fromOf: (number: number) => string) =>
  (_row: object, { number }: { number: number }) => ({
    from: `${fromOf(number)}@contoso.com`,
    subject: 'Hello',
    text: 'Hello',
  });

const timesOf = (name: string) =>
  given.filter(({ mailbox }) => mailbox === `${name}@contoso.com`).map(({ at }) => at - (given[0]?.at ?? 0));

describe('a template that gives each mail its From', () => {
  it('has each mailbox keep its own limits, at the same time', async () => {
    const summary = await send({ template: template((number) => 'abc'[number % 3] ?? '') });
    expect(summary).toMatchObject({ sent: 300, ended: 'complete' });
    for (const name of ['a', 'b', 'c']) {
      const times = timesOf(name);
      expect(times).toHaveLength(100);
      for (const [index, at] of times.slice(30).entries()) {
        expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(minute);
      }
    }
    expect(summary.finishedAt - summary.startedAt).toBeLessThan(3.5 * minute);
  });

  it('has no mailbox wait for another that the service told to wait', async () => {
    let told = false;
    const takes = answer;
    answer = async (mail) => {
      if (told || mail.mailbox !== 'a@contoso.com') return takes(mail);
      told = true;
      throw new GraphMailError('Slow down', { code: 'EGRAPH', responseCode: 429, retryAfter: 5 * hour });
    };
    await send({ template: template((number) => (number % 3 === 0 ? 'a' : 'b')) });
    expect(timesOf('b').at(-1)).toBeLessThan(10 * minute);
    expect(timesOf('a')).toHaveLength(101);
    const [, ...later] = timesOf('a').filter((at) => at > minute);
    expect(Math.min(...later)).toBeGreaterThanOrEqual(5 * hour);
  });

  it('has no mailbox wait for the day of another', async () => {
    await send({ template: template((number) => (number % 3 === 0 ? 'a' : 'b')), perDay: 50, rate: false });
    expect(timesOf('b').filter((at) => at < minute)).toHaveLength(50);
    expect(timesOf('a').filter((at) => at < minute)).toHaveLength(50);
  });

  it('sends from several mailboxes side by side when the rows come mailbox by mailbox', async () => {
    const summary = await send({ template: template((number) => 'abc'[Math.floor((number - 1) / 100)] ?? '') });
    expect(summary.finishedAt - summary.startedAt).toBeLessThan(4 * minute);
  });

  it('counts every recipient of a mail into the day', async () => {
    const cc = ['x@example.com', 'y@example.com'];
    const fixed = (row: object, info: { number: number }) => ({ ...template(() => 'a')(row, info), cc });
    await send({ template: fixed, perDay: 10, rate: false, recipients: people(20) });
    expectNoDayAbove(10);
  });

  it('counts every recipient into the day of a sender, too', async () => {
    const withCc = () => ({ subject: 'Hello', text: 'Hello', cc: ['x@example.com', 'y@example.com'] });
    await send({ template: withCc, from: 'a@contoso.com', perDay: 10, rate: false, recipients: people(20) });
    expectNoDayAbove(10);
  });
});

function expectNoDayAbove(limit: number): void {
  for (const { at } of given) {
    const day = given.filter((mail) => mail.at >= at && mail.at < at + 24 * hour);
    expect(day.reduce((sum, { recipients }) => sum + recipients, 0)).toBeLessThanOrEqual(limit);
  }
}
