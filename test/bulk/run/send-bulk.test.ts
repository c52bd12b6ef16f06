import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BulkOptions, type BulkResult, type BulkSummary, sendBulk } from '../../../src/bulk/index.js';

interface TakenMail {
  to: { address: string };
  subject: string;
  text: string;
  messageId: string;
  date: Date;
}

/** A transporter that takes down what it is given, and answers as it is told. */
class Taker {
  readonly mails: TakenMail[] = [];
  answer: (mail: TakenMail) => Promise<unknown> = async () => ({});

  async sendMail(mail: TakenMail): Promise<unknown> {
    this.mails.push(mail);
    return this.answer(mail);
  }

  get addresses(): string[] {
    return this.mails.map(({ to }) => to.address);
  }
}

const template = { subject: 'Hello {{name}}', text: 'Dear {{name}}' };
const people = (count: number) =>
  `email,name\n${Array.from({ length: count }, (_, index) => `p${index + 1}@example.com,Person ${index + 1}`).join('\n')}\n`;

let folder: string;
let taker: Taker;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'send-bulk-'));
  taker = new Taker();
});
afterEach(() => rm(folder, { recursive: true }));

function options(more: Partial<BulkOptions> = {}): BulkOptions {
  return {
    transporter: taker,
    recipients: { csv: people(5) },
    template,
    from: 'news@contoso.com',
    rate: false,
    journal: path.join(folder, 'run'),
    ...more,
  };
}

async function finish(more: Partial<BulkOptions> = {}): Promise<BulkSummary> {
  return sendBulk(options(more)).finished;
}

describe('sendBulk', () => {
  it('sends each row its own mail, and says how the run ended', async () => {
    const summary = await finish();
    expect(summary).toMatchObject({
      rows: 5,
      sent: 5,
      rejected: 0,
      skipped: 0,
      unknown: 0,
      left: 0,
      ended: 'complete',
    });
    expect(taker.addresses.toSorted()).toEqual([1, 2, 3, 4, 5].map((n) => `p${n}@example.com`));
    expect(taker.mails[0]).toMatchObject({ subject: 'Hello Person 1', text: 'Dear Person 1' });
  });

  it('is iterated over for the result of each row', async () => {
    const results: BulkResult[] = [];
    for await (const result of sendBulk(options())) results.push(result);
    expect(results.map(({ row }) => row.number).toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['sent']));
  });

  it('sends nothing when it is called again for a run that is complete', async () => {
    await finish();
    const again = await finish();
    expect(again).toMatchObject({ rows: 5, sent: 5, left: 0, ended: 'complete' });
    expect(taker.mails).toHaveLength(5);
  });

  it('goes on with what is left', async () => {
    const first = await finish({ limit: 2 });
    expect(first).toMatchObject({ sent: 2, left: 3, ended: 'limit' });
    const second = await finish();
    expect(second).toMatchObject({ sent: 5, left: 0, ended: 'complete' });
    expect(new Set(taker.addresses).size).toBe(5);
    expect(taker.mails).toHaveLength(5);
  });

  it('refuses to go on with other recipients, another template or other options', async () => {
    await finish({ limit: 1 });
    await expect(finish({ recipients: { csv: people(6) } })).rejects.toMatchObject({ code: 'changed' });
    await expect(finish({ template: { ...template, text: 'Other' } })).rejects.toMatchObject({ code: 'changed' });
    await expect(finish({ from: 'other@contoso.com' })).rejects.toMatchObject({ code: 'changed' });
    expect(taker.mails).toHaveLength(1);
  });

  it('sends one mail to an address that two rows name, however it is spelt', async () => {
    const csv = 'email,name\nana@example.com,Ana\nANA@Example.com,Ana again\nben@example.com,Ben\n';
    const summary = await finish({ recipients: { csv } });
    expect(summary).toMatchObject({ rows: 3, sent: 2, skipped: 1 });
    expect(taker.addresses.toSorted()).toEqual(['ana@example.com', 'ben@example.com']);
  });

  it('sends to an address twice where that is wanted', async () => {
    const csv = 'email,name\nana@example.com,Ana\nana@example.com,Ana again\n';
    expect(await finish({ recipients: { csv }, allowDuplicates: true })).toMatchObject({ sent: 2, skipped: 0 });
  });

  it('sends to a later row with the address of one that could not become a mail', async () => {
    const jsonl = '{"email":"ana@example.com"}\n{"email":"ana@example.com","name":"Ana"}\n';
    expect(await finish({ recipients: { jsonl } })).toMatchObject({ rejected: 1, sent: 1, skipped: 0 });
  });

  it('rejects a row that cannot become a mail, and sends the others', async () => {
    const csv = 'email,name\nana@example.com,Ana\nnot an address,Ben\n';
    const results: BulkResult[] = [];
    for await (const result of sendBulk(options({ recipients: { csv } }))) results.push(result);
    const rejected = results.find(({ status }) => status === 'rejected');
    expect(rejected?.error?.message).toBe(
      'Recipients, line 3: the e-mail address "not an address" has a space or line break in it',
    );
    expect(taker.addresses).toEqual(['ana@example.com']);
  });

  it('skips who is on the suppression list', async () => {
    const summary = await finish({ suppress: ['P2@example.com'] });
    expect(summary).toMatchObject({ sent: 4, skipped: 1 });
    expect(taker.addresses).not.toContain('p2@example.com');
  });

  it('asks the suppression list again before each mail', async () => {
    const suppressed = new Set<string>();
    taker.answer = async () => void suppressed.add('p5@example.com');
    const summary = await finish({ suppress: (address) => suppressed.has(address), concurrency: 1 });
    expect(summary).toMatchObject({ sent: 4, skipped: 1 });
  });

  it('gives a mail the same Message-ID and Date when it is sent again after a doubt', async () => {
    taker.answer = async () => {
      throw Object.assign(new Error('Timeout'), { code: 'ETIMEDOUT' });
    };
    const first = await finish({ recipients: { csv: people(1) } });
    expect(first).toMatchObject({ unknown: 1, ended: 'complete' });
    taker.answer = async () => ({});
    expect(await finish({ recipients: { csv: people(1) } })).toMatchObject({ unknown: 1, sent: 0 });
    expect(taker.mails).toHaveLength(1);
    expect(await finish({ recipients: { csv: people(1) }, unknown: 'resend' })).toMatchObject({ unknown: 0, sent: 1 });
    const [one, two] = taker.mails;
    expect(two?.messageId).toBe(one?.messageId);
    expect(two?.date).toEqual(one?.date);
  });

  it('retries what was rejected only when it is told to', async () => {
    taker.answer = async () => {
      throw Object.assign(new Error('Mailbox unavailable'), {
        code: 'EMESSAGE',
        responseCode: 550,
        response: '550 No',
      });
    };
    expect(await finish({ recipients: { csv: people(1) } })).toMatchObject({ rejected: 1 });
    taker.answer = async () => ({});
    expect(await finish({ recipients: { csv: people(1) } })).toMatchObject({ rejected: 1 });
    expect(await finish({ recipients: { csv: people(1) }, retryFailed: true })).toMatchObject({ rejected: 0, sent: 1 });
  });

  it('ends at once on an error that would hit every row, and leaves that row', async () => {
    taker.answer = async () => {
      throw Object.assign(new Error('Invalid login'), { code: 'EAUTH' });
    };
    const summary = await finish({ concurrency: 1 });
    expect(summary).toMatchObject({ rejected: 0, left: 5, ended: 'refused', error: { message: 'Invalid login' } });
    expect(taker.mails).toHaveLength(1);
    taker.answer = async () => ({});
    expect(await finish()).toMatchObject({ sent: 5, left: 0 });
  });

  it('ends at once when the first mail meets no network', async () => {
    taker.answer = async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ESOCKET', syscall: 'connect' });
    };
    expect(await finish({ concurrency: 1 })).toMatchObject({ left: 5, ended: 'temporary' });
  });

  it('pauses after too many failed sends', async () => {
    taker.answer = async () => {
      throw Object.assign(new Error('No'), { responseCode: 554, response: '554 No' });
    };
    const summary = await finish({ maxErrors: 2, concurrency: 1 });
    expect(summary).toMatchObject({ rejected: 2, left: 3, ended: 'max-errors' });
  });

  it('lets what is in flight end when it is stopped', async () => {
    const run = sendBulk(options({ concurrency: 2 }));
    taker.answer = async () => {
      run.stop();
      return {};
    };
    const summary = await run.finished;
    expect(summary.ended).toBe('stopped');
    expect(summary.sent).toBe(taker.mails.length);
    expect(summary.left).toBe(5 - taker.mails.length);
    expect(summary.unknown).toBe(0);
  });

  it('writes the attempt before the mail can leave, and the end after', async () => {
    const seen: string[] = [];
    taker.answer = async ({ messageId }) => {
      const journal = await readFile(path.join(folder, 'run', 'journal.jsonl'), 'utf8');
      const lines = journal.split('\n').filter((line) => line.includes(messageId));
      seen.push(...lines.map((line) => JSON.parse(line).type as string));
      return {};
    };
    await finish({ recipients: { csv: people(3) } });
    expect(seen).toEqual(['attempt', 'attempt', 'attempt']);
  });

  it('says which option it does not know', async () => {
    await expect(finish({ ratee: 30 } as Partial<BulkOptions>)).rejects.toThrow("sendBulk has no option 'ratee'");
  });

  it('takes recipients of any iterable, and notices when they have changed', async () => {
    async function* rows(name: string) {
      yield { email: 'a@example.com', name: 'A' };
      yield { email: 'b@example.com', name };
      yield { email: 'c@example.com', name: 'C' };
    }
    expect(await finish({ recipients: rows('B'), limit: 2, concurrency: 1 })).toMatchObject({
      sent: 2,
      ended: 'limit',
    });
    const other = await finish({ recipients: rows('Bert') });
    expect(other).toMatchObject({ ended: 'refused', error: { code: 'changed' } });
    expect(taker.mails).toHaveLength(2);
    expect(await finish({ recipients: rows('B') })).toMatchObject({ rows: 3, sent: 3, left: 0 });
    expect(taker.mails).toHaveLength(3);
  });

  it('works without a journal', async () => {
    const summary = await finish({ journal: undefined });
    expect(summary).toMatchObject({ sent: 5, ended: 'complete' });
    expect(summary.folder).toBeUndefined();
  });

  it('sends from several mailboxes', async () => {
    const summary = await finish({
      from: ['a@contoso.com', 'b@contoso.com'],
      concurrency: 1,
      recipients: { csv: people(6) },
    });
    expect(summary.sent).toBe(6);
  });
});
