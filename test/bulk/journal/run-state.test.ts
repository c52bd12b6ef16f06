import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRecord, RowRecord } from '../../../src/bulk/journal/records.js';
import { rowKey } from '../../../src/bulk/journal/run-id.js';
import { RunState } from '../../../src/bulk/journal/run-state.js';
import {
  at,
  attempt,
  eventfulRun,
  journalErrorBy,
  mailbox,
  rejected,
  returned,
  run,
  sent,
  session,
  skipped,
  start,
  toldBy,
  unknown,
} from './journal-environment.js';

const fold = (...records: JournalRecord[]): RunState => {
  const state = new RunState();
  for (const record of records) state.apply(record);
  return state;
};
const settled = { settled: 'draft' } as const;
const row = { stage: 'row' } as const;

describe('the state of a row', () => {
  it.each<[string, string, RowRecord[] | JournalRecord[]]>([
    ['left before any record', 'left', []],
    ['open between attempt and result', 'open', [attempt(1)]],
    ['sent', 'sent', [attempt(1), sent(1)]],
    ['rejected as a row', 'rejected-row', [rejected(1, row)]],
    ['rejected by the service', 'rejected-send', [attempt(1), rejected(1)]],
    ['rejected before any attempt', 'rejected-send', [rejected(1)]],
    ['skipped', 'skipped', [skipped(1)]],
    ['unknown', 'unknown', [attempt(1), unknown(1)]],
    ['left again when its mail surely was not sent', 'left', [attempt(1), returned(1)]],
    ['left again before any attempt', 'left', [returned(1)]],
    ['left while a pause is waited out', 'left', [attempt(1, { attempt: 1 }), returned(1), session()]],
    [
      'sent by the request after a refused one',
      'sent',
      [attempt(1, { attempt: 1 }), returned(1), attempt(1, { attempt: 2 }), sent(1, { attempts: 2 })],
    ],
    [
      'unknown as before while the repetition of a doubtful mail waits out a pause',
      'unknown',
      [attempt(1), unknown(1), attempt(1, { attempt: 1 }), returned(1)],
    ],
    ['sent in a second attempt of a rejected one', 'sent', [attempt(1), rejected(1), attempt(1), sent(1)]],
    ['left after a retry that met an error of all rows', 'left', [attempt(1), rejected(1), returned(1)]],
    ['skipped after it was rejected', 'skipped', [rejected(1, row), skipped(1)]],
    ['sent by another draft after a withdrawn one', 'sent', [attempt(1), returned(1), attempt(1), sent(1)]],
    ['sent by another draft, the first one forgotten', 'sent', [attempt(1), attempt(1), sent(1)]],
    ['open across sessions', 'open', [attempt(1), session()]],
    ['sent, as was found out in a later session', 'sent', [attempt(1), session(), sent(1, settled)]],
    ['sent, as was found out of an unknown one', 'sent', [attempt(1), unknown(1), session(), sent(1, settled)]],
    ['unknown still after it was looked for', 'unknown', [attempt(1), session(), unknown(1), session(), unknown(1)]],
    ['sent again on demand', 'sent', [attempt(1), unknown(1), session(), attempt(1), sent(1)]],
    ['left when it is settled that it was not sent', 'left', [attempt(1), session(), returned(1, settled)]],
    ['rejected when that is settled', 'rejected-send', [attempt(1), unknown(1), session(), rejected(1, settled)]],
    [
      'unknown as before when sending it again came to nothing',
      'unknown',
      [attempt(1), unknown(1), attempt(1), returned(1)],
    ],
  ])('is %s', (_, expected, records) => {
    expect(fold(...records).stateOf(1)).toBe(expected);
  });

  it.each<[string, JournalRecord[]]>([
    ['sent twice', [attempt(1), sent(1), sent(1)]],
    ['attempted after it was sent', [attempt(1), sent(1), attempt(1)]],
    ['attempted in a later session after it was sent', [attempt(1), sent(1), session(), attempt(1)]],
    ['unknown after it was sent', [attempt(1), sent(1), unknown(1)]],
    ['returned after it was sent', [attempt(1), sent(1), returned(1)]],
    ['rejected after it was sent', [attempt(1), sent(1), rejected(1)]],
    ['skipped after it was sent', [attempt(1), sent(1), skipped(1)]],
    ['sent without an attempt', [sent(1)]],
    ['sent after it was rejected, without an attempt', [attempt(1), rejected(1), sent(1)]],
    ['sent after it was returned, without an attempt', [attempt(1), returned(1), sent(1)]],
    ['unknown without an attempt', [unknown(1)]],
    ['attempted although skipped', [skipped(1), attempt(1)]],
    ['skipped twice', [skipped(1), skipped(1)]],
    ['skipped although it may have been sent', [attempt(1), unknown(1), skipped(1)]],
    ['rejected as a row although it may have been sent', [attempt(1), rejected(1, row)]],
    ['rejected before it was sent again, although it may have been sent', [attempt(1), unknown(1), rejected(1)]],
    ['returned before it was sent again, although it may have been sent', [attempt(1), session(), returned(1)]],
    ['settled without an attempt', [returned(1, settled)]],
    ['another row than before', [attempt(1), sent(1, { key: rowKey({ row: 2 }) })]],
    ['bounced without ever being mentioned', [{ type: 'bounce', row: 1, at: at(0), recipient: 'a@b.c', hard: true }]],
  ])('cannot be: %s', (_, records) => {
    const state = fold(...records.slice(0, -1));
    const before = toldBy(state, 3);
    expect(journalErrorBy(() => state.apply(records.at(-1) as JournalRecord))?.code).toBe('damaged');
    expect(toldBy(state, 3)).toEqual(before);
  });

  it('knows a row by its values', () => {
    const state = fold(attempt(1));
    expect(state.keyMatches(1, rowKey({ row: 1 }))).toBe(true);
    expect(state.keyMatches(1, rowKey({ row: 2 }))).toBe(false);
    expect(state.keyMatches(2, rowKey({ row: 2 }))).toBeUndefined();
  });
});

describe('a draft that surely was not sent and waits to be', () => {
  const draft = { draftId: 'one' };
  const waiting = [attempt(1, draft), returned(1, draft)];

  it('is told with its attempt, across sessions', () => {
    for (const state of [fold(...waiting), fold(...waiting, session())]) {
      expect([...state.waitingDrafts()]).toEqual([attempt(1, draft)]);
      expect([...state.unknowns()]).toEqual([]);
    }
  });

  it.each<[string, JournalRecord[]]>([
    ['when it is attempted again', [attempt(1, draft)]],
    ['when it is withdrawn', [returned(1)]],
    ['when the row is rejected', [rejected(1)]],
    ['when the row is skipped', [skipped(1)]],
    ['when another draft is made', [attempt(1, { draftId: 'two' })]],
  ])('waits no more %s', (_, records) => {
    expect([...fold(...waiting, ...records).waitingDrafts()]).toEqual([]);
  });

  it('is none where an earlier mail of the row may have been sent', () => {
    const state = fold(attempt(1), unknown(1), session(), attempt(1, draft), returned(1, draft));
    expect([...state.waitingDrafts()]).toEqual([]);
    expect(state.stateOf(1)).toBe('unknown');
  });
});

describe('what may have been sent or not', () => {
  it('is told with its latest attempt while that is open', () => {
    const state = fold(attempt(1), attempt(2, { draftId: 'one' }), attempt(2, { draftId: 'two' }), attempt(3), sent(3));
    expect([...state.openAttempts()]).toEqual([attempt(1), attempt(2, { draftId: 'two' })]);
    expect([...state.unknowns()]).toEqual([...state.openAttempts()]);
    expect(state.attemptsOf(2).map(({ draftId }) => draftId)).toEqual(['one', 'two']);
    expect(state.attemptsOf(3)).toEqual([]);
  });

  it('is told with what became unknown, and with the draft to ask for', () => {
    const state = fold(attempt(1, { draftId: 'one' }), unknown(1));
    expect([...state.openAttempts()]).toEqual([]);
    expect([...state.unknowns()]).toEqual([unknown(1, { draftId: 'one' })]);
  });

  it('is the first attempt alone when a second one surely was not sent', () => {
    const state = fold(attempt(1), session(), attempt(1, { messageId: '<2>' }), returned(1));
    expect(state.stateOf(1)).toBe('unknown');
    expect([...state.unknowns()]).toEqual([attempt(1)]);
  });
});

describe('pacing after a restart', () => {
  const hour = 3600;
  it('knows what each mailbox sent since a moment, and counts what it may have sent', () => {
    const state = fold(
      attempt(1, { at: at(1) }),
      sent(1, { at: at(2), recipients: 3 }),
      attempt(2, { at: at(4) }),
      attempt(3, { at: at(3), mailbox: 'other@example.com' }),
      attempt(4, { at: at(5) }),
      rejected(4),
    );
    expect([...state.recentSends(mailbox, 0)]).toEqual([
      { at: start + 2000, recipients: 3 },
      { at: start + 4000, recipients: 1 },
    ]);
    expect([...state.recentSends(mailbox, start + 2001)]).toEqual([{ at: start + 4000, recipients: 1 }]);
    expect([...state.mailboxes()]).toEqual([mailbox, 'other@example.com']);
  });

  it('forgets no mail of the last 24 hours, however many there are, and keeps little more', () => {
    const state = fold();
    for (let number = 1; number <= 20_000; number++) {
      const when = { at: at(number * 30) };
      state.apply(attempt(number, when));
      state.apply(sent(number, when));
    }
    const latest = start + 20_000 * 30_000;
    expect([...state.recentSends(mailbox, latest - 24 * hour * 1000)]).toHaveLength(24 * 120 + 1);
    expect([...state.recentSends(mailbox, 0)].length).toBeLessThan(10_000);
  });

  it('holds a mailbox until the latest moment that was asked for', () => {
    const state = fold(
      returned(1, { mailbox, until: at(60) }),
      { type: 'throttled', at: at(0), mailbox, until: at(90) },
      { type: 'throttled', at: at(0), mailbox, until: at(30) },
    );
    expect(state.heldUntil(mailbox)).toBe(start + 90_000);
    expect(state.heldUntil('other@example.com')).toBe(0);
  });
});

/** What can happen to one row until nothing more does, written down apart from the code under test: records and end. */
interface Story {
  tell: (row: number) => JournalRecord[];
  end: 'left' | 'sent' | 'rejected' | 'skipped' | 'unknown';
}
const beginnings: ((row: number) => JournalRecord[])[] = [
  () => [],
  (n) => [attempt(n), returned(n)],
  (n) => [attempt(n), rejected(n)],
  (n) => [attempt(n), unknown(n)],
  (n) => [attempt(n), session()],
  (n) => [attempt(n), session(), returned(n, settled)],
  (n) => [attempt(n), unknown(n), attempt(n), returned(n)],
];
const endings: Story[] = [
  { tell: (n) => [attempt(n), sent(n)], end: 'sent' },
  { tell: (n) => [attempt(n), session(), sent(n, settled)], end: 'sent' },
  { tell: (n) => [attempt(n), rejected(n)], end: 'rejected' },
  { tell: (n) => [attempt(n), attempt(n), unknown(n)], end: 'unknown' },
  { tell: (n) => [attempt(n)], end: 'unknown' },
  { tell: (n) => [attempt(n), returned(n, settled)], end: 'left' },
];
const immediate: Story[] = [
  { tell: (n) => [skipped(n)], end: 'skipped' },
  { tell: (n) => [rejected(n, row)], end: 'rejected' },
  { tell: (n) => [returned(n)], end: 'left' },
];
const recordLists = fc.oneof(
  fc.constantFrom(...immediate),
  fc
    .tuple(fc.array(fc.constantFrom(...beginnings), { maxLength: 3 }), fc.constantFrom(...endings))
    .map(([before, last]) => ({
      tell: (n: number) => [...before.flatMap((tell) => tell(n)), ...last.tell(n)],
      end: last.end,
    })),
);

describe('the state of a run', () => {
  it('adds up: every row is in the one state that its records end with', () => {
    fc.assert(
      fc.property(fc.array(recordLists, { maxLength: 40 }), (told) => {
        const state = fold(run, ...told.flatMap((story, index) => story.tell(index + 1)));
        const { sent, rejected, skipped, unknown, seen } = state.tally;
        const count = (end: Story['end']) => told.filter((story) => story.end === end).length;
        expect({ sent, rejected, skipped, unknown }).toEqual({
          sent: count('sent'),
          rejected: count('rejected'),
          skipped: count('skipped'),
          unknown: count('unknown'),
        });
        expect(seen).toBe(told.length);
        expect([...state.unknowns()]).toHaveLength(unknown);
      }),
    );
  });

  it('does not depend on where reading paused: a beginning is a valid journal, and the rest goes on from it', () => {
    const records = eventfulRun(200);
    const whole = toldBy(fold(...records), 200);
    for (let cut = 0; cut <= records.length; cut += 7) {
      const state = fold(...records.slice(0, cut));
      const { sent, rejected, skipped, unknown, seen } = state.tally;
      expect(sent + rejected + skipped + unknown).toBeLessThanOrEqual(seen);
      for (const record of records.slice(cut)) state.apply(record);
      expect(toldBy(state, 200)).toEqual(whole);
    }
  });

  it('never counts a row twice or loses one, whatever records come: those that cannot be are refused', () => {
    const anyRecord = fc
      .tuple(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(
          attempt,
          sent,
          unknown,
          skipped,
          rejected,
          returned,
          (n: number) => rejected(n, row),
          (n: number) => returned(n, settled),
          (n: number) => rejected(n, settled),
          () => session(),
        ),
      )
      .map(([n, make]) => make(n));
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 60 }), (records) => {
        const state = new RunState();
        const sentRows = new Set<number>();
        const attempted = new Set<number>();
        for (const record of records) {
          if (journalErrorBy(() => state.apply(record))) continue;
          if ('row' in record) expect(sentRows).not.toContain(record.row);
          if (record.type === 'attempt') attempted.add(record.row);
          if (record.type === 'sent') {
            expect(attempted).toContain(record.row);
            sentRows.add(record.row);
          }
        }
        const states = [1, 2, 3, 4, 5].map((n) => state.stateOf(n));
        const count = (...names: string[]) => states.filter((name) => names.includes(name)).length;
        expect(state.tally).toMatchObject({
          sent: count('sent'),
          rejected: count('rejected-row', 'rejected-send'),
          skipped: count('skipped'),
          unknown: count('unknown', 'open'),
        });
        expect(state.tally.sent).toBe(sentRows.size);
      }),
    );
  });
});
