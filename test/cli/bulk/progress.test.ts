import { beforeEach, describe, expect, it } from 'vitest';
import type { BulkProgress } from '../../../src/bulk/common/bulk-results.js';
import { Progress } from '../../../src/cli/bulk/progress.js';
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
