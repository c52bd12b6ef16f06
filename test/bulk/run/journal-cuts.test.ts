import { describe, expect, it } from 'vitest';
import type { BulkSummary } from '../../../src/bulk/common/bulk-results.js';
import { decodeLine } from '../../../src/bulk/journal/record-line.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { RunState } from '../../../src/bulk/journal/run-state.js';
import type { BulkOptions } from '../../../src/bulk/run/bulk-options.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { systemClock } from '../../../src/common/clock.js';
import { DiskModel } from '../journal/disk-model.js';
import { type Delivery, type Fate, ModelledGraph } from './modelled-graph.js';

const folder = '/run';
const file = '/run/journal.jsonl';
const rows = 200;

/** Two rows cannot become a mail, and one has the address of another. */
const addresses = Array.from({ length: rows }, (_, index) => {
  const row = index + 1;
  if (row % 97 === 0) return 'no address';
  return row === 150 ? addressOf(30) : addressOf(row);
});
const csv = `email,name\n${addresses.map((address, index) => `${address},Person ${index + 1}\n`).join('')}`;

function addressOf(row: number): string {
  return `r${row}@example.com`;
}

/** Of the first try; every later one is sent. */
function firstFate(row: number): Fate {
  if (row % 13 === 0) return 'refused';
  if (row % 19 === 0) return row % 2 === 0 ? 'lost' : 'taken';
  if (row % 23 === 0) return 'busy';
  return row % 29 === 0 ? 'later' : 'sent';
}

const modes = { plain: 'hold', direct: 'verify', draft: 'hold' } as const satisfies Record<
  Delivery,
  BulkOptions['unknown']
>;

function session(graph: ModelledGraph, disk: DiskModel, more: Partial<BulkOptions> = {}): Promise<BulkSummary> {
  const options: BulkOptions = {
    transporter: graph,
    recipients: { csv },
    template: { subject: 'Hello {{name}}', text: 'Dear {{name}}' },
    from: 'news@contoso.com',
    journal: folder,
    rate: false,
    perDay: false,
    maxErrors: false,
    suppress: [addressOf(40), addressOf(80)],
    ...more,
  };
  return new BulkRun(options, { files: disk, clock: systemClock }).finished;
}

/** The journal of a run in two sessions, in which all sorts of things happened. */
async function journalOf(delivery: Delivery): Promise<Buffer> {
  const disk = new DiskModel();
  const graph = new ModelledGraph(delivery);
  const tried = new Set<string>();
  graph.fate = (address) => {
    const again = tried.has(address);
    tried.add(address);
    return again ? 'sent' : firstFate(Number(/\d+/.exec(address)));
  };
  await session(graph, disk, { unknown: modes[delivery], limit: 120 });
  const summary = await session(graph, disk, { unknown: modes[delivery] });
  expect(summary).toMatchObject({ rows, left: 0, skipped: 3, ended: 'complete' });
  return disk.contentOf(file) ?? Buffer.alloc(0);
}

/** What stands in the complete lines of a journal. */
function recordsIn(journal: Buffer): JournalRecord[] {
  const lines = journal.toString().split('\n').slice(0, -1);
  return lines.map((line) => decodeLine(line));
}

/**
 * The service at the moment of a cut: what has a result was sent or not as it says, and what was in flight or in doubt was sent
 * or was not, as `doubtful` says. Nothing else was sent.
 */
function worldAt(delivery: Delivery, records: readonly JournalRecord[], doubtful: 'sent' | 'not sent') {
  const graph = new ModelledGraph(delivery);
  const state = new RunState();
  for (const record of records) state.apply(record);
  const undecided = [...state.unknowns()];
  for (const record of records) {
    if (record.type === 'sent') graph.remember(addressOf(record.row), record, true);
  }
  for (const attempt of undecided) graph.remember(addressOf(attempt.row), attempt, doubtful === 'sent');
  for (const attempt of state.waitingDrafts()) graph.remember(addressOf(attempt.row), attempt, false);
  return { graph, undecided: undecided.map(({ row }) => row) };
}

async function resumeFrom(delivery: Delivery, journal: Buffer, cut: number, doubtful: 'sent' | 'not sent') {
  const prefix = journal.subarray(0, cut);
  const disk = DiskModel.holding(file, prefix);
  const { graph, undecided } = worldAt(delivery, recordsIn(prefix), doubtful);
  const summary = await session(graph, disk, { unknown: modes[delivery] });
  const state = new RunState();
  for (const record of recordsIn(disk.contentOf(file) ?? Buffer.alloc(0))) state.apply(record);
  const unknown = addresses.flatMap((_, index) => (state.stateOf(index + 1) === 'unknown' ? [index + 1] : []));
  const problems: string[] = [];
  for (const [address, count] of graph.sent) if (count > 1) problems.push(`${address} got ${count} mails`);
  addresses.forEach((_, index) => {
    const row = index + 1;
    const [is, count] = [state.stateOf(row), graph.sent.get(addressOf(row)) ?? 0];
    if (is === 'left' || is === 'open') problems.push(`row ${row} is ${is}`);
    if ((is === 'sent') !== count > 0 && is !== 'unknown') problems.push(`row ${row} is ${is} with ${count} mails`);
  });
  const { sent, rejected, skipped, left, ended } = summary;
  if (sent + rejected + skipped + summary.unknown + left !== rows || ended !== 'complete') {
    problems.push(`the sum is wrong: ${JSON.stringify(summary)}`);
  }
  return { problems, unknown, undecided };
}

/** Behind every n-th record, and some places within records. */
function cutsOf(journal: Buffer, every: number): number[] {
  const cuts: number[] = [];
  let start = 0;
  let line = 0;
  for (let feed = journal.indexOf(10); feed !== -1; feed = journal.indexOf(10, start)) {
    if (line > 0 && line % 29 === 0) cuts.push(start + 1, Math.floor((start + feed) / 2), feed);
    if (line % every === 0) cuts.push(feed + 1);
    start = feed + 1;
    line++;
  }
  return cuts;
}

const howSettled: [Delivery, 'sent' | 'not sent', string][] = [
  ['plain', 'sent', 'stays unknown'],
  ['plain', 'not sent', 'stays unknown'],
  ['direct', 'sent', 'is found in Sent Items'],
  ['direct', 'not sent', 'stays unknown'],
  ['draft', 'sent', 'is found in Sent Items'],
  ['draft', 'not sent', 'is sent by its draft'],
];

describe.each(howSettled)(
  `a run over ${rows} rows, resumed from a journal cut anywhere: %s`,
  (delivery, doubtful, what) => {
    it(`sends nothing twice and brings every row to an end; what was in flight and ${doubtful} ${what}`, async () => {
      const journal = await journalOf(delivery);
      const cuts = cutsOf(journal, delivery === 'plain' && doubtful === 'sent' ? 1 : 11);
      for (const cut of cuts) {
        const { problems, unknown, undecided } = await resumeFrom(delivery, journal, cut, doubtful);
        if (problems.length > 0) expect({ cut, problems }).toBe('as it should be');
        const expected = what === 'stays unknown' ? undecided.toSorted((a, b) => a - b) : [];
        if (String(unknown) !== String(expected)) expect({ cut, unknown }).toEqual({ cut, unknown: expected });
      }
    }, 240_000);
  },
);

describe('a journal whose first record is cut', () => {
  it('is refused in words at every byte, and nothing is sent', async () => {
    const journal = await journalOf('plain');
    const header = journal.indexOf(10) + 1;
    for (let cut = 0; cut < header; cut++) {
      const graph = new ModelledGraph('plain');
      const disk = DiskModel.holding(file, journal.subarray(0, cut));
      const error = await session(graph, disk, cut % 2 === 0 ? {} : { resume: true }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({
        code: 'missing',
        message: expect.stringMatching(/\/run\/journal\.jsonl does not hold even its first record.*delete the folder/),
      });
      expect(graph.handedOver).toBe(0);
      expect(disk.contentOf(file)).toHaveLength(cut);
    }
  }, 60_000);
});
