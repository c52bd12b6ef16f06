import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileOperations, systemFiles } from '../../../src/bulk/common/file-operations.js';
import { type BulkOptions, sendBulk } from '../../../src/bulk/index.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { failure, ModelledGraph } from './modelled-graph.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'taking-up-'));
});
afterEach(() => rm(folder, { recursive: true }));

function* people(count: number) {
  for (let row = 1; row <= count; row++) yield { email: `r${row}@example.com`, name: `Person ${row}` };
}

const begin = (graph: ModelledGraph, more: Partial<BulkOptions> = {}) => sendBulk(optionsFor(graph, more));

function optionsFor(graph: ModelledGraph, more: Partial<BulkOptions> = {}): BulkOptions {
  return {
    transporter: graph,
    recipients: people(12),
    template: { subject: 'Hello {{name}}', text: 'Dear {{name}}' },
    from: 'news@contoso.com',
    journal: path.join(folder, 'run'),
    rate: false,
    ...more,
  };
}

describe('a run over an iterable, whose length nobody knows', () => {
  it('counts the rows of earlier sessions when it is stopped before they were read again', async () => {
    const graph = new ModelledGraph('plain');
    await begin(graph, { limit: 4 }).finished;
    const run = begin(graph);
    run.stop();
    const { rows, sent, left } = await run.finished;
    expect({ sent, left: left + sent }).toEqual({ sent: 4, left: rows });
    expect(rows).toBeGreaterThanOrEqual(4);
    expect(await begin(graph).finished).toMatchObject({ rows: 12, sent: 12, left: 0 });
    expect(graph.handedOver).toBe(12);
  });
});

describe('drafts that an earlier session left', () => {
  /** A run in which four drafts may have been sent. */
  async function leaveDrafts(graph: ModelledGraph): Promise<void> {
    graph.fate = () => 'lost';
    expect(await begin(graph, { limit: 4 }).finished).toMatchObject({ unknown: 4 });
    graph.fate = () => 'sent';
  }

  it('are sent, each once, before anything else is', async () => {
    const graph = new ModelledGraph('draft');
    await leaveDrafts(graph);
    expect(await begin(graph).finished).toMatchObject({ sent: 12, unknown: 0, left: 0 });
    expect([...graph.sent.values()]).toEqual(new Array(12).fill(1));
  });

  it('are not sent when the lock of the run is taken after its session was recorded', async () => {
    const graph = new ModelledGraph('draft');
    await leaveDrafts(graph);
    let settled = 0;
    graph.onSettle = () => void settled++;
    let looks = 0;
    const files: FileOperations = {
      ...systemFiles,
      open: async (...rest) => {
        const opened = await systemFiles.open(...rest);
        // It looks before and after it writes the record.
        if (!rest[0].endsWith('lock.2') || ++looks !== 2) return opened;
        const close = opened.close.bind(opened);
        opened.close = () => close().then(() => rm(rest[0]));
        return opened;
      },
    };
    const summary = await new BulkRun(optionsFor(graph), { files }).finished;
    expect(summary).toMatchObject({ ended: 'journal', error: { code: 'locked' } });
    expect({ settled, sent: graph.sent.size }).toEqual({ settled: 0, sent: 0 });
  });

  it('end the run when one of them meets an error that passes, also where others are sent after it', async () => {
    const graph = new ModelledGraph('draft');
    await leaveDrafts(graph);
    let first = true;
    graph.onSettle = async () => {
      if (first) {
        first = false;
        throw failure('not-sent', { permanent: false });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    expect(await begin(graph).finished).toMatchObject({ sent: 3, unknown: 1, ended: 'temporary' });
    expect(graph.handedOver).toBe(4);
    expect(await begin(graph).finished).toMatchObject({ sent: 12, unknown: 0, ended: 'complete' });
  });
});

describe('a row that could not become a mail, tried again', () => {
  it('gets none when a later row with its address was sent meanwhile', async () => {
    const graph = new ModelledGraph('plain');
    const recipients = { csv: 'email,name\nana@example.com,Ana\nana@example.com,Ana too\n' };
    let broken = true;
    const session = (retryFailed: boolean) => {
      // Unlike strings, what a function needs may be missing at first.
      const template = ({ name }: Readonly<Record<string, unknown>>) => {
        if (name === 'Ana' && broken) throw new Error('The picture of Ana is missing');
        return { subject: 'Hello', text: `Dear ${name}` };
      };
      return begin(graph, { recipients, template, retryFailed }).finished;
    };
    expect(await session(false)).toMatchObject({ rejected: 1, sent: 1 });
    broken = false;
    expect(await session(true)).toMatchObject({ rejected: 0, sent: 1, skipped: 1 });
    expect(graph.sent.get('ana@example.com')).toBe(1);
  });
});
