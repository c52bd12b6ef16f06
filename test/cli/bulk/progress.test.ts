import { beforeEach, describe, expect, it } from 'vitest';
import type { BulkProgress } from '../../../src/bulk/common/bulk-results.js';
import { Progress, progressLine, progressText, waitingText } from '../../../src/cli/bulk/progress.js';
import { VirtualClock } from '../../helpers/virtual-clock.js';

let clock: VirtualClock;
let state: BulkProgress;
beforeEach(() => {
  clock = new VirtualClock();
  state = {
    rows: 200,
    total: 200,
    sent: 0,
    rejected: 0,
    skipped: 0,
    unknown: 0,
    left: 200,
    rate: 0,
    throttled: 0,
    startedAt: clock.now(),
    elapsed: 0,
    mailboxes: [],
    timeLeft: undefined,
  };
});

function display(isTTY: boolean, env: NodeJS.ProcessEnv = { TERM: 'xterm' }, columns?: number) {
  const written: string[] = [];
  const output = { isTTY, columns, write: (text: string) => written.push(text) };
  return { written, progress: new Progress({ output, env, clock }, () => state) };
}

const send = (progress: Progress, n = 1) => {
  state = { ...state, sent: state.sent + n };
  progress.changed();
};

describe('progress on a terminal', () => {
  it('redraws one line, narrower than the terminal, and ends on a fresh one', async () => {
    const { written, progress } = display(true, { TERM: 'xterm' }, 40);
    for (let i = 0; i < 200; i++) {
      send(progress);
      await clock.advance(50);
    }
    progress.end();
    expect(written.slice(0, -1).every((text) => text.startsWith('\r\u001b[K') && text.length <= 4 + 39)).toBe(true);
    expect(written.at(-2)).toContain('200 of 200');
    expect(written.at(-1)).toBe('\n');
  });

  it('is drawn ten times a second at most, and shows the last news within that time', async () => {
    const { written, progress } = display(true);
    for (let i = 0; i < 100; i++) {
      send(progress);
      await clock.advance(10);
    }
    expect(written.length).toBeLessThanOrEqual(11);
    await clock.advance(100);
    expect(written.at(-1)).toContain('100 of 200');
  });

  it('is drawn anew without news, for the times in it, but not when nothing would change', async () => {
    const { written } = display(true);
    await clock.advance(5000);
    expect(written).toHaveLength(1);
    state = { ...state, timeLeft: 60_000 };
    await clock.advance(1000);
    expect(written.at(-1)).toContain('1 min left');
  });

  it('keeps below what is printed meanwhile', () => {
    const { written, progress } = display(true);
    progress.print('line 3: refused');
    expect(written.at(-1)).toBe(`\r\u001b[Kline 3: refused\n${written[0]?.replace('\r\u001b[K', '')}`);
  });

  it('is coloured, unless NO_COLOR is set', () => {
    state = { ...state, rejected: 1 };
    expect(display(true).written.join('')).toContain('\u001b[31mrejected 1\u001b[39m');
    expect(display(true, { TERM: 'xterm', NO_COLOR: '1' }).written.join('')).not.toContain('\u001b[31m');
  });

  it('leaves no timer behind', async () => {
    const { progress } = display(true);
    send(progress);
    progress.end();
    expect(clock.timers).toBe(0);
    progress.end();
    progress.changed();
    expect(clock.timers).toBe(0);
  });
});

describe.each([
  ['a pipe', false, { TERM: 'xterm' }],
  ['a dumb terminal', true, { TERM: 'dumb' }],
])('progress on %s', (_, isTTY, env) => {
  it('is a plain line each 30 seconds at most, besides the first and the last', async () => {
    const { written, progress } = display(isTTY, env);
    for (let second = 0; second < 95; second++) {
      send(progress);
      await clock.advance(1000);
    }
    send(progress);
    progress.end();
    expect(written).toEqual([
      '0 of 200  sent 0\n',
      '30 of 200  sent 30\n',
      '60 of 200  sent 60\n',
      '90 of 200  sent 90\n',
      '96 of 200  sent 96\n',
    ]);
  });

  it('prints other lines as they are', () => {
    const { written, progress } = display(isTTY, env);
    progress.print('line 3: refused');
    expect(written.at(-1)).toBe('line 3: refused\n');
  });
});

const now = new Date(2026, 10, 23, 14, 0, 0).getTime();
const minute = 60_000;
const mailbox = { mailbox: 'a@contoso.com', sentLastMinute: 30, recipientsLastDay: 100 };
const throttled = (minutes: number) => ({
  ...mailbox,
  waiting: { for: 'throttled' as const, until: now + minutes * minute },
});
const progress: BulkProgress = {
  rows: 5000,
  total: 5000,
  sent: 1200,
  rejected: 0,
  skipped: 0,
  unknown: 0,
  left: 3800,
  rate: 30,
  throttled: 0,
  startedAt: now - 40 * minute,
  elapsed: 40 * minute,
  mailboxes: [mailbox],
  timeLeft: 127 * minute,
};
const wide = 200;

describe('the line of progress', () => {
  it('has a bar, what became of the rows, the rate and the time left', () => {
    expect(progressLine(progress, now, 79)).toBe(
      '[======                    ] 1,200 of 5,000  sent 1,200  30/min  2 h 7 min left',
    );
  });

  it.each([
    [200, 'sent 200'],
    [3_400, 'sent 200  in 3 s'],
    [59_999, 'sent 200  in 59 s'],
    [60_000, 'sent 200  200/min'],
  ])('after %i ms tells a rate of a minute only when there was one', (elapsed, text) => {
    const done = { ...progress, total: 200, sent: 200, left: 0, rate: 200, elapsed, timeLeft: 0 };
    expect(progressText(done, now)).toBe(`200 of 200  ${text}`);
  });

  it('names rejected, skipped and unknown rows as soon as there are some', () => {
    const line = progressLine({ ...progress, sent: 1186, rejected: 3, skipped: 10, unknown: 1 }, now, wide);
    expect(line).toContain('1,200 of 5,000  sent 1,186  rejected 3  skipped 10  unknown 1');
  });

  it('says until when Graph wants no more', () => {
    const mailboxes = [throttled(3 + 1 / 3)];
    expect(progressLine({ ...progress, mailboxes }, now, wide)).toContain('  throttled until 14:03:20  ');
    expect(progressLine({ ...progress, mailboxes }, now + 4 * minute, wide)).not.toContain('throttled');
  });

  it('says until when it waits for the limit of the day', () => {
    const mailboxes = [{ ...mailbox, waiting: { for: 'day' as const, until: now + 24 * 60 * minute } }];
    expect(progressLine({ ...progress, mailboxes }, now, wide)).toContain(
      "waits for the day's limit until 2026-11-24 14:00:00",
    );
  });

  it('says how many of several mailboxes wait, and until when the first does', () => {
    expect(waitingText({ mailboxes: [throttled(5), mailbox, throttled(2)] }, now)).toBe(
      '2 of 3 mailboxes throttled until 14:02:00',
    );
    expect(
      waitingText({ mailboxes: [{ ...mailbox, waiting: { for: 'rate', until: now + 1000 } }] }, now),
    ).toBeUndefined();
  });

  it('is never wider than it may be, and keeps the count as long as it can', () => {
    const busy = {
      ...progress,
      rejected: 30,
      skipped: 40,
      unknown: 5,
      mailboxes: [throttled(1)],
    };
    for (let width = 0; width <= 160; width++) {
      const line = progressLine(busy, now, width);
      expect(line.length).toBeLessThanOrEqual(width);
      if (width >= 14) expect(line).toContain('1,275 of 5,000');
    }
    expect(progressLine(busy, now, 44)).toBe('1,275 of 5,000  rejected 30  unknown 5');
  });

  it('does without the total where nobody knows it', () => {
    const line = progressLine({ ...progress, total: undefined, timeLeft: undefined }, now, 79);
    expect(line).toBe('1,200 rows  sent 1,200  30/min');
  });

  it('paints what wants attention, without counting the paint', () => {
    const paint = (colour: string, text: string) => `<${colour}>${text}</>`;
    const line = progressLine({ ...progress, rejected: 3, unknown: 1 }, now, 60, paint);
    expect(line).toContain('<red>rejected 3</>  <yellow>unknown 1</>');
    expect(line.replaceAll(/<[^>]*>/g, '').length).toBeLessThanOrEqual(60);
  });
});
