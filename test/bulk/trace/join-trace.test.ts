import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { Journal } from '../../../src/bulk/journal/journal.js';
import { readRun } from '../../../src/bulk/journal/read-journal.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { rowKey } from '../../../src/bulk/journal/run-id.js';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { joinTrace } from '../../../src/bulk/trace/join-trace.js';
import { MailsToTrace, type TracingTransporter, UnsearchableError } from '../../../src/bulk/trace/search-trace.js';
import type { TracedMessage } from '../../../src/index.js';

const now = Date.UTC(2026, 10, 23, 12);
const at = new Date(now).toISOString();
const day = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();
const mailbox = 'news@contoso.example';

const traced = (messageId: string, receivedAt = at, recipient = 'a@x.example'): TracedMessage => ({
  messageId,
  recipients: [{ recipient, status: 'delivered', receivedAt }],
});

describe('a search for the mails of a mailbox', () => {
  const first = now - 7_200_000;
  const last = now - 3_600_000;
  const minute = 60_000;

  test.each([
    ['taken well before its first attempt', first - 11 * minute, false],
    ['taken a little before, by another clock', first - 9 * minute, true],
    ['taken between two attempts', first + minute, true],
    ['taken a little after its last', last + 59 * minute, true],
    ['taken well after its last', last + 61 * minute, false],
  ])('%s', async (_, received, found) => {
    const mails = new MailsToTrace(mailbox);
    mails.add('<1@x>', iso(first), iso(last));
    // Another mail, whose times say nothing of the first one.
    mails.add('<2@x>', iso(first - day), iso(now));
    const graphTransporter: TracingTransporter = { traceMessages: async () => [traced('<1@x>', iso(received))] };
    expect(await mails.search(graphTransporter, [], { now })).toHaveLength(found ? 1 : 0);
  });

  const guid = '48d31887-5fad-4d73-a9f5-3c356e68a038';
  test.each([
    ['of which only the object id is known', guid, now, 'object id'],
    ['whose mails are older than 90 days', mailbox, now - 91 * day, '90 days'],
    ['whose mails are of the future', mailbox, now + day, 'still to be sent'],
  ])('is not made of a mailbox %s', async (_, name, attempted, words) => {
    const mails = new MailsToTrace(name);
    mails.add('<1@x>', iso(attempted));
    const graphTransporter: TracingTransporter = { traceMessages: () => Promise.reject(new Error('asked')) };
    const error = await mails.search(graphTransporter, [], { now }).catch((reason) => reason);
    expect(error).toBeInstanceOf(UnsearchableError);
    expect(error.message).toContain(words);
  });
});

describe('what message trace says, joined to a run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(tmpdir(), 'join-trace-')), 'run');
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true }));

  const rows = [{ email: 'a@x.example' }, { email: 'b@x.example' }, { email: 'c@x.example' }];
  const recipients = openRecipients(rows);
  const attempt = (row: number, from: string): JournalRecord => ({
    type: 'attempt',
    row,
    key: rowKey(rows[row - 1] ?? {}),
    at: iso(now - 60_000),
    mailbox: from,
    messageId: `<${row}@x>`,
  });

  /** Each row went out from a mailbox of its own, with no end. */
  async function begin(): Promise<void> {
    const journal = await Journal.create(folder, {
      type: 'run',
      version: 1,
      id: '913fd6cdeba75d845bda23231e957101',
      at,
      recipients: { name: 'recipients', format: 'objects' },
      template: {},
      options: {},
      optionsSha256: '',
    });
    for (const [index, from] of ['one@x.example', 'two@x.example', 'three@x.example'].entries()) {
      await journal.append(attempt(index + 1, from));
    }
    await journal.close();
  }

  const joined = (search: (mails: MailsToTrace) => Promise<TracedMessage[]>) =>
    joinTrace(folder, { recipients, search, at });

  it('goes on past a mailbox that cannot be searched', async () => {
    await begin();
    const result = await joined(async (mails) => {
      if (mails.mailbox === 'one@x.example') throw new UnsearchableError('of a reason');
      return [traced('<2@x>', at, 'b@x.example')];
    });
    expect(result).toMatchObject({
      asked: 3,
      found: { delivered: 1 },
      settled: 1,
      unsearched: [{ mailbox: 'one@x.example', rows: 1, why: 'of a reason' }],
    });
    expect(await readFile(path.join(folder, 'journal.jsonl'), 'utf8')).not.toMatch(/trace-read.*one@x/);
  });

  it('keeps what was found of the mailboxes before one whose search fails', async () => {
    await begin();
    const search = async (mails: MailsToTrace) => {
      if (mails.mailbox === 'two@x.example') throw new Error('no way there');
      return [traced('<1@x>')];
    };
    await expect(joined(search)).rejects.toThrow('no way there');
    const { state } = await readRun(folder);
    expect([1, 2, 3].map((row) => state.stateOf(row))).toEqual(['sent', 'open', 'open']);
  });

  it('settles nothing that another process has settled meanwhile', async () => {
    await begin();
    const result = await joined(async (mails) => {
      if (mails.mailbox !== 'one@x.example') return [];
      const { journal } = await Journal.open(folder);
      await journal.append({
        ...(attempt(1, mails.mailbox) as Extract<JournalRecord, { type: 'attempt' }>),
        type: 'sent',
        attempts: 1,
        recipients: 1,
      } as JournalRecord);
      await journal.close();
      return [traced('<1@x>')];
    });
    expect(result).toMatchObject({ found: { delivered: 1 }, settled: 0 });
    expect((await readRun(folder)).state.tally).toMatchObject({ sent: 1, unknown: 2 });
  });
});
