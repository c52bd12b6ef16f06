import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BulkSummary } from '../../../src/bulk/common/bulk-results.js';
import type { FileOperations } from '../../../src/bulk/common/file-operations.js';
import { readRun } from '../../../src/bulk/journal/read-journal.js';
import type { BulkOptions } from '../../../src/bulk/run/bulk-options.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { systemClock } from '../../../src/common/clock.js';
import { DiskModel } from '../journal/disk-model.js';
import { type Delivery, type Fate, ModelledGraph } from './modelled-graph.js';

const file = '/run/journal.jsonl';
const rows = 8;

/** One process: how it was called, what it met, and after how many operations of the disk it was killed. */
interface Life {
  options: Pick<BulkOptions, 'retryFailed' | 'limit' | 'concurrency'> & { unknown: 'hold' | 'verify' };
  fates: Fate[];
  /** Rows of which no mail can be made this time. */
  broken: number[];
  killedAfter: number;
}

const life: fc.Arbitrary<Life> = fc.record({
  options: fc.record({
    unknown: fc.constantFrom('hold', 'verify'),
    retryFailed: fc.boolean(),
    limit: fc.integer({ min: 1, max: 20 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
  }),
  fates: fc.array(fc.constantFrom<Fate>('sent', 'refused', 'lost', 'taken', 'busy'), {
    minLength: rows,
    maxLength: rows,
  }),
  broken: fc.uniqueArray(fc.integer({ min: 1, max: rows }), { maxLength: 3 }),
  killedAfter: fc.integer({ min: 1, max: 90 }),
});

/** A disk that answers nothing any more once its process was killed. */
function mortal(disk: DiskModel, killedAfter: number): { files: FileOperations; killed: Promise<'killed'> } {
  let operations = 0;
  let kill: (how: 'killed') => void = () => {};
  const killed = new Promise<'killed'>((resolve) => {
    kill = resolve;
  });
  const guarded = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (_, name) =>
        typeof target[name as keyof T] !== 'function'
          ? undefined
          : async (...given: unknown[]) => {
              if (++operations === killedAfter) kill('killed');
              if (operations >= killedAfter) return new Promise(() => {});
              const result: unknown = await (target[name as keyof T] as (...args: unknown[]) => unknown)(...given);
              return name === 'open' ? guarded(result as object) : result;
            },
    });
  const bound = {} as Record<string, unknown>;
  for (const name of ['open', 'mkdir', 'stat', 'statfs', 'readdir', 'rename', 'link', 'unlink'] as const) {
    bound[name] = disk[name].bind(disk);
  }
  return { files: guarded(bound as unknown as FileOperations), killed };
}

async function live(graph: ModelledGraph, disk: DiskModel, addresses: string[], { options, ...life }: Life) {
  graph.fate = (address) => life.fates[addresses.indexOf(address)] ?? 'sent';
  const { files, killed } = mortal(disk, life.killedAfter);
  const run = new BulkRun(
    {
      transporter: graph,
      recipients: { csv: `email,number\n${addresses.map((address, index) => `${address},${index + 1}\n`).join('')}` },
      template: ({ number }) => {
        if (life.broken.includes(Number(number))) throw new Error('No mail can be made of it');
        return { subject: 'Hello', text: 'Hello' };
      },
      from: 'news@contoso.com',
      journal: '/run',
      rate: false,
      maxErrors: false,
      ...options,
    },
    { files, clock: systemClock },
  );
  return Promise.race<BulkSummary | 'killed'>([run.finished, killed]);
}

it.each<Delivery>(['plain', 'direct', 'draft'])(
  'whatever happens in however many lives: nobody gets two mails, and every state is true (%s)',
  async (delivery) => {
    const address = fc.integer({ min: 1, max: rows }).map((number) => `r${number}@example.com`);
    const addressList = fc.array(address, { minLength: rows, maxLength: rows });
    const alive = { broken: [], killedAfter: Number.POSITIVE_INFINITY };
    await fc.assert(
      fc.asyncProperty(addressList, fc.array(life, { minLength: 1, maxLength: 4 }), async (addresses, lives) => {
        const graph = new ModelledGraph(delivery);
        let disk = new DiskModel();
        const last = { ...alive, fates: [], options: { unknown: 'verify', retryFailed: true } as const };
        for (const one of [...lives, last]) {
          const end = await live(graph, disk, addresses, one);
          const bytes = disk.contentOf(file);
          disk = bytes ? DiskModel.holding(file, bytes) : new DiskModel();
          for (const count of graph.sent.values()) expect(count).toBe(1);
          if (end === 'killed') continue;
          expect(end.sent + end.rejected + end.skipped + end.unknown + end.left).toBe(rows);
          const { state } = await readRun('/run', disk);
          for (const address of new Set(addresses)) {
            const states = addresses.flatMap((other, index) => (other === address ? [state.stateOf(index + 1)] : []));
            const perhaps = states.includes('unknown') || states.includes('open');
            if (states.includes('sent')) expect(graph.sent.get(address)).toBe(1);
            else if (!perhaps) expect(graph.sent.get(address)).toBeUndefined();
          }
          if (one === last) expect(end).toMatchObject({ left: 0, rejected: 0, ended: 'complete' });
          if (one === last && delivery === 'draft') expect(end.unknown).toBe(0);
        }
      }),
      { numRuns: 100 },
    );
  },
);
