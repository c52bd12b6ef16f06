import { JournalError } from '../common/errors.js';
import type { AttemptRecord, JournalRecord, RowRecord, UnknownRecord } from './records.js';
import { isUndecided, nextPhase, Phase, type RowState, RowTable, rowStates } from './row-phase.js';

/** What is kept of a row only while its attempt may have been sent or not. */
interface Undecided {
  readonly attempts: AttemptRecord[];
  unknown?: UnknownRecord;
}

/** How many rows are in which state. The rows that no record speaks of are left, and so are the other seen ones. */
interface Tally {
  sent: number;
  rejected: number;
  skipped: number;
  /** Open attempts count as unknown. */
  unknown: number;
  /** Of these, rows that the latest session attempted for the first time: while it goes on, they are in flight. */
  inFlight: number;
  /** Rows that any record speaks of. */
  seen: number;
}

/**
 * What a journal's records amount to: the same for the same records, without clock or files. Five bytes a row; more only for
 * rows whose outcome is open, and for the sends of the last 24 hours.
 */
export class RunState {
  readonly #rows = new RowTable();
  readonly #undecided = new Map<number, Undecided>();
  /** The last attempts of rows that are left, whose drafts surely were not sent and still exist. */
  readonly #drafts = new Map<number, AttemptRecord>();
  readonly #sends = new Map<string, RecentSends>();
  readonly #holds = new Map<string, { until: number; asked: number }>();

  /** Takes in the next record. Throws {@link JournalError} `'damaged'`, and changes nothing, when it cannot follow the others. */
  apply(record: JournalRecord): void {
    switch (record.type) {
      case 'attempt':
      case 'sent':
      case 'rejected':
      case 'skipped':
      case 'unknown':
      case 'returned':
        this.#applyToRow(record);
        break;
      case 'session':
        if (record.event === 'start') this.#interruptOpen();
        break;
      case 'bounce':
        if (this.#rows.phase(record.row) === Phase.unseen)
          throw impossible(`row ${record.row} bounced without an attempt`);
        break;
      case 'trace':
        if (this.#rows.phase(record.row) === Phase.unseen)
          throw impossible(`row ${record.row} was traced without an attempt`);
        break;
      case 'throttled':
        this.#hold(record.mailbox, record);
        break;
      case 'run':
      case 'bounces-read':
      case 'trace-read':
        break;
    }
  }

  stateOf(row: number): RowState {
    return rowStates[this.#rows.phase(row)] ?? 'left';
  }

  /** Whether the row had the same values when it was first recorded; undefined for a row that no record speaks of. */
  keyMatches(row: number, key: string): boolean | undefined {
    return this.#rows.keyMatches(row, key);
  }

  /** The latest attempt of each row whose last attempt has no end. */
  *openAttempts(): Iterable<AttemptRecord> {
    for (const [row, { attempts }] of this.#undecided) {
      const attempt = attempts.at(-1);
      if (attempt && this.stateOf(row) === 'open') yield attempt;
    }
  }

  /** One record for each row that may have been sent or not: what was said of it last. Open attempts are among them. */
  *unknowns(): Iterable<UnknownRecord | AttemptRecord> {
    for (const [row, { attempts, unknown }] of this.#undecided) {
      const latest = this.stateOf(row) === 'open' ? attempts.at(-1) : (unknown ?? attempts.at(-1));
      if (latest) yield latest;
    }
  }

  /** The last attempt of each row that is left while its draft, which surely was not sent, still exists. */
  waitingDrafts(): Iterable<AttemptRecord> {
    return this.#drafts.values();
  }

  /** The attempts of a row that may have been sent, oldest first; none once it is known what became of it. */
  attemptsOf(row: number): readonly AttemptRecord[] {
    return this.#undecided.get(row)?.attempts ?? [];
  }

  get tally(): Tally {
    const rows = this.#rows;
    return {
      sent: rows.count(Phase.sent),
      rejected: rows.count(Phase.rejectedRow, Phase.rejectedSend),
      skipped: rows.count(Phase.skipped),
      unknown: rows.count(Phase.open, Phase.reopened, Phase.interrupted, Phase.unknown),
      inFlight: rows.count(Phase.open),
      seen: rows.count(...Object.values(Phase)),
    };
  }

  /**
   * What a mailbox sent from `since` (ms since the epoch) on, oldest first; at most the last 24 hours are known. A mail that
   * may have been sent counts, as one recipient: the service may have counted it.
   */
  recentSends(mailbox: string, since: number): Iterable<RecentSend> {
    const perhaps = [...this.unknowns()]
      .filter((record) => record.mailbox === mailbox)
      .map(({ at }) => ({ at: Date.parse(at), recipients: 1 }))
      .filter(({ at }) => at >= since);
    const sends = this.#sends.get(mailbox)?.since(since) ?? [];
    return [...sends, ...perhaps].sort((a, b) => a.at - b.at);
  }

  /** Every mailbox that an attempt, or a wait, is recorded of. */
  mailboxes(): Iterable<string> {
    return new Set([...this.#sends.keys(), ...this.#holds.keys()]);
  }

  /** Until when (ms since the epoch) a mailbox must not be asked; 0 when nothing is recorded. */
  heldUntil(mailbox: string): number {
    return this.#holds.get(mailbox)?.until ?? 0;
  }

  /** For how long (ms) a mailbox must not be asked from `now` (ms since the epoch) on: never longer than it was to wait at first. */
  heldFor(mailbox: string, now: number): number {
    const { until, asked } = this.#holds.get(mailbox) ?? { until: 0, asked: 0 };
    return Math.max(0, Math.min(until - now, asked));
  }

  #applyToRow(record: RowRecord): void {
    const { row, key } = record;
    const phase = this.#rows.phase(row);
    if (this.keyMatches(row, key) === false) throw impossible(`row ${row} was another row before`);
    const next = nextPhase(phase, record);
    if (next === undefined) throw impossible(`"${record.type}" of row ${row} cannot follow "${rowStates[phase]}"`);
    if (phase === Phase.unseen) this.#rows.enter(row, key);
    this.#rows.move(row, next);
    this.#keepDraft(record, next);
    this.#keepUndecided(record, next);
    if (record.type === 'attempt') this.#sendsOf(record.mailbox);
    if (record.type === 'sent') this.#sendsOf(record.mailbox).add(Date.parse(record.at), record.recipients);
    if (record.type === 'returned' && record.mailbox !== undefined) this.#hold(record.mailbox, record);
  }

  #keepDraft(record: RowRecord, next: Phase): void {
    const { row } = record;
    const last = this.#undecided.get(row)?.attempts.at(-1);
    this.#drafts.delete(row);
    if (record.type !== 'returned' || record.draftId === undefined || next !== Phase.left) return;
    if (last?.draftId === record.draftId) this.#drafts.set(row, last);
  }

  #keepUndecided(record: RowRecord, next: Phase): void {
    const { row } = record;
    if (!isUndecided(next)) {
      this.#undecided.delete(row);
      return;
    }
    const undecided = this.#undecided.get(row) ?? { attempts: [] };
    if (record.type === 'attempt') undecided.attempts.push(record);
    if (record.type === 'unknown') undecided.unknown = withDraft(record, undecided.attempts.at(-1));
    if (record.type === 'returned') undecided.attempts.pop();
    this.#undecided.set(row, undecided);
  }

  /** The process that wrote them is gone: nothing that a later session says is their result, unless it says so. */
  #interruptOpen(): void {
    for (const row of this.#undecided.keys()) {
      const phase = this.#rows.phase(row);
      if (phase === Phase.open || phase === Phase.reopened) this.#rows.move(row, Phase.interrupted);
    }
  }

  #sendsOf(mailbox: string): RecentSends {
    const sends = this.#sends.get(mailbox) ?? new RecentSends();
    this.#sends.set(mailbox, sends);
    return sends;
  }

  #hold(mailbox: string, { at, until: end }: { at: string; until?: string | undefined }): void {
    if (end === undefined) return;
    const until = Date.parse(end);
    if (until > this.heldUntil(mailbox)) this.#holds.set(mailbox, { until, asked: until - Date.parse(at) });
  }
}

function withDraft(unknown: UnknownRecord, attempt: AttemptRecord | undefined): UnknownRecord {
  const draftId = unknown.draftId ?? attempt?.draftId;
  return draftId === undefined ? unknown : { ...unknown, draftId };
}

function impossible(problem: string): JournalError {
  return new JournalError(`The journal cannot be right: ${problem}`, { code: 'damaged' });
}

export interface RecentSend {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly recipients: number;
}

const day = 24 * 60 * 60 * 1000;

/** What one mailbox sent in the 24 hours before its latest mail; what is older is forgotten from time to time. */
class RecentSends {
  #sends: RecentSend[] = [];
  #latest = Number.NEGATIVE_INFINITY;
  #tidyAt = 4096;

  add(at: number, recipients: number): void {
    this.#sends.push({ at, recipients });
    this.#latest = Math.max(this.#latest, at);
    if (this.#sends.length < this.#tidyAt) return;
    this.#sends = this.since(this.#latest - day);
    this.#tidyAt = Math.max(4096, 2 * this.#sends.length);
  }

  /** In the order in which they were added: that of the journal, which setting the clock can upset. */
  since(since: number): RecentSend[] {
    return this.#sends.filter(({ at }) => at >= since);
  }
}
