import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Journal } from '../../../src/bulk/journal/journal.js';
import type { JournalRecord, RunRecord } from '../../../src/bulk/journal/records.js';
import { rowKey } from '../../../src/bulk/journal/run-id.js';
import type { RecipientsSource } from '../../../src/bulk/recipients/open-recipients.js';

export const mailbox = 'news@contoso.example';
export const start = Date.parse('2026-11-23T13:00:00.000Z');

/** What a test says of a row; the journal's own fields are filled in. */
type Said = Partial<Record<string, unknown>> & { type: JournalRecord['type'] };

/** The time of a second of the run. */
export function time(second: number): string {
  return new Date(start + second * 1000).toISOString();
}

export function messageIdOf(row: number): string {
  return `<mail-${row}@contoso.example>`;
}

/** Writes the journal of a run in a folder of its own, from `[second, row, what happened]`. */
export async function sampleRun(
  recipients: RecipientsSource,
  events: readonly (readonly [second: number, row: number, ...said: Said[]])[],
  options: RunRecord['options'] = {},
): Promise<string> {
  const folder = path.join(await mkdtemp(path.join(tmpdir(), 'report-')), 'run');
  const journal = await Journal.create(folder, { ...(await runRecordOf(recipients)), options });
  const keys = new Map<number, string>();
  for await (const { number, values } of recipients.rows()) keys.set(number, rowKey(values));
  const writes = events.flatMap(([second, row, ...said]) =>
    said.map((one) => journal.append(recordOf(one, second, row, keys.get(row)))),
  );
  await Promise.all(writes);
  await journal.close();
  return folder;
}

async function runRecordOf(recipients: RecipientsSource): Promise<RunRecord> {
  const inspected = await recipients.inspect();
  return {
    type: 'run',
    version: 1,
    id: '0123456789abcdef0123456789abcdef',
    at: time(0),
    recipients: {
      name: recipients.name,
      format: recipients.format,
      ...(inspected && { sha256: inspected.sha256, rows: inspected.rows }),
    },
    template: { path: 'letters/november' },
    options: {},
    optionsSha256: '0'.repeat(64),
  };
}

const defaults: Partial<Record<JournalRecord['type'], Record<string, unknown>>> = {
  sent: { requestId: 'aaaaaaaa-0000-4000-8000-000000000001', attempts: 1, recipients: 1 },
  rejected: { stage: 'send', error: { message: 'Refused' }, attempts: 1 },
  unknown: { error: { code: 'ETIMEDOUT', message: 'No answer in time' }, attempts: 1 },
  skipped: { reason: 'duplicate', of: 1 },
  session: { event: 'start', pid: 1, host: 'here' },
  bounce: { recipient: 'nobody@b.example', hard: false, action: 'failed' },
};
const ofMail = new Set(['attempt', 'sent', 'rejected', 'unknown']);
const ofRow = new Set([...ofMail, 'skipped', 'returned']);

function recordOf(said: Said, second: number, row: number, key: string | undefined): JournalRecord {
  return {
    at: time(second),
    ...((ofRow.has(said.type) || said.type === 'bounce') && { row }),
    ...(ofRow.has(said.type) && { key: key ?? '0000000000000000' }),
    ...((ofMail.has(said.type) || said.type === 'throttled') && { mailbox }),
    ...(ofMail.has(said.type) && { messageId: messageIdOf(row) }),
    ...defaults[said.type],
    ...said,
  } as unknown as JournalRecord;
}
