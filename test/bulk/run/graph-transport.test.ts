import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BulkOptions, type BulkProgress, type BulkRun, sendBulk } from '../../../src/bulk/index.js';
import { createGraphTransporter, type GraphTransportOptions } from '../../../src/index.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { people } from './virtual/people.js';

let sandbox: Sandbox;
let folder: string;
let transporter: ReturnType<typeof createGraphTransporter>;
beforeAll(async () => {
  const clientId = '11111111-2222-4333-8444-555555555555';
  const roles = ['Mail.Send', 'Mail.ReadWrite'];
  const mailboxes = ['noreply@contoso.example', 'sales@contoso.example', 'ceo@contoso.example'];
  sandbox = await startSandbox({ clientId, mailboxes, apps: [{ clientId, certificates: [], roles }] });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'graph-transport-'));
  sandbox.clear();
  open({});
});
afterEach(() => {
  transporter.close();
  rmSync(folder, { recursive: true });
});

function open(options: Partial<GraphTransportOptions>): void {
  transporter?.close();
  transporter = createGraphTransporter({ ...sandbox.options, ...options } as GraphTransportOptions);
}

const rows = [['email', 'name'], ...[...people(8)].map(({ email, name }) => [email, name])];
const sender = 'noreply@contoso.example';
const journal = () => path.join(folder, 'run');

function start(more: Partial<BulkOptions> = {}): BulkRun {
  const template = { subject: 'Hello {{name}}', text: 'Dear {{name}}' };
  return sendBulk({
    transporter,
    recipients: { csv: rows.map((row) => row.join(',')).join('\n') },
    template,
    from: sender,
    rate: false,
    journal: journal(),
    ...more,
  });
}

const records = () =>
  readFileSync(path.join(journal(), 'journal.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const delivered = async () => (await sandbox.messages()).map(({ to }) => to[0]?.address).sort();
const everybody = [...people(8)].map(({ email }) => email).sort();

describe.each(['direct', 'draft'] as const)('a run over the Graph transport (%s)', (delivery) => {
  beforeEach(() => open({ delivery }));

  it('has each mail arrive with the Message-ID and Date that the journal wrote before', async () => {
    const summary = await start().finished;
    expect(summary).toMatchObject({ sent: 8, ended: 'complete' });
    const messages = await sandbox.messages();
    for (const record of records().filter(({ type }) => type === 'attempt')) {
      const message = messages.find(({ messageId }) => messageId === record.messageId);
      expect(message?.to[0]?.address).toBe(`p${record.row}@example.com`);
      const date = /^Date: (.*)$/im.exec(message?.raw.toString() ?? '')?.[1] ?? '';
      expect(Math.floor(Date.parse(String(record.date)) / 1_000)).toBe(Date.parse(date) / 1_000);
      expect(record.draftId !== undefined).toBe(delivery === 'draft');
    }
    expect(await delivered()).toEqual(everybody);
  });

  it('is refused by a 403 in the middle, and leaves the row for when that is mended', async () => {
    const on = delivery === 'direct' ? 'sendMail' : 'createDraft';
    sandbox.fault({ on, after: 3, times: Number.POSITIVE_INFINITY, status: 403 });
    const summary = await start({ concurrency: 1 }).finished;
    expect(summary).toMatchObject({ ended: 'refused', sent: 3, rejected: 0, unknown: 0, left: 5 });
    expect(summary.error).toMatchObject({ code: 'EAUTH', responseCode: 403 });
    const before = await delivered();
    sandbox.clear();
    const again = await start().finished;
    expect(again).toMatchObject({ ended: 'complete', sent: 8, left: 0 });
    expect([...before, ...(await delivered())].sort()).toEqual(everybody);
  });

  it('counts and shows what the service refuses for coming too fast', async () => {
    sandbox.fault({ on: 'any', after: 2, times: 2, status: 429, headers: { 'Retry-After': '0.3' } });
    const run = start({ concurrency: 1 });
    const shown: BulkProgress[] = [];
    run.on('throttled', () => shown.push(run.progress));
    const summary = await run.finished;
    expect(summary).toMatchObject({ ended: 'complete', sent: 8, throttled: 2 });
    expect(shown[0]?.mailboxes[0]).toMatchObject({ mailbox: sender, waiting: { for: 'throttled' } });
    expect(shown.at(-1)?.throttled).toBe(2);
    expect(records().filter(({ type }) => type === 'throttled')).toHaveLength(2);
  });

  it('puts a row back when the mailbox is to wait longer than maxWait, and asks no more before', async () => {
    open({ delivery, maxWait: 100 });
    const on = delivery === 'direct' ? 'sendMail' : 'createDraft';
    sandbox.fault({ on, after: 2, status: 429, headers: { 'Retry-After': '1.5' } });
    const run = start({ concurrency: 1 });
    const asked = new Promise<number>((resolve) => run.on('throttled', () => resolve(Date.now())));
    const summary = await run.finished;
    expect(summary).toMatchObject({ ended: 'complete', sent: 8, rejected: 0, unknown: 0 });
    expect(Date.now() - (await asked)).toBeGreaterThanOrEqual(1_400);
    expect(records().some(({ type, until }) => (type === 'returned' || type === 'throttled') && until)).toBe(true);
    expect(await delivered()).toEqual(everybody);
  });

  it('goes on with a wait that an earlier session was told of', async () => {
    open({ delivery, maxWait: 100 });
    const on = delivery === 'direct' ? 'sendMail' : 'createDraft';
    sandbox.fault({ on, status: 429, headers: { 'Retry-After': '2' } });
    const run = start({ concurrency: 1 });
    const told = await new Promise<number>((resolve) => run.on('throttled', () => resolve(Date.now())));
    run.stop();
    expect(await run.finished).toMatchObject({ ended: 'stopped', sent: 0, left: 8 });
    await start({ limit: 1 }).finished;
    expect(Date.now() - told).toBeGreaterThanOrEqual(1_900);
  });

  it('calls a row unknown when the answer got lost, and only then', async () => {
    const on = delivery === 'direct' ? 'sendMail' : 'sendDraft';
    sandbox.fault({ on, after: 2, status: 504, delivered: true });
    const summary = await start({ concurrency: 1 }).finished;
    expect(summary).toMatchObject(delivery === 'direct' ? { sent: 7, unknown: 1 } : { sent: 8, unknown: 0 });
    expect(await delivered()).toEqual(everybody);
  });

  it('can be aborted with mails on their way: each is what it truly was', async () => {
    sandbox.fault({ on: 'any', times: Number.POSITIVE_INFINITY, delay: 300 });
    const run = start();
    setTimeout(() => run.abort(), 450);
    const summary = await run.finished;
    expect(summary.ended).toBe('aborted');
    const went = await delivered();
    expect(went.length).toBeGreaterThanOrEqual(summary.sent);
    expect(went.length).toBeLessThanOrEqual(summary.sent + summary.unknown);
    sandbox.clear();
  });
});

describe('several senders over the Graph transport', () => {
  const senders = ['noreply@contoso.example', 'sales@contoso.example'];
  const allowed = { mailbox: 'from', allowedMailboxes: senders } as const;

  it('send each from its own mailbox', async () => {
    open(allowed);
    const run = start({ from: senders, concurrency: 1 });
    const mailboxes: string[] = [];
    for await (const { mailbox = '' } of run) mailboxes.push(mailbox);
    expect([...new Set(mailboxes)].sort()).toEqual(senders.toSorted());
    expect(Object.keys(sandbox.stats().maxInFlight)).toHaveLength(2);
    const froms = (await sandbox.messages()).map(({ from }) => from?.address);
    expect(new Set(froms)).toEqual(new Set(senders));
  });

  it('are refused before anything is sent, and before there is a journal, when one may not be used', async () => {
    open(allowed);
    const wrong = start({ from: [...senders, 'ceo@contoso.example'] });
    await expect(wrong.finished).rejects.toThrow(/ceo@contoso\.example/);
    expect(existsSync(journal())).toBe(false);
    expect(sandbox.stats().submissions).toBe(0);
  });

  it('are refused when a sender names a mailbox that may not be used', async () => {
    const wrong = start({ from: { address: sender, mailbox: 'ceo@contoso.example' } });
    await expect(wrong.finished).rejects.toThrow(/ceo@contoso\.example/);
    expect(existsSync(journal())).toBe(false);
  });

  it('that a template function names are refused with the first mail that does', async () => {
    open(allowed);
    const template = (_row: object, { number }: { number: number }) => ({
      from: number === 3 ? 'ceo@contoso.example' : senders[number % 2],
      subject: 'Hello',
      text: 'Hello',
    });
    const summary = await start({ from: undefined, template, concurrency: 1 }).finished;
    expect(summary.ended === 'refused' || summary.rejected === 1).toBe(true);
    expect((await sandbox.messages()).every(({ from }) => from?.address !== 'ceo@contoso.example')).toBe(true);
  });
});
