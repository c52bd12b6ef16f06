import { canonicalAddress } from '../../common/canonical-address.js';
import type { TracedMessage, TracedRecipient, TraceStatus } from '../../index.js';
import { Journal } from '../journal/journal.js';
import { lockRun } from '../journal/lock.js';
import { readRecords } from '../journal/read-journal.js';
import type { JournalRecord, SentRecord, TraceRecord } from '../journal/records.js';
import { rowKey } from '../journal/run-id.js';
import { RunState } from '../journal/run-state.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import { MailsToTrace, provenSent, UnsearchableError } from './search-trace.js';

interface JoinTraceOptions {
  /** The recipients of the run: of a mail, only what is said of the address of its row is kept. */
  recipients: RecipientsSource;
  /** Searches message trace. An {@link UnsearchableError} ends nothing. */
  search: (mails: MailsToTrace) => Promise<readonly TracedMessage[]>;
  /** When it is searched, as `Date.toISOString()` writes it. */
  at: string;
}

/** What {@link joinTrace} found, in rows. */
export interface JoinedTrace {
  /** That were sent, or may have been. */
  asked: number;
  found: Partial<Record<TraceStatus, number>>;
  /** Of the found ones, also of those found for others: those that the journal had as unknown. They were sent, and it says so now. */
  settled: number;
  /** Found under another address than the row has, or with a row that has changed since: no address of these is kept. */
  foreign: number;
  /** Mailboxes that could not be searched, with those of their rows that were not found elsewhere. */
  unsearched: { mailbox: string; rows: number; why: string }[];
}

/**
 * Writes to the journal of a run what message trace says of the recipient of each row. Its other recipients, as the
 * members of a group, are left out. What was unknown, and is in message trace, was sent: that is written down as well, or the
 * mail might be sent again. Each mailbox is written down as soon as it was searched.
 * @param folder the run folder
 * @throws JournalError `'locked'` while the run is going on, and as opening a journal throws
 */
export async function joinTrace(folder: string, options: JoinTraceOptions): Promise<JoinedTrace> {
  const { recipients, search, at } = options;
  const run = await readMails(folder, recipients);
  const records = new Map<number, TraceRecord & TracedRecipient>();
  const foreign = new Map<number, TraceRecord>();
  const unsearched: { mails: MailsToTrace; why: string }[] = [];
  let settled = 0;
  for (const mails of run.mails) {
    const found: AttemptTimes[] = [];
    const messages = await search(mails).catch((error: unknown) => {
      if (!(error instanceof UnsearchableError)) throw error;
      unsearched.push({ mails, why: error.message });
      return undefined;
    });
    if (messages === undefined) continue;
    for (const { messageId, recipients: traced } of messages) {
      const attempt = run.attempts.get(mailOf(mails.mailbox, messageId));
      if (attempt === undefined) continue;
      found.push(attempt);
      const { row } = attempt;
      const own = traced.filter(({ recipient }) => canonicalAddress(recipient) === run.addressOf.get(row));
      const earlier = records.get(row);
      const said = mostTelling(earlier ? [...own, earlier] : own);
      const [any] = traced;
      if (said !== undefined) records.set(row, { type: 'trace', row, at, ...picked(said) });
      else if (any !== undefined) foreign.set(row, { type: 'trace', row, at, receivedAt: any.receivedAt });
    }
    for (const row of records.keys()) foreign.delete(row);
    const fresh = [
      ...[...records.values()].filter((record) => run.known.get(record.row) !== said(record)),
      // What was once said of the row's own recipient says more.
      ...[...foreign.values()].filter(({ row }) => !run.known.has(row)),
    ];
    for (const record of fresh) run.known.set(record.row, said(record));
    const { mailbox } = mails;
    settled += await write(folder, found, at, [...fresh, { type: 'trace-read', at, mailbox: mailbox.toLowerCase() }]);
  }
  const found: JoinedTrace['found'] = {};
  for (const { status } of records.values()) found[status] = (found[status] ?? 0) + 1;
  const foundRows = new Set([...records.keys(), ...foreign.keys()]);
  return {
    asked: run.rows.size,
    found,
    settled,
    foreign: foreign.size,
    unsearched: unsearched.map(({ mails: { mailbox }, why }) => {
      const rows = new Set<number>();
      for (const { row, mailbox: of } of run.attempts.values()) {
        if (of.toLowerCase() !== mailbox.toLowerCase() || !run.rows.has(row) || foundRows.has(row)) continue;
        rows.add(row);
        // Of a row that went out from two of these it is told once.
        foundRows.add(row);
      }
      return { mailbox, rows: rows.size, why };
    }),
  };
}

interface RunMails {
  mails: readonly MailsToTrace[];
  rows: ReadonlySet<number>;
  /** By {@link mailOf}. */
  attempts: ReadonlyMap<string, AttemptTimes>;
  /** Of the rows that still are what they were when their mails were made; canonical. */
  addressOf: ReadonlyMap<number, string>;
  /** What the journal has of earlier searches. */
  known: Map<number, string>;
}

interface AttemptTimes {
  messageId: string;
  row: number;
  key: string;
  mailbox: string;
  first: string;
  last: string;
}

/** A mail keeps its Message-ID when it is sent again, which may be from another mailbox. */
function mailOf(mailbox: string, messageId: string): string {
  return `${mailbox.toLowerCase()} ${messageId}`;
}

/** What left, or may have, by the journal: all Message-IDs of a row, since any of its attempts may be the one that went out. */
async function readMails(folder: string, recipients: RecipientsSource): Promise<RunMails> {
  const state = new RunState();
  const attempts = new Map<string, AttemptTimes>();
  const known = new Map<number, string>();
  let source = recipients;
  for await (const { record } of readRecords(folder)) {
    state.apply(record);
    if (record.type === 'run') source = recipients.asBegun(record.recipients);
    if (record.type === 'attempt') {
      const { messageId, row, key, mailbox, at } = record;
      const mail = mailOf(mailbox, messageId);
      attempts.set(mail, { messageId, row, key, mailbox, first: attempts.get(mail)?.first ?? at, last: at });
    }
    if (record.type === 'trace') known.set(record.row, said(record));
  }
  const mails = new Map<string, MailsToTrace>();
  const rows = new Set<number>();
  for (const { messageId, row, mailbox, first, last } of attempts.values()) {
    if (!['sent', 'unknown', 'open'].includes(state.stateOf(row))) continue;
    rows.add(row);
    const key = mailbox.toLowerCase();
    const ofMailbox = mails.get(key) ?? new MailsToTrace(mailbox);
    mails.set(key, ofMailbox);
    ofMailbox.add(messageId, first, last);
  }
  const addressOf = new Map<number, string>();
  for await (const { number, values } of source.rows()) {
    if (!rows.has(number) || typeof values.email !== 'string') continue;
    if (state.keyMatches(number, rowKey(values))) addressOf.set(number, canonicalAddress(values.email));
  }
  return { mails: [...mails.values()], rows, attempts, addressOf, known };
}

/**
 * @param found what message trace has
 * @returns how many rows of these were unknown until now
 */
async function write(
  folder: string,
  found: readonly AttemptTimes[],
  at: string,
  records: readonly JournalRecord[],
): Promise<number> {
  const lock = await lockRun(folder);
  try {
    const { journal, state } = await Journal.open(folder, undefined, lock);
    try {
      // A session may have settled or repeated it since the journal was read.
      const sent = new Map<number, SentRecord>();
      for (const mail of found) {
        const { row, messageId } = mail;
        if (!state.attemptsOf(row).some((attempt) => attempt.messageId === messageId)) continue;
        sent.set(row, provenSent(mail, at));
      }
      await Promise.all([...sent.values(), ...records].map((record) => journal.append(record)));
      return sent.size;
    } finally {
      await journal.close();
    }
  } finally {
    await lock.release();
  }
}

/** What ends the matter goes before what leaves it open; of a mail that came twice to the same address, the copy that arrived. */
const telling: readonly TraceStatus[] = [
  'delivered',
  'expanded',
  'quarantined',
  'filteredAsSpam',
  'failed',
  'pending',
  'gettingStatus',
  'unknown',
];

type TraceFinding = Pick<TraceRecord, 'recipient' | 'status' | 'receivedAt'>;

function mostTelling(traced: readonly TracedRecipient[]): TracedRecipient | undefined {
  return [...traced].sort((a, b) => telling.indexOf(a.status) - telling.indexOf(b.status))[0];
}

function picked({ recipient, status, receivedAt }: TracedRecipient): TracedRecipient {
  return { recipient, status, receivedAt };
}

function said({ recipient, status, receivedAt }: TraceFinding): string {
  return JSON.stringify([recipient, status, receivedAt]);
}
