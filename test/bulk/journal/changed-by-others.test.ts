import { appendFile, copyFile, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalErrorCode } from '../../../src/bulk/common/errors.js';
import { systemFiles } from '../../../src/bulk/common/file-operations.js';
import { Journal } from '../../../src/bulk/journal/journal.js';
import { lockRun } from '../../../src/bulk/journal/lock.js';
import { attempt, journalErrorOf, run, sent, temporaryFolder } from './journal-environment.js';

/** What somebody else can do to a run while it goes on, and what the run then says. */
const changes: [string, (folder: string) => Promise<void>, JournalErrorCode, RegExp][] = [
  [
    'shrinks the journal',
    async (folder) => {
      const { size } = await systemFiles.stat(path.join(folder, 'journal.jsonl'), { bigint: true });
      await truncate(path.join(folder, 'journal.jsonl'), Number(size) - 10);
    },
    'damaged',
    /shrank from \d+ to \d+ bytes/,
  ],
  [
    'restores an older journal in place',
    async (folder) => {
      const file = path.join(folder, 'journal.jsonl');
      const [first] = (await readFile(file, 'utf8')).split(/(?<=\n)/);
      await writeFile(file, first ?? '');
    },
    'damaged',
    /shrank/,
  ],
  [
    'replaces the journal by a copy',
    async (folder) => {
      const file = path.join(folder, 'journal.jsonl');
      await copyFile(file, `${file}.copy`);
      await rename(`${file}.copy`, file);
    },
    'damaged',
    /was replaced by another file/,
  ],
  [
    'writes to the journal',
    (folder) => appendFile(path.join(folder, 'journal.jsonl'), '\n'),
    'damaged',
    /was written to by somebody else \(1 bytes?\)/,
  ],
  ['deletes the journal', (folder) => rm(path.join(folder, 'journal.jsonl')), 'failed', /was deleted/],
  ['deletes the folder', (folder) => rm(folder, { recursive: true }), 'failed', /was deleted/],
  ['moves the folder', (folder) => rename(folder, `${folder}-moved`), 'failed', /was moved or renamed/],
  [
    'moves the folder and puts a copy in its place',
    async (folder) => {
      await rename(folder, `${folder}-moved`);
      await mkdir(folder);
      for (const name of ['journal.jsonl', 'lock.1'])
        await copyFile(path.join(`${folder}-moved`, name), path.join(folder, name));
    },
    'damaged',
    /was replaced/,
  ],
  ['removes the lock', (folder) => rm(path.join(folder, 'lock.1')), 'locked', /lock of the run in .* was removed/],
  [
    'takes the lock',
    async (folder) => {
      await rm(path.join(folder, 'lock.1'));
      await writeFile(path.join(folder, 'lock.2'), JSON.stringify({ pid: 12, host: 'mailer-1' }));
    },
    'locked',
    /Process 12 on mailer-1 has taken over the run/,
  ],
  [
    'puts another lock in the place of ours',
    (folder) => writeFile(path.join(folder, 'lock.1'), JSON.stringify({ pid: 12, host: 'mailer-1' })),
    'locked',
    /Process 12 on mailer-1/,
  ],
];

async function openRun() {
  const folder = path.join(await temporaryFolder(), 'run');
  const lock = await lockRun(folder);
  const journal = await Journal.create(folder, run, systemFiles, lock);
  await journal.append(attempt(1));
  return { folder, journal };
}

describe.each(changes)('somebody %s', (_, change, code, message) => {
  it('and no further record is written, nor one that could be acted on', async () => {
    const { folder, journal } = await openRun();
    await change(folder);
    const error = await journalErrorOf(journal.append(attempt(2)));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).toContain(folder);
    expect(journal.failure).toBe(error);
    expect(await journalErrorOf(journal.append(sent(1)))).toBe(error);
    await journal.close();
    // By a journal that was changed nobody goes on unawares.
    if (code === 'damaged') expect((await journalErrorOf(lockRun(folder))).code).toBe('damaged');
    const files = [path.join(folder, 'journal.jsonl'), path.join(`${folder}-moved`, 'journal.jsonl')];
    for (const file of files) expect(await readFile(file, 'utf8').catch(() => '')).not.toContain('"row":2');
  });

  it('and a mail that needs no record is not let go either', async () => {
    const { folder, journal } = await openRun();
    await journal.check();
    await change(folder);
    expect(await journalErrorOf(journal.check())).toMatchObject({ code });
    await journal.close();
  });

  it('while a record is written, which then cannot be acted on', async () => {
    const folder = path.join(await temporaryFolder(), 'run');
    const lock = await lockRun(folder);
    let done = false;
    const journal = await Journal.create(
      folder,
      run,
      {
        ...systemFiles,
        open: async (...rest) => {
          const opened = await systemFiles.open(...rest);
          if (!rest[0].endsWith('journal.jsonl')) return opened;
          const datasync = opened.datasync.bind(opened);
          opened.datasync = async () => {
            await datasync();
            if (!done) await change(folder);
            done = true;
          };
          return opened;
        },
      },
      lock,
    );
    expect(await journalErrorOf(journal.append(attempt(1)))).toMatchObject({ code });
    expect(done).toBe(true);
    await journal.close();
  });
});
