import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendBulk } from '../../../src/bulk/index.js';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { writeReports } from '../../../src/bulk/report/write-reports.js';
import { ModelledGraph } from './modelled-graph.js';

type Operation = 'open' | 'writeFile' | 'sync' | 'close' | 'rename';

/** The operation on a report that fails, and how many of its kind go before it. */
let fault: { operation: Operation; nth: number } | undefined;

vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>();
  const failIfDue = (operation: Operation, file: unknown): void => {
    if (fault?.operation !== operation || !/report|summary/.test(String(file)) || --fault.nth > 0) return;
    fault = undefined;
    throw Object.assign(new Error('ENOSPC: said by the test'), { code: 'ENOSPC' });
  };
  const open: typeof files.open = async (file, ...rest) => {
    failIfDue('open', file);
    const handle = await files.open(file, ...rest);
    for (const operation of ['writeFile', 'sync', 'close'] as const) {
      const real = handle[operation].bind(handle) as (...args: unknown[]) => Promise<void>;
      Object.assign(handle, {
        [operation]: async (...args: unknown[]) => {
          // A file that cannot be closed is closed all the same.
          if (operation === 'close') await real();
          failIfDue(operation, file);
          if (operation !== 'close') await real(...args);
        },
      });
    }
    return handle;
  };
  const rename: typeof files.rename = async (from, to) => {
    failIfDue('rename', to);
    return files.rename(from, to);
  };
  return { ...files, open, rename };
});

const csv = 'email,name\nana@example.com,Ana\nben@example.com,Ben\n';
let folder: string;
beforeEach(async () => {
  fault = undefined;
  folder = await mkdtemp(path.join(tmpdir(), 'report-faults-'));
});
afterEach(() => rm(folder, { recursive: true }));

function session(limit: number) {
  const template = { subject: 'Hello {{name}}', text: 'Dear {{name}}' };
  const transporter = new ModelledGraph('plain');
  const more = { from: 'news@contoso.com', journal: folder, rate: false as const, limit };
  return sendBulk({ transporter, recipients: { csv }, template, ...more }).finished;
}

const reports = () => writeReports({ folder, recipients: openRecipients({ csv }) });
const names = ['report.csv', 'report.html', 'summary.json'];
const texts = () => Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));

describe.each<Operation>(['open', 'writeFile', 'sync', 'close', 'rename'])(
  'when the n-th %s of a report fails',
  (operation) => {
    it('that is told, each report is the old one or the new one as a whole, and nothing lies about', async () => {
      await session(1);
      await reports();
      const [before] = await Promise.all([texts()]);
      await session(1);
      for (let nth = 1; ; nth++) {
        fault = { operation, nth };
        const error = await reports().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error === undefined) {
          fault = undefined;
          break;
        }
        expect(error).toMatchObject({ message: expect.stringContaining('ENOSPC') });
        expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
        const [csvText = '', html = '', summary = ''] = await texts();
        expect([before[0], csvText.includes('ben@example.com,Ben,sent') && csvText]).toContain(csvText);
        expect(html.trimEnd()).toMatch(/<\/html>$/);
        expect(JSON.parse(summary)).toBeTypeOf('object');
      }
      const [after = ''] = await texts();
      expect(after).toContain('ben@example.com,Ben,sent');
      expect(await readdir(folder)).toHaveLength(names.length + 2);
    });
  },
);
