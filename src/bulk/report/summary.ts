import type { Highlights } from './highlights.js';
import type { RunFacts } from './run-facts.js';
import type { ReportTotals } from './totals.js';

/** What `summary.json` holds, for programs. Times are ISO 8601. */
export interface RunSummary {
  version: 1;
  run: string;
  madeAt: string;
  recipients: string;
  template?: string;
  startedAt: string;
  lastAt: string;
  sessions: number;
  /** Why the last session ended; absent while it goes on, or when it was killed. */
  ended?: string;
  totals: ReportTotals;
  mailboxes: { mailbox: string; sent: number; throttled: number; inboxReadUntil?: string; tracedAt?: string }[];
  errors: { code: string; rows: number }[];
  bounces: { status: string; rows: number }[];
  notes: readonly string[];
}

/** Pure. */
export function runSummary(facts: RunFacts, totals: ReportTotals, found: SummaryFindings): RunSummary {
  const { run, startedAt, lastAt, sessions, ended } = facts;
  return {
    version: 1,
    run: run.id,
    madeAt: new Date(found.now).toISOString(),
    recipients: run.recipients.path ?? run.recipients.name,
    ...(run.template.path !== undefined && { template: run.template.path }),
    startedAt,
    lastAt,
    sessions,
    ...(ended !== undefined && { ended }),
    totals,
    mailboxes: [...facts.mailboxes.values()].map(({ readUntil, tracedAt, ...mailbox }) => ({
      ...mailbox,
      ...(readUntil !== undefined && { inboxReadUntil: new Date(readUntil).toISOString() }),
      ...(tracedAt !== undefined && { tracedAt: new Date(tracedAt).toISOString() }),
    })),
    errors: found.highlights.errors.map(({ code, rows }) => ({ code, rows })),
    bounces: found.highlights.bounces.map(({ code, rows }) => ({ status: code, rows })),
    notes: found.notes,
  };
}

export interface SummaryFindings {
  highlights: Highlights;
  notes: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}
