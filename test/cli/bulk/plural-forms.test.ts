import { expect, it } from 'vitest';
import type { CheckReport } from '../../../src/bulk/checks/check-recipients.js';
import { volumePlan } from '../../../src/bulk/checks/volume.js';
import type { BulkProgress } from '../../../src/bulk/common/bulk-results.js';
import { headlineOf } from '../../../src/bulk/report/headline.js';
import { noTotals } from '../../../src/bulk/report/totals.js';
import { printTotals } from '../../../src/bulk/run/totals.js';
import { checkText } from '../../../src/cli/bulk/check-rows.js';
import { adviceLines, paceLine } from '../../../src/cli/bulk/ending-text.js';
import { progressText } from '../../../src/cli/bulk/progress.js';
import { statusText } from '../../../src/cli/bulk/status-command.js';
import { overallVerdict } from '../../../src/cli/doctor/report.js';
import { OwnCommands } from '../../../src/common/own-commands.js';

const nouns = 'row|mail|mailbox|recipient|duplicate|address|time|day|problem|request|minute|message|warning';

/** All texts in which something is counted, where there are `n` of everything. */
function textsWith(n: number): string[] {
  const totals = {
    ...noTotals(),
    ...{ rows: n, sent: n, rejected: n, skipped: n, unknown: n, left: n },
    rejectedAs: { row: n, send: n },
    delivery: { delivered: n, bounced: n, hard: n, delayed: n, failed: n, pending: n },
  };
  const plans = [30, 1500].flatMap((rate) =>
    [1, 2].map((mailboxes) =>
      volumePlan({ recipients: n, mailboxes, rate, perDay: Math.max(1, n - 1), alreadyToday: n }),
    ),
  );
  const reports = plans.map(
    (plan): CheckReport => ({
      rows: n,
      ready: n,
      skipped: { duplicate: n, suppressed: n },
      problems: [],
      problemCount: n,
      problemKinds: {},
      warnings: [{ kind: 'no-text', message: 'No text', rows: n }],
      largest: undefined,
      plan,
    }),
  );
  const progress: BulkProgress = {
    ...totals,
    ...{
      total: undefined,
      rate: n,
      throttled: n,
      startedAt: 0,
      elapsed: 60_000,
      timeLeft: n * 86_400_000,
      mailboxes: [],
    },
  };
  const next = { commands: new OwnCommands({ platform: 'linux' }), suppress: undefined };
  const status = {
    id: '1a2b3c4d5e6f7890',
    begun: '2026-11-23T13:00:00.000Z',
    recipients: 'people.csv',
    totals,
    open: n,
    rejectedAs: totals.rejectedAs,
    mailboxes: [{ mailbox: 'a@b.example', sentLastMinute: n, recipientsLastDay: n }],
    unknown: [],
  };
  return [
    printTotals(totals),
    paceLine({ duration: n * 60_000, throttled: n }),
    headlineOf(totals, undefined).sentence,
    headlineOf({ ...noTotals(), rows: n, sent: n }, undefined).sentence,
    progressText(progress, 0),
    overallVerdict(
      Array.from({ length: n }, () => ({ id: 'clock', title: '', status: 'warning', seen: '' })) as never,
      false,
    ).text,
    ...reports.flatMap((report) => checkText(report)),
    ...(['in-progress', 'interrupted'] as const).flatMap((state) => statusText({ ...status, state }, 'run', 0, next)),
    ...adviceLines(totals, 'run', next),
  ];
}

it.each([
  [0, new RegExp(`(?<![\\d.,])0 (?:${nouns})\\b`)],
  [1, new RegExp(`(?<![\\d.,])1 (?:more |rejected |unknown )?(?:${nouns})e?s\\b|\\b1 (?:are|were)\\b`)],
  [2, new RegExp(`(?<![\\d.,])2 (?:more |rejected |unknown )?(?:${nouns})\\b|\\b2 (?:is|was)\\b`)],
])('what is counted %i times is named in its form', (n, wrong) => {
  expect(textsWith(n).filter((text) => wrong.test(text))).toEqual([]);
});
