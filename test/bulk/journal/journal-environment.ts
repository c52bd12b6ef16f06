import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { JournalError } from '../../../src/bulk/common/errors.js';
import type {
  AttemptRecord,
  JournalRecord,
  RejectedRecord,
  ReturnedRecord,
  RunRecord,
  SentRecord,
  SessionRecord,
  SkippedRecord,
  UnknownRecord,
} from '../../../src/bulk/journal/records.js';
import { rowKey } from '../../../src/bulk/journal/run-id.js';
import type { RunState } from '../../../src/bulk/journal/run-state.js';

export const start = Date.parse('2026-03-01T08:00:00.000Z');
export const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
export const mailbox = 'news@example.com';
const error = { code: 'EMESSAGE', message: 'It was refused' };

const ofRow = (row: number) => ({ row, key: rowKey({ row }), at: at(row) });

export const run: RunRecord = {
  type: 'run',
  version: 1,
  id: '0123456789abcdef0123456789abcdef',
  at: at(0),
  recipients: { name: 'members.csv', format: 'csv', rows: 200 },
  template: { path: 'newsletter' },
  options: { from: ['News <news@example.com>'] },
  optionsSha256: 'ab'.repeat(32),
};

export const attempt = (row: number, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  type: 'attempt',
  ...ofRow(row),
  mailbox,
  messageId: `<${row}@example.com>`,
  ...more,
});
export const sent = (row: number, more: Partial<SentRecord> = {}): SentRecord => ({
  type: 'sent',
  ...ofRow(row),
  mailbox,
  messageId: `<${row}@example.com>`,
  attempts: 1,
  recipients: 1,
  ...more,
});
export const rejected = (row: number, more: Partial<RejectedRecord> = {}): RejectedRecord => ({
  type: 'rejected',
  ...ofRow(row),
  stage: 'send',
  error,
  ...more,
});
export const skipped = (row: number, more: Partial<SkippedRecord> = {}): SkippedRecord => ({
  type: 'skipped',
  ...ofRow(row),
  reason: 'suppressed',
  ...more,
});
export const unknown = (row: number, more: Partial<UnknownRecord> = {}): UnknownRecord => ({
  type: 'unknown',
  ...ofRow(row),
  mailbox,
  messageId: `<${row}@example.com>`,
  error,
  ...more,
});
export const returned = (row: number, more: Partial<ReturnedRecord> = {}): ReturnedRecord => ({
  type: 'returned',
  ...ofRow(row),
  ...more,
});
export const session = (event: 'start' | 'end' = 'start'): SessionRecord => ({
  type: 'session',
  at: at(0),
  event,
  pid: 4711,
  host: 'mailer',
});

/** The records of a run over `rows` rows in which all sorts of things happened. */
export function eventfulRun(rows: number): JournalRecord[] {
  const records: JournalRecord[] = [run, session()];
  for (let row = 1; row <= rows; row++) {
    if (row % 10 === 0) records.push(skipped(row));
    else if (row % 17 === 0) records.push(rejected(row, { stage: 'row' }));
    else if (row % 13 === 0) records.push(attempt(row), rejected(row));
    else if (row % 19 === 0) records.push(attempt(row), unknown(row));
    else if (row % 23 === 0) records.push(attempt(row), session(), attempt(row), sent(row));
    else if (row % 29 === 0) records.push(attempt(row), returned(row, { until: at(row + 60), mailbox }));
    else if (row % 31 === 0) records.push(attempt(row));
    else records.push(attempt(row), sent(row));
  }
  return [...records, session('end')];
}

/** All that a state tells, to compare it by. */
export function toldBy(state: RunState, rows: number): unknown {
  const each = Array.from({ length: rows }, (_, index) => index + 1);
  return {
    tally: state.tally,
    states: each.map((row) => state.stateOf(row)),
    keys: each.map((row) => [state.keyMatches(row, rowKey({ row })), state.keyMatches(row, rowKey({ row: -row }))]),
    attempts: each.map((row) => state.attemptsOf(row)),
    open: [...state.openAttempts()],
    unknowns: [...state.unknowns()],
    sends: [...state.mailboxes()].map((name) => [name, [...state.recentSends(name, 0)], state.heldUntil(name)]),
  };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The JournalError that `promise` ends with; anything else fails the test. */
export async function journalErrorOf(promise: Promise<unknown>): Promise<JournalError> {
  const ended = await promise.then(
    () => new Error('expected it to fail'),
    (error: unknown) => error,
  );
  if (!(ended instanceof JournalError)) throw ended;
  return ended;
}

/** The JournalError that `action` throws at once; undefined when it throws nothing. */
export function journalErrorBy(action: () => unknown): JournalError | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
}
