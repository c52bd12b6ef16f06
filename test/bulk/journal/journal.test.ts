import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/bulk/journal/journal.js';
import { readRecords, readRun } from '../../../src/bulk/journal/read-journal.js';
import { encodeRecord } from '../../../src/bulk/journal/record-line.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { RunState } from '../../../src/bulk/journal/run-state.js';
import { RecordReader } from '../../../src/bulk/report/row-index.js';
import { DiskModel } from './disk-model.js';
import { faultyFiles } from './faulty-files.js';
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

const noFault = () => faultyFiles({ operation: 'read', nth: 0, how: 'EIO' });
const throttled: JournalRecord = { type: 'throttled', at: run.at, mailbox };

describe('beginning a run', () => {
  it('makes a folder and a file that only their owner may read', async () => {
    const runs = path.join(await temporaryFolder(), 'mail-runs');
    const folder = path.join(runs, 'one');
    const journal = await Journal.create(folder, run);
    await journal.close();
    const modes = await Promise.all([runs, folder, journal.file].map(async (name) => (await stat(name)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o700, 0o600]);
    expect(await readFile(journal.file, 'utf8')).toBe(encodeRecord(run, 1));
    expect(await readdir(folder)).toEqual(['journal.jsonl']);
  });

  it('makes the way to the journal durable before the journal is, and its name before anything is sent', async () => {
    const runs = await temporaryFolder();
    const folder = path.join(runs, 'a', 'b');
    const files = noFault();
    const steps: string[] = [];
    const watched = {
      ...files,
      open: async (name: string, flags: string | number, mode?: number) => {
        const opened = await files.open(name, flags, mode);
        return { ...opened, sync: () => opened.sync().then(() => void steps.push(`sync ${name}`)) };
      },
      rename: (from: string, to: string) => files.rename(from, to).then(() => void steps.push('rename')),
    };
    await (await Journal.create(folder, run, watched)).close();
    expect(steps.slice(0, 2)).toEqual(['sync /', expect.stringMatching(/^sync \//)]);
    expect(steps.slice(-5)).toEqual([
      `sync ${runs}`,
      `sync ${path.dirname(folder)}`,
      `sync ${folder}/journal.jsonl.new`,
      'rename',
      `sync ${folder}`,
    ]);
  });

  it('is refused where there is a run, which stays as it is', async () => {
    const folder = await temporaryFolder();
    const journal = await Journal.create(folder, run);
    await journal.append(attempt(1));
    const error = await journalErrorOf(Journal.create(folder, { ...run, id: 'other' }));
    expect(error.code).toBe('exists');
    expect(error.message).toMatch(/resume it/);
    await journal.close();
    expect((await readRun(folder)).state.stateOf(1)).toBe('open');
  });

  it('tidies what a crash before left half made', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'journal.jsonl.new'), '{"type":"run","vers');
    expect((await journalErrorOf(Journal.open(folder))).code).toBe('missing');
    await (await Journal.create(folder, run)).close();
    expect(await readdir(folder)).toEqual(['journal.jsonl']);
    await writeFile(path.join(folder, 'journal.jsonl.new'), '{"type":"run","vers');
    await (await Journal.open(folder)).journal.close();
    expect(await readdir(folder)).toEqual(['journal.jsonl']);
  });

  it('does not take a journal that cannot be looked at for none', async () => {
    const folder = await temporaryFolder();
    await (await Journal.create(folder, run)).close();
    const blind = { ...noFault(), stat: () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) };
    expect((await journalErrorOf(Journal.create(folder, { ...run, id: 'other' }, blind))).code).toBe('failed');
    expect((await readRun(folder)).run.id).toBe(run.id);
  });
});

describe('taking up a run', () => {
  it('finds all that was written, and what the run was begun with', async () => {
    const folder = await temporaryFolder();
    const records = eventfulRun(50);
    const journal = await Journal.create(folder, run);
    for (const record of records.slice(1)) await journal.append(record);
    await journal.close();
    const reopened = await Journal.open(folder);
    await reopened.journal.close();
    expect(reopened.run).toEqual(run);
    expect(reopened.cut).toBe(0);
    const expected = new RunState();
    for (const record of records) expected.apply(record);
    expect(toldBy(reopened.state, 50)).toEqual(toldBy(expected, 50));
  });

  it.each([
    ['no folder', async () => {}],
    ['an empty folder', async (folder: string) => mkdir(folder)],
    ['a file instead of a folder', async (folder: string) => writeFile(folder, '')],
  ])('says so when there is none: %s', async (_, prepare) => {
    const folder = path.join(await temporaryFolder(), 'run');
    await prepare(folder);
    const error = await journalErrorOf(Journal.open(folder));
    expect(error.code).toBe('missing');
    expect(error.message).toContain(folder);
    expect((await journalErrorOf(readRun(folder))).code).toBe('missing');
  });

  it('makes durable what an earlier process may have left in the memory of the system', async () => {
    const folder = await temporaryFolder();
    await (await Journal.create(folder, run)).close();
    const files = noFault();
    await (await Journal.open(folder, files)).journal.close();
    expect(files.asked.get('sync')).toBe(2); // the file and its folder
    expect(files.asked.get('truncate')).toBeUndefined();
  });
});

describe('appending', () => {
  it('resolves when the record is on the disk, not before', async () => {
    const disk = new DiskModel();
    const journal = await Journal.create('/run', run, disk);
    const lost = () => disk.afterPowerLoss(false, () => Buffer.alloc(0));
    let resolved = false;
    const stateAtSync: boolean[] = [];
    disk.beforeOperation = (name) => {
      if (name === 'datasync') stateAtSync.push(resolved);
    };
    await journal.append(attempt(1)).then(() => {
      resolved = true;
    });
    expect(stateAtSync).toEqual([false]);
    expect((await readRun('/run', lost())).state.stateOf(1)).toBe('open');
  });

  it('puts together what comes in one breath or while a write is under way, in the order in which it came', async () => {
    const folder = await temporaryFolder();
    const files = noFault();
    const journal = await Journal.create(folder, run, files);
    const written = () => [files.asked.get('write'), files.asked.get('datasync')];
    const first = [1, 2, 3].map((row) => journal.append(attempt(row)));
    await Promise.resolve();
    const meanwhile = [4, 5, 6, 7].map((row) => journal.append(attempt(row)));
    await Promise.all([...first, ...meanwhile]);
    expect(written()).toEqual([1 + 2, 2]);
    await journal.close();
    const rows: number[] = [];
    for await (const { record } of readRecords(folder)) if (record.type === 'attempt') rows.push(record.row);
    expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('writes notes with the next record, or at the end', async () => {
    const folder = await temporaryFolder();
    const files = noFault();
    const journal = await Journal.create(folder, run, files);
    const types = async () => {
      const found: string[] = [];
      for await (const { record } of readRecords(folder)) found.push(record.type);
      return found;
    };
    journal.note(throttled);
    expect(await types()).toEqual(['run']);
    await journal.append(attempt(1));
    expect(await types()).toEqual(['run', 'throttled', 'attempt']);
    journal.note(session('end'));
    await journal.close();
    expect(await types()).toEqual(['run', 'throttled', 'attempt', 'session']);
    expect(files.asked.get('datasync')).toBe(2);
  });

  it('is refused for what could not be read again, and nothing of it is written', async () => {
    const folder = await temporaryFolder();
    const journal = await Journal.create(folder, run);
    await expect(journal.append({ ...attempt(1), key: 'short' })).rejects.toThrow(/"key" of "attempt"/);
    expect(() => journal.note({ ...session(), at: 'now' })).toThrow(/"at" of "session"/);
    await journal.append(attempt(2));
    await journal.close();
    expect(journal.failure).toBeUndefined();
    expect((await readRun(folder)).state.tally.seen).toBe(1);
  });

  it('is over when the journal is closed, which waits for what is under way and can be asked for twice', async () => {
    const folder = await temporaryFolder();
    const journal = await Journal.create(folder, run);
    const under = journal.append(attempt(1));
    await Promise.all([journal.close(), journal.close()]);
    await under;
    expect((await journalErrorOf(journal.append(sent(1)))).message).toMatch(/closed already/);
    journal.note(throttled);
    expect((await readRun(folder)).state.stateOf(1)).toBe('open');
  });
});

describe('reading', () => {
  it('tells where each record stands, so that it can be read again', async () => {
    const folder = await temporaryFolder();
    const records = eventfulRun(30);
    await writeFile(
      path.join(folder, 'journal.jsonl'),
      records.map((record, index) => encodeRecord(record, index + 1)).join(''),
    );
    const reader = await RecordReader.open(folder);
    const again: (JournalRecord | undefined)[] = [];
    const lines: number[] = [];
    for await (const { line, offset, length } of readRecords(folder)) {
      lines.push(line);
      again.push(await reader.at({ offset, length }));
    }
    await reader.close();
    expect(again).toEqual(records);
    expect(lines).toEqual(records.map((_, index) => index + 1));
  });

  it('takes lines that reach over several chunks', async () => {
    const folder = await temporaryFolder();
    const long = { ...run, options: { text: 'é'.repeat(400_000) } };
    const journal = await Journal.create(folder, long);
    await journal.append(attempt(1));
    await journal.close();
    const reading = await readRun(folder);
    expect(reading.run).toEqual(long);
    expect(reading.state.stateOf(1)).toBe('open');
  });

  it('sees whole records only while a run is going on', async () => {
    const folder = await temporaryFolder();
    const journal = await Journal.create(folder, run);
    const writing = (async () => {
      for (let row = 1; row <= 150; row++) {
        await journal.append(attempt(row));
        await journal.append(sent(row));
      }
    })();
    let last = 0;
    while (last < 150) {
      const { state } = await readRun(folder);
      expect(state.tally.sent).toBeGreaterThanOrEqual(last);
      last = state.tally.sent;
    }
    await writing;
    await journal.close();
  });
});
