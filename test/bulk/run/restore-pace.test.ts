import { appendFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/bulk/journal/journal.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { recentSendsOfSiblings } from '../../../src/bulk/run/restore-pace.js';
import { at, attempt, mailbox, run, sent, start, temporaryFolder } from '../journal/journal-environment.js';

async function runWith(folder: string, ...records: JournalRecord[]): Promise<string> {
  const journal = await Journal.create(folder, run);
  for (const record of records) await journal.append(record);
  await journal.close();
  return journal.file;
}
const sending = (row: number, seconds: number, to = mailbox) => [
  attempt(row, { at: at(seconds), mailbox: to }),
  sent(row, { at: at(seconds), mailbox: to, recipients: row }),
];

describe('what other runs beside a run sent', () => {
  it('is told by mailbox, oldest first, without the run itself', async () => {
    const runs = await temporaryFolder();
    await runWith(path.join(runs, 'own'), ...sending(9, 1));
    await runWith(path.join(runs, 'a'), ...sending(1, 10), ...sending(2, 30), attempt(3, { at: at(40) }));
    await runWith(path.join(runs, 'b'), ...sending(4, 20), ...sending(5, 5, 'other@example.com'));
    expect(await recentSendsOfSiblings(path.join(runs, 'own'), start + 6000)).toEqual(
      new Map([
        [
          mailbox,
          [
            { at: start + 10_000, recipients: 1 },
            { at: start + 20_000, recipients: 4 },
            { at: start + 30_000, recipients: 2 },
            { at: start + 40_000, recipients: 1 },
          ],
        ],
        ['other@example.com', []],
      ]),
    );
  });

  it('is taken as far as it can be read, and nothing is changed', async () => {
    const runs = await temporaryFolder();
    const torn = await runWith(path.join(runs, 'torn'), ...sending(1, 10));
    await appendFile(torn, '{"type":"atte');
    const damaged = await runWith(path.join(runs, 'damaged'), ...sending(2, 20));
    await appendFile(damaged, '{}\n{}\n');
    await mkdir(path.join(runs, 'empty'));
    await writeFile(path.join(runs, 'report.csv'), '');
    const sends = await recentSendsOfSiblings(path.join(runs, 'own'), start);
    expect(sends.get(mailbox)).toEqual([
      { at: start + 10_000, recipients: 1 },
      { at: start + 20_000, recipients: 2 },
    ]);
    expect(await readFile(torn, 'utf8')).toMatch(/\{"type":"atte$/);
  });

  it('is not looked for in journals that were last written before', async () => {
    const runs = await temporaryFolder();
    const old = await runWith(path.join(runs, 'old'), ...sending(1, 10));
    await utimes(old, start / 1000, start / 1000);
    expect(await recentSendsOfSiblings(path.join(runs, 'own'), start + 1000)).toEqual(new Map());
  });

  it('is nothing where there are no other runs', async () => {
    expect(await recentSendsOfSiblings(path.join(await temporaryFolder(), 'none', 'own'), 0)).toEqual(new Map());
  });
});
