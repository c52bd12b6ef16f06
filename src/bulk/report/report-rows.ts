import { messageOf } from '../common/errors.js';
import type { Row } from '../common/row.js';
import { counted } from '../common/words.js';
import type { BounceRecord, JournalRecord, RecordedError, RowRecord, TraceRecord } from '../journal/records.js';
import { rowKey } from '../journal/run-id.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import { emptyRowsText } from '../recipients/reading.js';
import { deliveryOf } from './delivery-state.js';
import type { ReportedBounce, ReportedError, ReportedTrace, ReportRow, RowStatus } from './report-row.js';
import { RecordReader } from './row-index.js';
import { type RunFacts, readRunFacts } from './run-facts.js';

interface ReportRowsOptions {
  /** The run folder. */
  folder: string;
  /** The recipients that the run was begun with. Without them, or when they have changed, the rows have no columns of their own. */
  recipients?: RecipientsSource | undefined;
}

/** The rows of a run's report, and what there is to say about them. */
interface ReportSource {
  facts: RunFacts;
  /** The columns of the input; undefined when they cannot be given. */
  columns: readonly string[] | undefined;
  /** What the reader of the report must know about it. */
  notes: readonly string[];
  /** Those of the input, in their order, each with what the journal knows of it. Constant memory for each row. */
  rows(): AsyncGenerator<ReportRow, void, undefined>;
}

/**
 * Reads the journal, and sees whether the recipients are still those of the run.
 * @throws JournalError as reading the journal does
 */
export async function openReport({ folder, recipients }: ReportRowsOptions): Promise<ReportSource> {
  const facts = await readRunFacts(folder);
  const { emptyRows } = facts.run.recipients;
  const notes: string[] = emptyRows ? [`${emptyRowsText(emptyRows)} (${counted(emptyRows.count, 'row')}).`] : [];
  const input = recipients && (await usable(recipients, facts, notes));
  return { facts, columns: input?.columns, notes, rows: () => joined(folder, facts, input?.rows, notes) };
}

interface Input {
  columns: readonly string[];
  rows: () => AsyncIterable<Row>;
}

async function usable(given: RecipientsSource, { run }: RunFacts, notes: string[]): Promise<Input | undefined> {
  const source = given.asBegun(run.recipients);
  try {
    const inspected = await source.inspect();
    if (inspected === undefined) return await objectsOf(source);
    if (inspected.sha256 === run.recipients.sha256) return { columns: inspected.columns, rows: () => source.rows() };
    notes.push(`${source.name} has changed since the run was begun, so this report is made of the journal alone.`);
  } catch (error) {
    notes.push(
      `The recipients cannot be read any more, so this report is made of the journal alone: ${messageOf(error)}.`,
    );
  }
  return undefined;
}

/** Objects have the columns of the first one. They may be there only once, so it is not asked for again. */
async function objectsOf(source: RecipientsSource): Promise<Input> {
  const iterator = source.rows()[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return { columns: [], rows: () => source.rows() };
  async function* rows() {
    yield first.value as Row;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { columns: Object.keys(first.value.values), rows };
}

async function* joined(folder: string, facts: RunFacts, input: Input['rows'] | undefined, notes: string[]) {
  const reader = await RecordReader.open(folder);
  try {
    let number = 0;
    if (input !== undefined) {
      let changed = 0;
      for await (const row of input()) {
        number = row.number;
        const { reported, key } = await rowOf(facts, reader, number);
        // Objects have no digest as a whole.
        const same = key === undefined || facts.run.recipients.sha256 !== undefined || key === rowKey(row.values);
        if (!same) changed += 1;
        yield same ? { ...reported, line: row.line, values: row.values } : reported;
      }
      if (changed > 0) notes.push(changedRows(changed));
    }
    const last = Math.max(facts.rows.last, input === undefined ? (facts.run.recipients.rows ?? 0) : 0);
    while (number < last) {
      number += 1;
      yield (await rowOf(facts, reader, number)).reported;
    }
  } finally {
    await reader.close();
  }
}

function changedRows(rows: number): string {
  return rows === 1
    ? '1 row is another now than when its mail was made: its columns are left empty.'
    : `${rows} rows are others now than when their mails were made: their columns are left empty.`;
}

async function rowOf({ rows, mailboxes }: RunFacts, reader: RecordReader, number: number) {
  const end = await reader.at(rows.endOf(number));
  const bounce = await reader.at(rows.bounceOf(number));
  const trace = await reader.at(rows.traceOf(number));
  const about = end !== undefined && isOfRow(end) ? end : undefined;
  const reported = reportedRow({
    number,
    status: rows.statusOf(number),
    end: about,
    bounce: bounce?.type === 'bounce' ? bounce : undefined,
    trace: trace?.type === 'trace' ? trace : undefined,
    attempts: rows.attemptsOf(number),
    firstAttempt: rows.firstAttemptOf(number),
    readUntil: (mailbox) => mailboxes.get(mailbox.toLowerCase())?.readUntil,
    tracedAt: (mailbox) => mailboxes.get(mailbox.toLowerCase())?.tracedAt,
  });
  return { reported, key: about?.key };
}

function isOfRow(record: JournalRecord): record is RowRecord {
  return 'row' in record && record.type !== 'bounce' && record.type !== 'trace';
}

/** What the journal says of one row, put together. */
interface RowEvidence {
  number: number;
  status: RowStatus;
  end: RowRecord | undefined;
  bounce: BounceRecord | undefined;
  trace: TraceRecord | undefined;
  attempts: number;
  firstAttempt: number | undefined;
  /** Up to when the Inbox of its mailbox has been read. */
  readUntil: (mailbox: string) => number | undefined;
  /** When message trace was last searched for its mailbox. */
  tracedAt: (mailbox: string) => number | undefined;
}

/** The row of a report, without the row's own columns. Pure. */
function reportedRow({ number, status, end, bounce, trace, ...rest }: RowEvidence): ReportRow {
  const { mailbox, messageId, requestId } = (end ?? {}) as Partial<
    Record<'mailbox' | 'messageId' | 'requestId', string>
  >;
  const error = end === undefined ? undefined : errorOf(end);
  const reported = bounce === undefined ? undefined : bounceOf(bounce);
  const traced = trace === undefined ? notFound(status, end, rest) : traceOf(trace);
  return {
    number,
    status,
    ...(end?.type === 'rejected' && { stage: end.stage }),
    ...(mailbox !== undefined && { mailbox }),
    ...(messageId !== undefined && { messageId }),
    ...(requestId !== undefined && { requestId }),
    attempts: rest.attempts,
    ...(rest.firstAttempt !== undefined && { firstAttemptAt: new Date(rest.firstAttempt).toISOString() }),
    ...(end !== undefined && isEnd(end) && { finishedAt: end.at }),
    ...(error !== undefined && { error }),
    ...(reported !== undefined && { bounce: reported }),
    ...(traced !== undefined && { trace: traced }),
    ...(end?.type === 'sent' && {
      delivery: deliveryOf({
        sentAt: Date.parse(end.at),
        readUntil: rest.readUntil(end.mailbox),
        bounce: reported,
        trace: traced,
      }),
    }),
  };
}

function isEnd(record: JournalRecord): boolean {
  return record.type !== 'attempt' && record.type !== 'returned';
}

function errorOf(end: RowRecord): ReportedError | undefined {
  switch (end.type) {
    case 'rejected':
    case 'unknown':
      return fromRecord(end.error);
    case 'returned':
      return end.error === undefined ? undefined : fromRecord(end.error);
    case 'attempt':
      return { code: 'interrupted', message: 'The run ended while the mail was on its way' };
    case 'skipped':
      return end.reason === 'duplicate'
        ? {
            code: 'duplicate',
            message: end.of === undefined ? 'An earlier row has this address' : `Row ${end.of} has this address`,
          }
        : { code: 'suppressed', message: `On the suppression list${end.entry === undefined ? '' : `: ${end.entry}`}` };
    case 'sent':
      return undefined;
  }
}

function fromRecord({ code, graphCode, message, hint }: RecordedError): ReportedError {
  const known = graphCode ?? code;
  return { message, ...(known !== undefined && { code: known }), ...(hint !== undefined && { hint }) };
}

function bounceOf({ recipient, action, status, hard, reason }: BounceRecord): ReportedBounce {
  return {
    recipient,
    action: action ?? 'failed',
    hard,
    ...(status !== undefined && { status }),
    ...(reason !== undefined && { reason }),
  };
}

/** Nothing of a mail that was found for others: neither is it not found. */
function traceOf({ status, receivedAt }: TraceRecord): ReportedTrace | undefined {
  return status && { status, receivedAt };
}

/** Message trace was searched after the mail had left, and has no such mail. */
function notFound(
  status: RowStatus,
  end: RowRecord | undefined,
  { tracedAt }: Pick<RowEvidence, 'tracedAt'>,
): ReportedTrace | undefined {
  if (end === undefined || (status !== 'sent' && status !== 'unknown')) return undefined;
  const { mailbox } = end as Partial<Record<'mailbox', string>>;
  const searched = mailbox === undefined ? undefined : tracedAt(mailbox);
  return searched !== undefined && searched >= Date.parse(end.at) ? { status: 'notFound' } : undefined;
}
