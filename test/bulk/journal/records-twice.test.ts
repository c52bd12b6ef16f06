import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/bulk/journal/journal.js';
import { readRecords, readRun } from '../../../src/bulk/journal/read-journal.js';
import { encodeRecord } from '../../../src/bulk/journal/record-line.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { DiskModel } from './disk-model.js';
import {
  attempt,
  eventfulRun,
  journalErrorOf,
  mailbox,
  run,
  sent,
  session,
  temporaryFolder,
  toldBy,
} from './journal-environment.js';

const rows = 40;
const records: JournalRecord[] = [
  ...eventfulRun(rows),
  { type: 'throttled', at: run.at, mailbox },
  { type: 'bounces-read', at: run.at, mailbox, until: run.at },
  { type: 'trace-read', at: run.at, mailbox },
];

/** The lines of a journal as one process writes it, with the line feeds. */
async function written(): Promise<string[]> {
  const disk = new DiskModel();
  const journal = await Journal.create('/run', run, disk);
  for (const record of records.slice(1)) await journal.append(record);
  await journal.close();
  return linesOf(disk.contentOf('/run/journal.jsonl')?.toString() ?? '');
}

const linesOf = (text: string) => text.split(/(?<=\n)/);
const reading = (lines: readonly string[]) =>
  readRun('/run', DiskModel.holding('/run/journal.jsonl', Buffer.from(lines.join(''))));

describe('a journal that one process has written', () => {
  it('is read, and gives back the records alone', async () => {
    const lines = await written();
    const disk = DiskModel.holding('/run/journal.jsonl', Buffer.from(lines.join('')));
    const read: JournalRecord[] = [];
    for await (const { record } of readRecords('/run', disk)) read.push(record);
    expect(read).toEqual(records);
  });

  it('is refused when any of its records stands twice, wherever, with the line that it stands on', async () => {
    const lines = await written();
    const anywhere = fc.nat(lines.length - 1);
    await fc.assert(
      fc.asyncProperty(anywhere, anywhere, async (which, before) => {
        const place = Math.max(1, before, which);
        const twice = [...lines.slice(0, place + 1), lines[which] ?? '', ...lines.slice(place + 1)];
        const error = await journalErrorOf(reading(twice));
        expect(error.code).toBe('damaged');
        expect(error.message).toContain(`line ${place + 2}:`);
        expect(error.message).toMatch(/stands twice|a second run begins/);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused when records are missing in the middle, or are in another order', async () => {
    const lines = await written();
    const inside = fc.integer({ min: 1, max: lines.length - 2 });
    await fc.assert(
      fc.asyncProperty(inside, inside, async (one, other) => {
        const without = lines.filter((_, index) => index !== one);
        expect((await journalErrorOf(reading(without))).message).toContain(`line ${one + 1}:`);
        if (one === other) return;
        const swapped = [...lines];
        [swapped[one], swapped[other]] = [lines[other] ?? '', lines[one] ?? ''];
        expect((await journalErrorOf(reading(swapped))).message).toContain(`line ${Math.min(one, other) + 1}:`);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a journal that two processes wrote at once', () => {
  it('is refused at the first line of the second, though each row has what one process could have written', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'journal.jsonl');
    const one = await Journal.create(folder, run);
    await one.append(session());
    const before = await readFile(file, 'utf8');
    const copy = await temporaryFolder();
    await writeFile(path.join(copy, 'journal.jsonl'), before);
    const two = (await Journal.open(copy)).journal;
    for (const record of [attempt(1), sent(1)]) await one.append(record);
    for (const record of [attempt(2), sent(2)]) await two.append(record);
    await Promise.all([one.close(), two.close()]);
    const others = (await readFile(path.join(copy, 'journal.jsonl'), 'utf8')).slice(before.length);
    await appendFile(file, others);
    const error = await journalErrorOf(readRun(folder));
    expect(error.message).toMatch(/line 5: it was written as line 3: .*two processes have written this journal/);
  });
});

describe('a journal of an earlier version, whose lines have no numbers', () => {
  const unnumbered = records.map((record) => encodeRecord(record));

  it('is read and gone on with, and every line from then on must have its number', async () => {
    const disk = DiskModel.holding('/run/journal.jsonl', Buffer.from(unnumbered.join('')));
    const { journal, state } = await Journal.open('/run', disk);
    expect(toldBy(state, rows)).toEqual(toldBy((await reading(await written())).state, rows));
    await journal.append(session());
    await journal.close();
    const lines = linesOf(disk.contentOf('/run/journal.jsonl')?.toString() ?? '');
    expect(lines.at(-1)).toContain(`,"line":${records.length + 1},"crc":`);
    const error = await journalErrorOf(reading([...lines, encodeRecord(session('end'))]));
    expect(error.message).toMatch(/line \d+: it has no number, though lines before it have/);
  });
});

describe('the text of a record', () => {
  it('cannot pass for the number of its line', () => {
    const name = 'x","line":5';
    const line = encodeRecord({ ...run, options: { name }, optionsSha256: name });
    return expect(reading([line])).resolves.toMatchObject({ run: { optionsSha256: name } });
  });
});
