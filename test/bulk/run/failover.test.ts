import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BulkOptions, BulkSummary } from '../../../src/bulk/index.js';
import { readRun } from '../../../src/bulk/journal/read-journal.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { systemClock } from '../../../src/common/clock.js';
import { type GraphTransportOptions, graphTransport } from '../../../src/index.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';

const rows = 2_000;
const csv = `email,name\n${Array.from({ length: rows }, (_, index) => `r${index + 1}@people.example,Person ${index + 1}\n`).join('')}`;

// Each Retry-After holds up its whole mailbox for a second, so there are many.
const clientId = '11111111-2222-4333-8444-555555555555';

const mailboxes = Array.from({ length: 100 }, (_, index) => `news${index + 1}@contoso.example`);

interface Stage {
  sandbox: Sandbox;
  folder: string;
}

async function openStage(): Promise<Stage> {
  const roles = ['Mail.Send', 'Mail.ReadWrite'];
  const app = { clientId, certificates: [], secrets: ['s'], roles };
  const sandbox = await startSandbox({ mailboxes, apps: [app], scenario: 'failover', keep: 2 * rows, seed: 7 });
  const folder = await mkdtemp(path.join(tmpdir(), 'failover-'));
  onTestFinished(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true });
  });
  return { sandbox, folder };
}

type Way = Pick<GraphTransportOptions, 'delivery' | 'onUnknown'>;

/** Begins a run, and goes on with it until nothing is left, and nothing unknown that a draft can settle. */
async function runToTheEnd(stage: Stage, way: Way): Promise<BulkSummary> {
  for (let sessions = 1; ; sessions++) {
    const summary = await session(stage, way);
    const { left, unknown } = summary;
    if (left === 0 && (way.delivery !== 'draft' || unknown === 0)) return summary;
    expect(sessions).toBeLessThan(30);
  }
}

/** @param more `ahead`: milliseconds that have passed since, as far as the run knows */
async function session(
  { sandbox, folder }: Stage,
  way: Way,
  { ahead = 0, unknown = 'hold' }: { ahead?: number; unknown?: 'hold' | 'verify' } = {},
): Promise<BulkSummary> {
  const { tenantId, cloud } = sandbox.options;
  const transporter = createTransport(
    graphTransport({
      tenantId,
      cloud,
      clientId,
      clientSecret: 's',
      mailbox: 'from',
      allowedMailboxes: mailboxes,
      verifyWindow: 0,
      maxRetries: 4,
      proxy: false,
      ...way,
    }),
  );
  const options: BulkOptions = {
    transporter,
    recipients: { csv },
    template: { subject: 'News for {{name}}', text: 'Dear {{name}}' },
    from: mailboxes,
    journal: folder,
    rate: false,
    perDay: false,
    maxErrors: false,
    // What does not get through is tried again by the next session, and not after half a minute.
    patience: 0,
    unknown,
  };
  try {
    const summary = await new BulkRun(options, { clock: { ...systemClock, now: () => Date.now() + ahead } }).finished;
    const { sent, rejected, skipped, left } = summary;
    expect(sent + rejected + skipped + summary.unknown + left).toBe(rows);
    return summary;
  } finally {
    transporter.close();
  }
}

/** By row: its state in the journal, and how many mails the sandbox took for it. */
async function outcomes({ sandbox, folder }: Stage): Promise<{ row: number; is: string; count: number }[]> {
  const { state } = await readRun(folder);
  const counts = new Map<string, number>();
  for (const { to } of await sandbox.messages()) {
    for (const { address } of to) counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return Array.from({ length: rows }, (_, index) => {
    const row = index + 1;
    return { row, is: state.stateOf(row), count: counts.get(`r${row}@people.example`) ?? 0 };
  });
}

// At the same time, since they mostly wait.
describe.concurrent(`a run over ${rows} rows through servers that change behind the gateway`, () => {
  it('sends nobody two mails, and says of whoever got none that it is unknown or rejected', async () => {
    const stage = await openStage();
    const summary = await runToTheEnd(stage, { delivery: 'direct' });
    const all = await outcomes(stage);
    expect(all.filter(({ count }) => count > 1)).toEqual([]);
    expect(all.filter(({ is, count }) => count === 0 && is !== 'unknown' && is !== 'rejected-send')).toEqual([]);
    expect(all.filter(({ is, count }) => count === 1 && is !== 'sent' && is !== 'unknown')).toEqual([]);
    expect(summary.unknown).toBeGreaterThan(rows / 20);
    expect(stage.sandbox.stats().submissions).toBeGreaterThan(rows / 2);
  }, 240_000);

  it('finds, where it looks in Sent Items, everything that was sent', async () => {
    const stage = await openStage();
    const way: Way = { delivery: 'direct', onUnknown: 'verify' };
    await runToTheEnd(stage, way);
    // Once more, when no mailbox is busy any more; long enough after that nothing is on its way to Sent Items.
    const summary = await session(stage, way, { ahead: 120_000, unknown: 'verify' });
    const all = await outcomes(stage);
    expect(all.filter(({ count }) => count > 1)).toEqual([]);
    expect(
      all.filter(({ is, count }) => (count === 1 ? is !== 'sent' : is !== 'unknown' && is !== 'rejected-send')),
    ).toEqual([]);
    expect(summary.unknown).toBeGreaterThan(0);
  }, 240_000);

  it('sends each of them once as drafts, and leaves no doubt', async () => {
    const stage = await openStage();
    const summary = await runToTheEnd(stage, { delivery: 'draft' });
    expect(summary).toMatchObject({ rows, sent: rows, rejected: 0, unknown: 0, ended: 'complete' });
    const all = await outcomes(stage);
    expect(all.filter(({ count }) => count !== 1)).toEqual([]);
  }, 240_000);
});
