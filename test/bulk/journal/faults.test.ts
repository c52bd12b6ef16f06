import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalError } from '../../../src/bulk/common/errors.js';
import type { FileOperations } from '../../../src/bulk/common/file-operations.js';
import { Journal } from '../../../src/bulk/journal/journal.js';
import { lockRun } from '../../../src/bulk/journal/lock.js';
import { readRun } from '../../../src/bulk/journal/read-journal.js';
import { encodeRecord } from '../../../src/bulk/journal/record-line.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { type Fault, faultyFiles, type Operation } from './faulty-files.js';
import { attempt, journalErrorOf, run, sent, session, temporaryFolder } from './journal-environment.js';

const operations: Operation[] = ['open', 'write', 'truncate', 'datasync', 'sync', 'rename', 'unlink', 'mkdir', 'read'];
const rows = 8;

/** Two sessions of a small run, the first of which leaves a torn tail. Adds to `told` what was acknowledged. */
async function twoSessions(folder: string, files: FileOperations, told: JournalRecord[]): Promise<void> {
  const send = async (journal: Journal, row: number) => {
    for (const record of [attempt(row), sent(row)]) {
      await journal.append(record);
      told.push(record);
    }
  };
  const first = await Journal.create(folder, run, files);
  try {
    await first.append(session());
    await Promise.all(Array.from({ length: rows / 2 }, (_, index) => send(first, index + 1)));
  } finally {
    await first.close();
  }
  await appendFile(path.join(folder, 'journal.jsonl'), encodeRecord(attempt(99)).slice(0, 40));
  const { journal } = await Journal.open(folder, files);
  try {
    await journal.append(session());
    for (let row = rows / 2 + 1; row <= rows; row++) await send(journal, row);
    journal.note(session('end'));
  } finally {
    await journal.close();
  }
}

describe.each(operations)('the n-th %s fails', (operation) => {
  const ways: Fault['how'][] = operation === 'write' ? ['ENOSPC', 'EIO', 'half', 'short'] : ['ENOSPC', 'EIO'];
  it.each(ways)('with %s: a clear error, and nothing that was acknowledged is missing', async (how) => {
    let failures = 0;
    for (let nth = 1; ; nth++) {
      const folder = path.join(await temporaryFolder(), 'run');
      const files = faultyFiles({ operation, nth, how });
      const told: JournalRecord[] = [];
      const error = await twoSessions(folder, files, told).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (!files.happened()) break;
      failures++;
      if (how === 'short') expect(error).toBeUndefined();
      else {
        expect(error).toMatchObject({ name: 'JournalError', code: 'failed', cause: { code: expect.any(String) } });
        expect((error as Error).message).toContain(folder);
      }
      const reading = await readRun(folder).catch((reason: unknown) => reason as Error);
      if (reading instanceof Error) {
        expect(reading).toMatchObject({ code: 'missing' });
        expect(told).toEqual([]);
        continue;
      }
      const { journal, state } = await Journal.open(folder);
      for (const record of told) {
        if (record.type === 'attempt') expect(['open', 'sent']).toContain(state.stateOf(record.row));
        if (record.type === 'sent') expect(state.stateOf(record.row)).toBe('sent');
      }
      // Nobody was told that row 99 was attempted, and a row is never more than what was asked to be written.
      expect(state.stateOf(99)).toBe('left');
      expect(state.tally).toMatchObject({ rejected: 0, skipped: 0 });
      await journal.append(attempt(100));
      await journal.close();
      expect((await readRun(folder)).state.stateOf(100)).toBe('open');
    }
    expect(failures).toBeGreaterThan(0);
  });
});

describe('after a failure', () => {
  it.each<Fault>([
    { operation: 'write', nth: 3, how: 'ENOSPC' },
    { operation: 'write', nth: 3, how: 'half' },
    { operation: 'datasync', nth: 2, how: 'EIO' },
  ])('no byte is written and nothing is synchronised any more: $operation, $how', async (fault) => {
    const folder = await temporaryFolder();
    const files = faultyFiles(fault);
    const meanwhile: Promise<JournalError>[] = [];
    const journal = await Journal.create(folder, run, {
      ...files,
      open: async (...rest) => {
        const opened = await files.open(...rest);
        return {
          ...opened,
          write: (...bytes) => {
            // Appended while the failing write is under way: it waits for the next one.
            if (files.asked.get('write') === 2) meanwhile.push(journalErrorOf(journal.append(attempt(2))));
            return opened.write(...bytes);
          },
        };
      },
    });
    await journal.append(attempt(1));
    const errors = [await journalErrorOf(journal.append(sent(1))), ...(await Promise.all(meanwhile))];
    expect(errors.map(({ code }) => code)).toEqual(['failed', 'failed']);
    expect(files.asked.get('write')).toBe(3); // the run, the attempt, and what failed
    const asked = new Map(files.asked);
    const bytes = await readFile(journal.file);
    expect((await journalErrorOf(journal.append(attempt(3)))).message).toMatch(/resume the run/);
    journal.note(session('end'));
    await journal.close();
    expect(files.asked).toEqual(asked);
    expect(await readFile(journal.file)).toEqual(bytes);
    expect(journal.failure?.cause).toMatchObject({ code: fault.how === 'half' ? 'ENOSPC' : fault.how });
  });

  it('closing tells of notes that could not be written', async () => {
    const journal = await Journal.create(
      await temporaryFolder(),
      run,
      faultyFiles({ operation: 'datasync', nth: 1, how: 'EIO' }),
    );
    journal.note(session('end'));
    expect((await journalErrorOf(journal.close())).code).toBe('failed');
  });

  it('a disk that takes nothing is a failure, not a wait without end', async () => {
    const files = faultyFiles({ operation: 'read', nth: 0, how: 'EIO' });
    const folder = await temporaryFolder();
    await (await Journal.create(folder, run)).close();
    const { journal } = await Journal.open(folder, {
      ...files,
      open: async (...rest) => ({ ...(await files.open(...rest)), write: async () => ({ bytesWritten: 0 }) }),
    });
    expect((await journalErrorOf(journal.append(attempt(1)))).code).toBe('failed');
    await journal.close();
  });
});

describe('a lock that cannot be taken', () => {
  it.each<Operation>(['open', 'write', 'sync', 'link', 'mkdir'])(
    'says so when %s fails, and can be taken then',
    async (operation) => {
      const folder = path.join(await temporaryFolder(), 'run');
      const error = await journalErrorOf(lockRun(folder, { files: faultyFiles({ operation, nth: 1, how: 'EIO' }) }));
      expect(error).toMatchObject({ code: 'failed', cause: { code: 'EIO' } });
      await (await lockRun(folder)).release();
    },
  );
});
