import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BulkSummary } from '../../../src/bulk/common/bulk-results.js';
import { JournalError } from '../../../src/bulk/common/errors.js';
import type { FileOperations } from '../../../src/bulk/common/file-operations.js';
import { readRecords } from '../../../src/bulk/journal/read-journal.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { type Fault, faultyFiles, type Operation } from '../journal/faulty-files.js';
import { type Delivery, ModelledGraph } from './modelled-graph.js';

const rows = 8;
const csv = `email,name\n${Array.from({ length: rows }, (_, index) => `r${index + 1}@example.com,Person ${index + 1}\n`).join('')}`;

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'io-faults-'));
  folder = path.join(parent, 'run');
});
afterEach(() => rm(parent, { recursive: true }));

function session(graph: ModelledGraph, files?: FileOperations, limit?: number): Promise<BulkSummary> {
  const options = {
    transporter: graph,
    recipients: { csv },
    template: { subject: 'Hello {{name}}', text: 'Dear {{name}}' },
    from: 'news@contoso.com',
    journal: folder,
    rate: false as const,
    perDay: false as const,
    maxErrors: false as const,
    ...(limit !== undefined && { limit }),
  };
  return new BulkRun(options, { files }).finished;
}

/** As the end of a process does: a lock that could not be given back is free. */
async function dropLocks(): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (/^lock\.\d+$/.test(name)) await rm(path.join(folder, name));
}

async function attemptedRows(): Promise<Set<number>> {
  const attempted = new Set<number>();
  try {
    for await (const { record } of readRecords(folder)) if (record.type === 'attempt') attempted.add(record.row);
  } catch (error) {
    if (!(error instanceof JournalError && error.code === 'missing')) throw error;
  }
  return attempted;
}

/** One session with a fault. Says whether the fault has happened. */
async function sessionWith(fault: Fault, graph: ModelledGraph): Promise<boolean> {
  const files = faultyFiles(fault);
  const sentBefore = graph.sent.size;
  const outcome = await session(graph, files).then(
    (summary) => ({ summary, error: summary.error }),
    (error: unknown) => ({ summary: undefined, error }),
  );
  const { summary, error } = outcome;
  if (error !== undefined) {
    expect(files.happened()).toBe(true);
    expect(error).toBeInstanceOf(JournalError);
    const { code, message, cause } = error as JournalError;
    expect(code).toBe('failed');
    expect(message).toContain(folder);
    expect(message).toContain(`${(cause as NodeJS.ErrnoException).code}: said by the test`);
    if (summary) expect(summary.ended).toBe('journal');
  } else expect(summary).toMatchObject({ ended: 'complete', left: 0 });
  if (summary) {
    const { sent, rejected, skipped, unknown, left } = summary;
    expect(sent + rejected + skipped + unknown + left).toBe(rows);
  }
  // Whoever sent something is told what became of it.
  if (graph.sent.size > sentBefore) expect(summary).toBeDefined();
  const attempted = await attemptedRows();
  for (const address of graph.sent.keys()) expect(attempted).toContain(Number(/\d+/.exec(address)));
  return files.happened();
}

const operations: Operation[] = ['write', 'datasync', 'sync', 'rename', 'open', 'truncate', 'link', 'unlink', 'mkdir'];
const cases = operations.flatMap((operation) =>
  (['ENOSPC', 'EIO', ...(operation === 'write' ? (['half'] as const) : [])] as const).map(
    (how) => [operation, how] as const,
  ),
);

describe.each(cases)('the n-th %s fails: %s', (operation, how) => {
  it.each<['a new' | 'a resumed', Delivery]>([
    ['a new', 'plain'],
    ['a resumed', 'plain'],
    ['a new', 'draft'],
    ['a resumed', 'draft'],
  ])('in %s run (%s): it ends with words, and nobody gets two mails', async (kind, delivery) => {
    for (let nth = 1; ; nth++) {
      await rm(folder, { recursive: true, force: true });
      const graph = new ModelledGraph(delivery);
      if (kind === 'a resumed') {
        // One that was interrupted with a mail on its way, and half a line.
        await session(graph, undefined, 3);
        await session(graph, faultyFiles({ operation: 'write', nth: 4, how: 'half' })).catch(() => {});
        await dropLocks();
      }
      const happened = await sessionWith({ operation, nth, how }, graph);
      await dropLocks();
      const summary = await session(graph);
      expect(summary).toMatchObject({ ended: 'complete', left: 0, rejected: 0, skipped: 0 });
      expect(Math.max(...graph.sent.values())).toBe(1);
      expect(summary.sent).toBeLessThanOrEqual(graph.sent.size);
      expect(summary.sent + summary.unknown).toBe(rows);
      if (delivery === 'draft') expect(summary).toMatchObject({ sent: rows, unknown: 0 });
      if (!happened) return;
    }
  });
});
