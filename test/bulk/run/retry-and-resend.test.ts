import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BulkOptions, type BulkSummary, sendBulk } from '../../../src/bulk/index.js';
import { decodeLine } from '../../../src/bulk/journal/record-line.js';
import { failure, ModelledGraph } from './modelled-graph.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'retry-and-resend-'));
});
afterEach(() => rm(folder, { recursive: true }));

function finish(transporter: BulkOptions['transporter'], more: Partial<BulkOptions> = {}): Promise<BulkSummary> {
  const { finished } = sendBulk({
    transporter,
    recipients: { csv: 'email,name\nana@example.com,First\nana@example.com,Second\nben@example.com,Third\n' },
    template: { subject: 'Hello', text: 'Hello' },
    from: 'news@contoso.com',
    journal: path.join(folder, 'run'),
    rate: false,
    concurrency: 1,
    ...more,
  });
  return finished;
}

async function records() {
  const lines = (await readFile(path.join(folder, 'run', 'journal.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => decodeLine(line));
}

describe('retryFailed', () => {
  /** As with a file that is missing, and is there the next time. */
  function failingFor(...names: string[]) {
    return (row: Readonly<Record<string, unknown>>) => {
      if (names.includes(String(row.name))) throw new Error('The attachment is missing');
      return { subject: 'Hello', text: 'Hello' };
    };
  }

  it('gives a recipient no second mail when a later row with the address has sent one meanwhile', async () => {
    const graph = new ModelledGraph('plain');
    expect(await finish(graph, { template: failingFor('First') })).toMatchObject({ sent: 2, rejected: 1 });
    const again = await finish(graph, { template: failingFor(), retryFailed: true });
    expect(again).toMatchObject({ sent: 2, rejected: 0, skipped: 1, left: 0, ended: 'complete' });
    expect(Object.fromEntries(graph.sent)).toEqual({ 'ana@example.com': 1, 'ben@example.com': 1 });
  });

  it('sends one of several rows with an address when all of them had failed', async () => {
    const graph = new ModelledGraph('plain');
    const failing = failingFor('First', 'Second', 'Third');
    expect(await finish(graph, { template: failing })).toMatchObject({ rejected: 3 });
    const again = await finish(graph, { template: failingFor(), retryFailed: true });
    expect(again).toMatchObject({ sent: 2, skipped: 1, left: 0 });
    expect(Object.fromEntries(graph.sent)).toEqual({ 'ana@example.com': 1, 'ben@example.com': 1 });
  });

  it('gives no second mail either when it was the later row whose send was refused', async () => {
    const graph = new ModelledGraph('plain');
    graph.fate = () => 'refused';
    expect(await finish(graph, { template: failingFor('First'), limit: 1 })).toMatchObject({ rejected: 2 });
    graph.fate = () => 'sent';
    const again = await finish(graph, { template: failingFor(), retryFailed: true });
    expect(again).toMatchObject({ sent: 2, skipped: 1, rejected: 0 });
    expect(Object.fromEntries(graph.sent)).toEqual({ 'ana@example.com': 1, 'ben@example.com': 1 });
  });

  it('sends both again where an address may get more than one', async () => {
    const graph = new ModelledGraph('plain');
    await finish(graph, { template: failingFor('First'), allowDuplicates: true });
    await finish(graph, { template: failingFor(), allowDuplicates: true, retryFailed: true });
    expect(Object.fromEntries(graph.sent)).toEqual({ 'ana@example.com': 2, 'ben@example.com': 1 });
  });
});

describe("unknown: 'resend'", () => {
  const one = { csv: 'email\nana@example.com\n' };

  it('goes from the same mailbox, with the same Message-ID and Date', async () => {
    const from = ['a@contoso.com', 'b@fabrikam.com'];
    const graph = new ModelledGraph('plain');
    const mails: { from: { address: string }; messageId: string; date: Date }[] = [];
    const sendMail = (mail: Parameters<ModelledGraph['sendMail']>[0]) => {
      mails.push(mail as unknown as (typeof mails)[number]);
      return graph.sendMail(mail);
    };
    graph.fate = () => 'lost';
    const csv = 'email\nana@example.com\nben@example.com\n';
    expect(await finish({ sendMail }, { recipients: { csv }, from })).toMatchObject({ unknown: 2 });
    graph.fate = () => 'sent';
    expect(await finish({ sendMail }, { recipients: { csv }, from, unknown: 'resend' })).toMatchObject({ sent: 2 });
    const told = mails.map(({ from, messageId, date }) => ({ from, messageId, date }));
    expect(new Set(told.map(({ from }) => from.address)).size).toBe(2);
    expect(told.slice(2)).toEqual(expect.arrayContaining(told.slice(0, 2)));
  });

  it('keeps the first draft in mind when the second was withdrawn', async () => {
    const graph = new ModelledGraph('draft');
    graph.fate = () => 'lost';
    await finish(graph, { recipients: one });
    // Neither can the first draft be sent now, nor the second.
    graph.onSettle = () => {
      throw failure('unknown', { permanent: false });
    };
    const { sendMail, transporter } = graph;
    const withdrawing = async (mail: Parameters<typeof sendMail>[0]) => {
      const { onAttempt, onWithdraw } = mail.graph as unknown as Record<string, (told: unknown) => Promise<void>>;
      await onAttempt?.({ mailbox: 'news@contoso.com', messageId: mail.messageId, draftId: 'second' });
      await onWithdraw?.('second');
      throw failure('not-sent', { permanent: true });
    };
    const options = { recipients: one, unknown: 'resend' } as const;
    const refused = { transporter, sendMail: withdrawing } as BulkOptions['transporter'];
    expect(await finish(refused, options)).toMatchObject({ unknown: 1, rejected: 0 });
    expect(graph.sent.size).toBe(0);

    graph.onSettle = () => {};
    expect(await finish(graph, { recipients: one })).toMatchObject({ sent: 1, unknown: 0 });
    expect((await records()).at(-2)).toMatchObject({ type: 'sent', settled: 'draft' });
  });

  it('does not call a row rejected when only the draft of the second attempt surely was not sent', async () => {
    const graph = new ModelledGraph('draft');
    graph.fate = () => 'taken';
    graph.onSettle = () => {
      throw failure('unknown', { permanent: false });
    };
    await finish(graph, { recipients: one });
    graph.fate = () => 'lost';
    expect(await finish(graph, { recipients: one, unknown: 'resend' })).toMatchObject({ unknown: 1 });
    expect(graph.sent.get('ana@example.com')).toBe(1);

    graph.onSettle = () => {
      throw failure('not-sent', { permanent: true });
    };
    expect(await finish(graph, { recipients: one })).toMatchObject({ unknown: 1, rejected: 0 });
    expect(await finish(graph, { recipients: one, retryFailed: true })).toMatchObject({ unknown: 1, rejected: 0 });
    expect(graph.sent.get('ana@example.com')).toBe(1);
  });
});

describe("unknown: 'verify'", () => {
  it('where the app may not look leaves the row unknown, and records what is missing', async () => {
    const graph = new ModelledGraph('direct');
    const recipients = { csv: 'email\nana@example.com\n' };
    graph.fate = () => 'taken';
    expect(await finish(graph, { recipients })).toMatchObject({ unknown: 1 });
    graph.onSettle = () => {
      throw failure('unknown', { permanent: true });
    };
    expect(await finish(graph, { recipients, unknown: 'verify' })).toMatchObject({ unknown: 1, ended: 'complete' });
    const hint = expect.stringContaining('Message-ID');
    expect((await records()).at(-2)).toMatchObject({ type: 'unknown', row: 1, error: { hint } });

    graph.onSettle = () => {};
    expect(await finish(graph, { recipients, unknown: 'verify' })).toMatchObject({ sent: 1, unknown: 0 });
    expect(graph.sent.get('ana@example.com')).toBe(1);
  });
});
