import { describe, expect, it } from 'vitest';
import { type JustDone, nextSteps } from '../../../src/bulk/report/next-steps.js';
import { noTotals, type ReportTotals } from '../../../src/bulk/report/totals.js';
import { OwnCommands } from '../../../src/common/own-commands.js';

const run = 'mail-runs/0123';
const bulk = (rest: string) => `npx nodemailer-graph-transport bulk ${rest}`;
const delivery = (some: Partial<ReportTotals['delivery']>) => ({ delivery: { ...noTotals().delivery, ...some } });

function stepsFor(some: Partial<ReportTotals>, ended: string | undefined, just: JustDone = {}, inProgress = false) {
  const totals = { ...noTotals(), ...some };
  const more = { bouncesRead: just.readBounces ?? false, canReadBounces: true } as const;
  const commands = new OwnCommands({ platform: 'linux' });
  return nextSteps({ totals, folder: run, commands, suppress: undefined, ended, just, inProgress, ...more });
}

/** What somebody did, how it ended and what that left. */
const states: [done: string, ended: string | undefined, left: Partial<ReportTotals>, just?: JustDone][] = [
  [`resume ${run}`, 'refused', { left: 3 }],
  [`resume ${run}`, 'temporary', { left: 3 }],
  [`resume ${run}`, 'max-errors', { left: 3, rejectedAs: { row: 0, send: 20 } }],
  [`resume ${run}`, 'journal', { left: 3, unknown: 1 }],
  [`resume ${run} --verify`, 'complete', { unknown: 2 }, { lookedIn: 'sent-items' }],
  [`resume ${run} --verify`, 'refused', { unknown: 2, left: 1 }, { lookedIn: 'sent-items', couldNotLook: true }],
  [`resume ${run} --trace`, 'complete', { unknown: 2 }, { lookedIn: 'trace' }],
  [`resume ${run} --trace`, 'temporary', { unknown: 2, left: 1 }, { lookedIn: 'trace', couldNotLook: true }],
  [`retry ${run} --failed`, 'complete', { rejectedAs: { row: 0, send: 2 } }],
  [`bounces ${run}`, 'complete', delivery({ pending: 5 }), { readBounces: true }],
  [`bounces ${run}`, 'complete', delivery({ delayed: 1, hard: 1 }), { readBounces: true }],
  [
    `bounces ${run} --suppress suppressed.txt`,
    'complete',
    delivery({ pending: 5, hard: 2 }),
    { readBounces: true, suppressed: true },
  ],
];

describe('advice does not go round in a circle', () => {
  it.each(states)('after bulk %s, which ended %s and left %j', (done, ended, left, just) => {
    const steps = stepsFor(left, ended, just);
    expect(steps).not.toEqual([]);
    // The same once more only after something that a person has to do before, or to wait for.
    const again = steps.filter(({ commands }) => commands.includes(bulk(done)));
    for (const { what } of again) expect(what).toMatch(/^(Once|Later)\b/);
  });

  it('says that left mails can go out although unknown ones cannot be looked for', () => {
    const steps = stepsFor({ unknown: 1, left: 2 }, 'refused', { lookedIn: 'sent-items', couldNotLook: true });
    expect(steps.at(-1)).toMatchObject({ what: 'Send the 2 mails that are left', commands: [bulk(`resume ${run}`)] });
  });

  it('leads from Sent Items to message trace, and from there to sending again, never back', () => {
    const unknown = { unknown: 1 };
    const flagsAfter = (just: JustDone) =>
      stepsFor(unknown, 'complete', just).flatMap(({ commands }) => commands.map((one) => one.split(' ').at(-1)));
    expect(flagsAfter({})).toEqual(['--verify', '--resend-unknown']);
    expect(flagsAfter({ lookedIn: 'sent-items' })).toEqual(['--trace', '--resend-unknown']);
    expect(flagsAfter({ lookedIn: 'trace' })).toEqual(['--resend-unknown']);
  });

  it.each(['complete', 'limit', 'stopped', 'aborted', undefined])('needs no condition to go on after %s', (ended) => {
    expect(stepsFor({ left: 1 }, ended)).toMatchObject([{ what: 'Send the one that is left' }]);
  });

  it('has nothing to do about a run in progress but to look at it', () => {
    const all = { left: 2, unknown: 1, rejectedAs: { row: 1, send: 1 } };
    expect(stepsFor(all, undefined, {}, true).flatMap(({ commands }) => commands)).toEqual([bulk(`status ${run}`)]);
  });
});
