import { canonicalAddress } from '../../address.js';
import type { TracedMessage, TracedRecipient, TraceStatus } from '../../index.js';
import { RunState } from '../journal/fold.js';
import { Journal } from '../journal/journal.js';
import { lockRun } from '../journal/lock.js';
import { readRecords } from '../journal/reading.js';
import type { TraceRecord } from '../journal/records.js';
import { rowKey } from '../journal/run-id.js';
import type { RecipientsSource } from '../recipients/open-recipients.js';
import { MailsToTrace } from './search-trace.js';

export interface JoinTraceOptions {
  /** The recipients of the run: of a mail, only what is said of the address of its row is kept. */
  recipients: RecipientsSource;
  /** Searches message trace. */
  search: (mails: MailsToTrace) => Promise<readonly TracedMessage[]>;
  /** When it is searched, as `Date.toISOString()` writes it. */
  at: string;
}

/** What {@link joinTrace} found, in rows. */
export interface JoinedTrace {
  /** That were sent, or may have been. */
  asked: number;
  found: Partial<Record<TraceStatus, number>>;
  /** Of the found ones: those that the journal has as unknown. They were sent. */
  unknown: number;
  /** Found under another address than the row has, or with a row that has changed since: nothing of these is kept. */
  foreign: number;
  /** Newly written to the journal. */
  added: number;
}

/**
 * Writes to the journal of a run what message trace says of the recipient of each row. Whoever else a mail went to, as the
 * members of a group, is left out.
 * @param folder the run folder
 * @throws JournalError `'locked'` while the run is going on, and as opening a journal throws
 */
export async function joinTrace(folder: string, options: JoinTraceOptions): Promise<JoinedTrace> {
  const { recipients, search, at } = options;
  const run = await readMails(folder, recipients);
  const records = new Map<number, TraceRecord>();
  const unheard = new Set<number>();
  for (const mails of run.mails) {
    for (const { messageId, recipients: traced } of await search(mails)) {
      const row = run.rowOf.get(messageId);
      if (row === undefined) continue;
      const own = traced.filter(({ recipient }) => canonicalAddress(recipient) === run.addressOf.get(row));
      const said = mostTelling([...own, ...[records.get(row) ?? []].flat()]);
      if (said === undefined) unheard.add(row);
      else records.set(row, { type: 'trace', row, at, ...picked(said) });
    }
  }
  const found: JoinedTrace['found'] = {};
  for (const { status } of records.values()) found[status] = (found[status] ?? 0) + 1;
  const fresh = [...records.values()].filter((record) => run.known.get(record.row) !== said(record));
  await write(folder, [
    ...fresh,
    ...run.mails.map(({ mailbox }) => ({ type: 'trace-read', at, mailbox: mailbox.toLowerCase() }) as const),
  ]);
  return {
    asked: run.rows.size,
    found,
    unknown: [...records.keys()].filter((row) => run.state.stateOf(row) !== 'sent').length,
    foreign: [...unheard].filter((row) => !records.has(row)).length,
    added: fresh.length,
  };
}

interface RunMails {
  state: RunState;
  mails: readonly MailsToTrace[];
  rows: ReadonlySet<number>;
  rowOf: ReadonlyMap<string, number>;
  /** Of the rows that still are what they were when their mails were made; canonical. */
  addressOf: ReadonlyMap<number, string>;
  /** What the journal has of earlier searches. */
  known: ReadonlyMap<number, string>;
}

interface AttemptTimes {
  messageId: string;
  row: number;
  mailbox: string;
  first: string;
  last: string;
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
      const { messageId, row, mailbox, at } = record;
      // A mail keeps its Message-ID when it is sent again, which may be from another mailbox.
      const mail = `${mailbox.toLowerCase()} ${messageId}`;
      attempts.set(mail, { messageId, row, mailbox, first: attempts.get(mail)?.first ?? at, last: at });
    }
    if (record.type === 'trace') known.set(record.row, said(record));
  }
  const mails = new Map<string, MailsToTrace>();
  const rowOf = new Map<string, number>();
  const rows = new Set<number>();
  for (const { messageId, row, mailbox, first, last } of attempts.values()) {
    if (!['sent', 'unknown', 'open'].includes(state.stateOf(row))) continue;
    rows.add(row);
    rowOf.set(messageId, row);
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
  return { state, mails: [...mails.values()], rows, rowOf, addressOf, known };
}

async function write(folder: string, records: readonly Parameters<Journal['append']>[0][]): Promise<void> {
  const lock = await lockRun(folder);
  try {
    const { journal } = await Journal.open(folder, undefined, lock);
    try {
      await Promise.all(records.map((record) => journal.append(record)));
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

function mostTelling(traced: readonly TracedRecipient[]): TracedRecipient | undefined {
  return [...traced].sort((a, b) => telling.indexOf(a.status) - telling.indexOf(b.status))[0];
}

function picked({ recipient, status, receivedAt }: TracedRecipient): TracedRecipient {
  return { recipient, status, receivedAt };
}

function said({ recipient, status, receivedAt }: TracedRecipient): string {
  return JSON.stringify([recipient, status, receivedAt]);
}
