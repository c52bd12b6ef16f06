import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CheckOptions, type CheckReport, checkRecipients } from '../../../src/bulk/checks/check-recipients.js';
import { composeMime, SizeEstimate } from '../../../src/bulk/checks/mail-size.js';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { openSuppressionList } from '../../../src/bulk/suppression/suppression-list.js';
import { openTemplate, type TemplateInput } from '../../../src/bulk/template/input.js';

const senders = [{ name: 'News', address: 'news@example.org' }];
const plain: TemplateInput = { subject: 'For {{name}}', text: 'Dear {{name}}' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'check-'));
  for (const [name, size] of [
    ['small.bin', 10_000],
    ['large.bin', 2_400_000],
  ] as const) {
    await writeFile(path.join(folder, name), Buffer.alloc(size, 7));
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function check(csv: string, options: Partial<CheckOptions> = {}, template = plain): Promise<CheckReport> {
  const report = await checkRecipients({
    recipients: openRecipients({ csv }),
    template: await openTemplate(template, { attachmentsFolder: folder }),
    senders,
    ...options,
  });
  expect(report.rows).toBe(report.ready + report.skipped.duplicate + report.skipped.suppressed + report.problemCount);
  return report;
}

describe('the check of all rows', () => {
  test('finds nothing where nothing is wrong', async () => {
    const listHeaders = { unsubscribe: { url: 'https://x.test/{{email}}' } };
    const report = await check('email,name\na@x.test,Ana\nb@x.test,Ben\n', { listHeaders });
    expect(report).toMatchObject({ rows: 2, ready: 2, problems: [], problemCount: 0, problemKinds: {}, warnings: [] });
    expect(report.plan.statements).toEqual([
      '2 mails from 1 mailbox at 30 a minute, as many as Exchange Online sends from one: less than a minute.',
    ]);
  });

  test('tells each row that would be rejected: where, who, what', async () => {
    const report = await check(
      'email,name\na@x.test,Ana\nben,Ben\nc@x.test,=?utf-8?q?C?=\n,Dan\ne@x.test,Eve\n',
      {},
      { subject: '{{name}}{{#if (eq name "Eve")}}{{city}}{{/if}}', text: 'T' },
    );
    expect(report).toMatchObject({
      rows: 5,
      ready: 1,
      problemCount: 4,
      problemKinds: { address: 2, name: 1, template: 1 },
    });
    expect(report.problems).toMatchObject([
      {
        row: 2,
        line: 3,
        email: 'ben',
        kind: 'address',
        message: 'Recipients, line 3: the e-mail address "ben" has no @',
      },
      { row: 3, line: 4, kind: 'name' },
      { row: 4, line: 5, email: '', kind: 'address' },
      { row: 5, line: 6, kind: 'template', message: expect.stringContaining('there is no "city"') },
    ]);
  });

  test('keeps the first hundred problems and counts them all', async () => {
    const report = await check(`email,name\n${'ana,Ana\n'.repeat(250)}`);
    expect([report.problems.length, report.problemCount, report.problems.at(-1)?.line]).toEqual([100, 250, 101]);
  });

  test('counts duplicates, whatever their spelling, unless they are wanted', async () => {
    const csv = 'email,name\na@x.test,Ana\nA@X.test,Ana\na@x.test,Ana\n';
    expect(await check(csv)).toMatchObject({ ready: 1, skipped: { duplicate: 2, suppressed: 0 } });
    expect(await check(csv, { allowDuplicates: true })).toMatchObject({ ready: 3, skipped: { duplicate: 0 } });
  });

  test('counts the suppressed', async () => {
    const suppression = await openSuppressionList(['@y.test']);
    const report = await check('email,name\na@x.test,Ana\nb@y.test,Ben\n', { suppression });
    expect(report).toMatchObject({
      ready: 1,
      skipped: { suppressed: 1 },
      plan: { statements: [expect.stringMatching(/^1 mail /)] },
    });
  });

  test('is not done where the suppression list cannot be asked', async () => {
    const file = path.join(folder, 'gone.txt');
    await writeFile(file, '');
    const suppression = await openSuppressionList(file);
    await rm(file);
    await expect(check('email,name\na@x.test,Ana\n', { suppression })).rejects.toThrow(/nobody knows who must not/);
  });

  test('is not done where the recipients cannot be read', async () => {
    await expect(check('email,name\na@x.test\n')).rejects.toThrow(BulkInputError);
  });

  test('warns of what people and spam filters would miss', async () => {
    const html: TemplateInput = () => ({ subject: '', html: '<img src="https://x.test/a.png">', text: ' ' });
    const report = await check('email,name\na@x.test,Ana\nb@x.test,Ben\n', { senders: [] }, html);
    expect(report.ready).toBe(2);
    expect(report.warnings.map(({ kind, rows }) => [kind, rows])).toEqual([
      ['no-from', 2],
      ['no-subject', 2],
      ['no-text', 2],
      ['no-unsubscribe', 2],
    ]);
    const byMail = await check('email,name\na@x.test,Ana\n', { listHeaders: { unsubscribe: { mailto: 'u@x.test' } } });
    expect(byMail.warnings.map(({ kind }) => kind)).toEqual(['no-one-click']);
  });

  test('warns of a sender in onmicrosoft.com', async () => {
    const from =
      (address: string): TemplateInput =>
      () => ({ from: address, subject: 'S', text: 'T' });
    const kinds = async (address: string) => {
      const { warnings } = await check('email,name\na@x.test,Ana\n', {}, from(address));
      return warnings.map(({ kind }) => kind);
    };
    expect(await kinds('News <news@contoso.onmicrosoft.com>')).toContain('onmicrosoft-sender');
    expect(await kinds('News <news@contoso.test>')).not.toContain('onmicrosoft-sender');
  });

  test.each<[string, Partial<CheckOptions>, TemplateInput, string | undefined]>([
    ['of another mailbox', { mailbox: 'noreply@example.org' }, plain, 'news@example.org'],
    ['of an alias, which cannot be told from it', { mailbox: 'news@alias.example.org' }, plain, 'news@example.org'],
    ['of the mailbox', { mailbox: 'News@EXAMPLE.org' }, plain, undefined],
    ['with a mailbox by object id', { mailbox: '00000000-0000-4000-8000-000000000001' }, plain, undefined],
    ['with a mailbox for each From', {}, plain, undefined],
    [
      'that a template gives to some rows',
      { mailbox: 'news@example.org' },
      ({ name }) => ({ subject: 'S', text: 'T', ...(name === 'Ben' && { from: 'ben@example.org' }) }),
      'ben@example.org',
    ],
  ])('compares From with the mailbox, and says it once: From %s', async (_, options, template, from) => {
    const { warnings } = await check('email,name\na@x.test,Ana\nb@x.test,Ben\n', options, template);
    const said = warnings.filter(({ kind }) => kind === 'from-not-mailbox');
    expect(said).toHaveLength(from === undefined ? 0 : 1);
    if (from === undefined) return;
    expect(said[0]?.rows).toBe(from === 'ben@example.org' ? 1 : 2);
    expect(said[0]?.message).toContain(`From is ${from}, but the mailbox ${options.mailbox} sends.`);
    for (const words of ['ErrorSendAsDenied', 'Send As', `--mailbox ${from}`, '--test-to']) {
      expect(said[0]?.message).toContain(words);
    }
  });

  test('warns of copies to those who must not get any', async () => {
    const suppression = await openSuppressionList(['boss@x.test']);
    const copying: TemplateInput = (row) => ({
      subject: 'S',
      text: 'T',
      cc: String(row.cc),
      list: { unsubscribe: 'https://x.test' },
    });
    const report = await check('email,cc\na@x.test,boss@x.test\nb@x.test,other@x.test\n', { suppression }, copying);
    expect(report.warnings).toMatchObject([{ kind: 'no-one-click' }, { kind: 'copy-suppressed', rows: 1 }]);
    expect(report.plan.statements[0]).toMatch(/^2 mails /);
  });

  test('warns of mails with more recipients than Exchange takes by default, and refuses those that the transport does', async () => {
    const copying: TemplateInput = (row) => ({
      subject: 'S',
      text: 'T',
      list: { unsubscribe: 'https://x.test' },
      bcc: Array.from({ length: Number(row.copies) }, (_, i) => `r${i}@x.test`),
    });
    const csv = 'email,copies\na@x.test,499\nb@x.test,500\nc@x.test,999\nd@x.test,1000\n';
    const report = await check(csv, {}, copying);
    expect(report.warnings).toMatchObject([
      { kind: 'no-one-click' },
      { kind: 'many-recipients', rows: 2, message: expect.stringMatching(/all of it may bounce/) },
    ]);
    expect(report.problems).toMatchObject([
      { row: 4, kind: 'recipients', message: expect.stringMatching(/1001 recipients/) },
    ]);
    expect(await check(csv, { maxRecipients: 0 }, copying)).toMatchObject({ ready: 4, problemCount: 0 });
  });

  test('plans for what will be sent, and checks the rest all the same', async () => {
    const report = await check('email,name\na@x.test,A\nb@x.test,B\nc@x.test,C\nd,D\n', {
      limit: 2,
      mailboxes: 2,
      rate: 1,
    });
    expect(report).toMatchObject({ ready: 3, problemCount: 1 });
    expect(report.plan.statements).toEqual(['2 mails from 2 mailboxes at 1 a minute each: less than a minute.']);
  });

  test('stops when it is told to', async () => {
    await expect(check('email,name\na@x.test,A\n', { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

describe('the size of mails', () => {
  const csv = 'email,name,attachments\na@x.test,Ana,\nb@x.test,Ben,large.bin\nc@x.test,Cyd,small.bin\n';

  test('is a problem where Graph does not take it, and says what would help', async () => {
    const report = await check(csv);
    expect(report).toMatchObject({ ready: 2, problemKinds: { size: 1 }, problems: [{ line: 3, kind: 'size' }] });
    expect(report.problems[0]?.message).toMatch(
      /^Recipients, line 3: the mail makes a request of about 4,\d{3},\d{3} bytes, where Graph takes 4,000,000\..*largeMessages: 'upload'/,
    );
    expect(report.largest?.line).toBe(4);
  });

  test('is none where large messages are uploaded', async () => {
    const report = await check(csv, { largeMessages: 'upload' });
    expect(report).toMatchObject({ ready: 3, problemCount: 0, largest: { line: 3 } });
  });

  test('is told of the largest as it is composed', async () => {
    const template = await openTemplate(plain, { attachmentsFolder: folder });
    const row = { number: 3, line: 4, values: { email: 'c@x.test', name: 'Cyd', attachments: 'small.bin' } };
    const { createRowComposer } = await import('../../../src/bulk/message/compose-row.js');
    const { message } = await createRowComposer({ template }).compose(row, senders[0]);
    const bytes = (await composeMime(message)).byteLength;
    const { largest } = await check(csv);
    // Message-ID, boundary and date differ from one composing to the next, by their digits.
    expect(Math.abs((largest?.bytes ?? 0) - bytes)).toBeLessThan(20);
  });

  test('is that of the largest in truth, where it is not the largest by estimate', async () => {
    const file = (content: string, encoding: object) => [{ filename: 'a.txt', content, ...encoding }];
    const { largest } = await check('email,name\na@x.test,Ana\nb@x.test,Ben\n', {}, ({ name }) => ({
      subject: 'S',
      text: 'T',
      attachments:
        name === 'Ana'
          ? file('word '.repeat(20_000), { contentTransferEncoding: 'quoted-printable' })
          : file('word '.repeat(18_000), {}),
    }));
    expect(largest?.line).toBe(3);
  });

  test('is measured where the estimate is too near to the limit', async () => {
    const only = 'email,name,attachments\nb@x.test,Ben,small.bin\n';
    const exact = (await check(only)).largest?.bytes ?? 0;
    const request = Math.ceil(exact / 3) * 4;
    expect((await check(only, { maxRequestSize: request + 40 })).ready).toBe(1);
    const tight = await check(only, { maxRequestSize: request - 40 });
    expect(tight.problems[0]?.message).toMatch(/a request of 1\d,\d{3} bytes/);
  });

  test.each<[string, object]>([
    ['a short text', { text: 'Dear Ana,\n\nall is well.\n' }],
    ['long lines', { text: 'word '.repeat(3000), html: `<p>${'word '.repeat(3000)}</p>` }],
    ['German', { text: 'Grüße aus München, schöne Straße. '.repeat(500) }],
    ['Greek', { text: 'Καλημέρα σας. '.repeat(1500) }],
    ['Japanese', { html: `<p>${'今日は良い天気です。'.repeat(1500)}</p>`, text: '今日は。'.repeat(900) }],
    ['HTML with many attributes', { html: '<td style="a=b" class="c=d" width="3">x</td>\n'.repeat(800), text: 'x' }],
    ['an attachment', { text: 'T', attachments: [{ filename: 'a.bin', content: Buffer.alloc(300_000, 5) }] }],
    [
      'an attachment in base64',
      { text: 'T', attachments: [{ filename: 'a.bin', content: 'QUJD'.repeat(9000), encoding: 'base64' }] },
    ],
    ['bodies that are no text', { html: Buffer.from('word '.repeat(3000)), text: { content: 'word '.repeat(3000) } }],
    ['another form of it', { text: 'T', alternatives: [{ contentType: 'a/b', content: 'x'.repeat(50_000) }] }],
    ['an invitation', { text: 'T', icalEvent: { method: 'REQUEST', content: 'x'.repeat(50_000) } }],
    [
      'an attachment as a data URL',
      { text: 'T', attachments: [{ filename: 'a', path: `data:a/b;base64,${'QUJD'.repeat(9000)}` }] },
    ],
    ['many addresses', { text: 'T', cc: Array.from({ length: 300 }, (_, i) => `person${i}@example.test`) }],
  ])('is estimated well for %s', async (_, parts) => {
    const message = { from: 'a@x.test', to: 'b@x.test', subject: 'Hello', ...parts };
    const estimate = await new SizeEstimate().of(message);
    const { byteLength } = await composeMime(message);
    expect(Math.abs(estimate - byteLength)).toBeLessThan(byteLength * 0.05 + 500);
  });
});
