import type { AddressSet } from '../common/address-set.js';
import { BulkInputError, JournalError, messageOf } from '../common/errors.js';
import type { Row } from '../common/row.js';
import { counted } from '../common/words.js';
import type { RowState } from '../journal/row-phase.js';
import { rowKey } from '../journal/run-id.js';
import type { RunState } from '../journal/run-state.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';

/** A row that is to get a mail. */
export interface PendingRow {
  row: Row;
  key: string;
  /** Whether its address was entered as one that gets a mail. */
  entered: boolean;
  /** Whether an earlier attempt may have been sent. */
  doubtful: boolean;
  /** Of that attempt: a repetition keeps both, so that it may be recognised as one. */
  date: Date | undefined;
  mailbox: string | undefined;
}

interface RowsContext {
  source: RecipientsSource;
  state: RunState;
  /** `undefined` where an address may get more than one mail. */
  addresses: AddressSet | undefined;
  /** Rows, where they were counted before. */
  total: number | undefined;
  resend: boolean;
  retryFailed: boolean;
}

/** Finds, row after row, those that are to get a mail. */
export class RowsToSend {
  readonly #context: RowsContext;
  readonly #rows: AsyncIterator<Row>;
  /** To be tried when all the others have been read: one of them may have had the same address, and its mail. */
  readonly #last: PendingRow[] = [];
  #read = 0;
  #allRead = false;

  constructor(context: RowsContext) {
    this.#context = context;
    this.#rows = context.source.rows()[Symbol.asyncIterator]();
  }

  /** Rows that were read. */
  get read(): number {
    return this.#read;
  }

  /**
   * The next row that is to get a mail; `'nothing'` for one that is not, `undefined` when there are no more.
   * @param wait reads no further where it resolves before the row is there
   * @throws what reading throws; JournalError `'changed'`
   */
  async next(
    wait: (reading: Promise<IteratorResult<Row>>) => Promise<IteratorResult<Row> | undefined>,
  ): Promise<PendingRow | 'nothing' | undefined> {
    if (this.#allRead) return this.#last.pop();
    const next = await wait(this.#rows.next());
    if (!next) return 'nothing';
    // A file that is written to while it is read.
    const { total } = this.#context;
    if (total !== undefined && (next.done ? this.#read < total : this.#read === total)) {
      throw changed(
        `there ${total === 1 ? 'was' : 'were'} ${counted(total, 'row')}, and there are ${next.done ? 'fewer' : 'more'} now`,
      );
    }
    if (next.done) {
      this.#allRead = true;
      return this.#last.reverse().pop();
    }
    this.#read++;
    return this.#choose(next.value);
  }

  /** Reads no more. One that hangs is not waited for. */
  close(): void {
    this.#rows.return?.(undefined)?.then(undefined, () => {});
  }

  #choose(row: Row): PendingRow | 'nothing' {
    const { state, addresses } = this.#context;
    const key = keyOf(row);
    if (state.keyMatches(row.number, key) === false) {
      throw changed(`row ${row.number} (line ${row.line}) is another one now`);
    }
    const was = state.stateOf(row.number);
    const choice = chooseFor(was, this.#context);
    // An address that got a mail, or may have got one, gets no other by a later row. A row that never became a mail counts for none.
    const entered = choice !== 'send' && was !== 'skipped' && was !== 'rejected-row';
    if (entered) addresses?.add(String(row.values.email), row.number);
    if (choice === 'done') return 'nothing';
    const doubtful = choice === 'send-again';
    const [first] = doubtful ? state.attemptsOf(row.number) : [];
    const date = first?.date === undefined ? undefined : new Date(first.date);
    const wanted = { row, key, entered, doubtful, date, mailbox: first?.mailbox };
    if (was !== 'rejected-row' || !addresses) return wanted;
    this.#last.push(wanted);
    return 'nothing';
  }
}

function changed(how: string): JournalError {
  return new JournalError(`The recipients have changed since this run was begun: ${how}`, { code: 'changed' });
}

/** @throws BulkInputError for values that nothing can be told by, as an object that contains itself */
function keyOf({ number, line, values }: Row): string {
  try {
    return rowKey(values);
  } catch (cause) {
    throw new BulkInputError(`Recipients, row ${number}: ${messageOf(cause)}`, { cause, line });
  }
}

/** What is done with a row: its mail is sent, for the first time or again, or it has its end. */
type RowChoice = 'send' | 'send-again' | 'done';

/**
 * What to do with a row that earlier sessions left in this state. What is open was settled before.
 * @internal
 */
export function chooseFor(state: RowState, options: { retryFailed: boolean; resend: boolean }): RowChoice {
  switch (state) {
    case 'left':
      return 'send';
    case 'rejected-row':
    case 'rejected-send':
      return options.retryFailed ? 'send' : 'done';
    case 'unknown':
      return options.resend ? 'send-again' : 'done';
    case 'sent':
    case 'skipped':
    case 'open':
      return 'done';
  }
}
