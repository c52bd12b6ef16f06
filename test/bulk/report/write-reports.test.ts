import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { writeReports } from '../../../src/bulk/report/write-reports.js';
import { parseCsv } from '../../../src/vendor/csv-parse.js';
import { mailbox, messageIdOf, sampleRun, start, time } from './sample-run.js';

const recipients = openRecipients({
  csv: 'email,name\njo@a.example,Jo\nann@a.example,Ann\nbo@a.example,Bo\nout@a.example,Out\nlast@a.example,Last\n',
});
const events: Parameters<typeof sampleRun>[1] = [
  [0, 0, { type: 'session' }],
  [1, 1, { type: 'attempt' }, { type: 'sent' }],
  [2, 2, { type: 'attempt' }, { type: 'sent' }],
  [3, 3, { type: 'attempt' }, { type: 'unknown' }],
  [4, 4, { type: 'skipped', reason: 'suppressed', of: undefined, entry: 'out@a.example' }],
  [5, 0, { type: 'throttled', status: 429 }],
  [6, 0, { type: 'session', event: 'end', ended: 'limit' }],
  [7, 2, { type: 'bounce', recipient: 'ann@a.example', status: '5.1.1', hard: true, reason: '550 5.1.1 no such user' }],
  [8, 0, { type: 'bounces-read', mailbox, until: new Date(start + 49 * 3_600_000).toISOString() }],
];

const totals = {
  rows: 5,
  sent: 2,
  rejected: 0,
  skipped: 1,
  unknown: 1,
  left: 1,
  rejectedAs: { row: 0, send: 0 },
  skippedAs: { duplicate: 0, suppressed: 1 },
  delivery: { delivered: 1, bounced: 1, hard: 1, delayed: 0, failed: 0, pending: 0 },
};

describe('writeReports', () => {
  it('deletes what was left unfinished a day ago, and nothing else', async () => {
    const folder = await sampleRun(recipients, events);
    const old = new Date(Date.now() - 25 * 3_600_000);
    const left = ['report.csv.0a1b2c3d.tmp', 'report.html.0a1b2c3d.tmp', 'summary.json.0a1b2c3d.tmp'];
    const kept = ['notes.csv.0a1b2c3d.tmp', 'report.csv.tmp', 'report.csv.ffffffff.tmp'];
    for (const name of [...left, ...kept]) {
      await writeFile(path.join(folder, name), 'x');
      if (!name.includes('ffffffff')) await utimes(path.join(folder, name), old, old);
    }
    await writeReports({ folder, recipients });
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp')).sort()).toEqual(kept.sort());
  });

  it('writes a table, a page and a summary that say the same', async () => {
    const folder = await sampleRun(recipients, events);
    const written = await writeReports({ folder, recipients, timeZone: 'UTC' });
    expect(written).toEqual({
      csv: path.join(folder, 'report.csv'),
      html: path.join(folder, 'report.html'),
      summary: path.join(folder, 'summary.json'),
      totals,
      ended: 'limit',
      inProgress: false,
      notes: [],
    });
    const csv = await readFile(written.csv);
    expect([...csv.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(parseCsv(csv, { columns: true, bom: true })).toMatchObject([
      {
        name: 'Jo',
        status: 'sent',
        message_id: messageIdOf(1),
        attempts: '1',
        first_attempt_at: time(1),
        finished_at: time(1),
        bounce: '',
      },
      { name: 'Ann', status: 'sent', bounce: 'hard 5.1.1: 550 5.1.1 no such user' },
      { name: 'Bo', status: 'unknown', error_code: 'ETIMEDOUT' },
      { name: 'Out', status: 'skipped', error_code: 'suppressed' },
      { name: 'Last', status: 'left', attempts: '0' },
    ]);
    expect(JSON.parse(await readFile(written.summary, 'utf8'))).toMatchObject({
      version: 1,
      totals,
      sessions: 1,
      ended: 'limit',
      startedAt: time(0),
      lastAt: time(6),
      mailboxes: [{ mailbox, sent: 2, throttled: 1, inboxReadUntil: '2026-11-25T14:00:00.000Z' }],
      bounces: [{ status: '5.1.1', rows: 1 }],
    });
    const html = await readFile(written.html, 'utf8');
    const text = html.replace(/<style>.*<\/style>/s, '').replace(/<[^>]*>/g, '');
    expect(text).toContain(
      '2 of 5 mails were sent; 1 was skipped, 1 is unknown and 1 is left. It stopped at the limit that it was given.',
    );
    expect(text).toContain('5 rows = 2 sent + 0 rejected + 1 skipped + 1 unknown + 1 left');
    expect(text).toContain('Delivered, as far as known 1 50.0 %');
    expect(text).toMatch(/Mails over time; each bar is a minute\..*asked to wait 1 time\./);
  });

  it('gives commands that can be pasted anywhere, with the .env file and the suppression list of the run', async () => {
    const envFile = path.resolve('/srv/my app/.env');
    const about = { cli: { envFile, suppress: '/srv/nobody.txt' } };
    const folder = await sampleRun(recipients, events, { about });
    const { html } = await writeReports({ folder, recipients });
    const commands = [...(await readFile(html, 'utf8')).matchAll(/<pre>(.*?)<\/pre>/g)].map(([, command = '']) =>
      command.replaceAll('&#39;', "'"),
    );
    const run = `${folder} --env-file '${envFile}'`;
    expect(commands).toEqual([
      `npx nodemailer-graph-transport bulk resume ${run} --verify`,
      `npx nodemailer-graph-transport bulk resume ${run} --resend-unknown`,
      `npx nodemailer-graph-transport bulk resume ${run}`,
      `npx nodemailer-graph-transport bulk bounces ${run} --suppress /srv/nobody.txt`,
    ]);
  });

  it('gives no command for a run of a program, which would refuse it, but the call that goes on', async () => {
    const folder = await sampleRun(recipients, events);
    const { html } = await writeReports({ folder, recipients });
    const text = await readFile(html, 'utf8');
    expect(text).not.toContain('<pre>');
    expect(text).toContain('The program that began the run does it: sendBulk() with resume: true.');
  });

  it('lets only the owner read them', async () => {
    const folder = await sampleRun(recipients, events);
    const { csv, html, summary } = await writeReports({ folder, recipients });
    for (const file of [csv, html, summary]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('puts new reports in the place of old ones, and leaves nothing else', async () => {
    const folder = await sampleRun(recipients, events);
    await writeFile(path.join(folder, 'report.csv'), 'old');
    const { csv } = await writeReports({ folder, recipients });
    expect(await readFile(csv, 'utf8')).not.toContain('old');
    expect((await readdir(folder)).sort()).toEqual(['journal.jsonl', 'report.csv', 'report.html', 'summary.json']);
  });

  it('writes into another folder', async () => {
    const folder = await sampleRun(recipients, events);
    const into = path.join(path.dirname(folder), 'elsewhere');
    await mkdir(into);
    expect((await writeReports({ folder, recipients, into })).csv).toBe(path.join(into, 'report.csv'));
    expect(await readdir(folder)).toEqual(['journal.jsonl']);
  });

  it('leaves the old reports, and nothing else, when the journal is damaged', async () => {
    const folder = await sampleRun(recipients, events);
    const { csv } = await writeReports({ folder, recipients });
    const before = await readFile(csv, 'utf8');
    const journal = path.join(folder, 'journal.jsonl');
    const [first, second, ...rest] = (await readFile(journal, 'utf8')).split('\n');
    await writeFile(journal, [first, second?.replace('1', '2'), ...rest].join('\n'));
    await expect(writeReports({ folder, recipients })).rejects.toMatchObject({ code: 'damaged' });
    expect(await readFile(csv, 'utf8')).toBe(before);
    expect(await readdir(folder)).toHaveLength(4);
  });

  it('leaves nothing when a file cannot be put in its place', async () => {
    const folder = await sampleRun(recipients, events);
    await mkdir(path.join(folder, 'report.csv'));
    await expect(writeReports({ folder, recipients })).rejects.toMatchObject({ code: 'EISDIR' });
    expect((await readdir(folder)).sort()).toEqual(['journal.jsonl', 'report.csv']);
  });

  it('says so where there is no run', async () => {
    await expect(writeReports({ folder: '/nowhere', recipients })).rejects.toMatchObject({ code: 'missing' });
  });

  it('tells on the page that the recipients have changed', async () => {
    const folder = await sampleRun(recipients, events);
    const changed = openRecipients({ csv: 'email\njo@a.example\n' });
    const { html, notes, totals: counted } = await writeReports({ folder, recipients: changed });
    expect(counted).toEqual(totals);
    expect(notes).toHaveLength(1);
    expect(await readFile(html, 'utf8')).toContain('made of the journal alone');
  });

  it('reads the journal of a run that is going on, whose last line is half written', async () => {
    const folder = await sampleRun(recipients, events);
    const journal = path.join(folder, 'journal.jsonl');
    await chmod(journal, 0o600);
    await writeFile(journal, '{"type":"sent","row":5', { flag: 'a' });
    expect((await writeReports({ folder, recipients })).totals).toEqual(totals);
  });
});
