import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeLine, encodeRecord } from '../../../src/bulk/journal/record-line.js';
import { createCertificate, type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.js';
import { BulkEnvironment, runFolder } from './support.js';

const clientId = '11111111-2222-4333-8444-555555555555';
const traceId = '66666666-7777-4888-9999-000000000000';

let pem: string;
let sandbox: Sandbox;
let environment: BulkEnvironment;
/** Milliseconds that the sandbox's clock is ahead. */
let ahead = 0;
beforeAll(async () => {
  const key = await createCertificate({ commonName: 'bulk trace' });
  pem = key.privateKey + key.certificate;
});

interface Tracing extends SandboxOptions {
  roles?: string[];
  /** Without it, no application may search message trace. */
  trace?: boolean;
}

/** A sandbox with an application that sends and one that may search message trace. */
async function start({ roles = ['ExchangeMessageTrace.Read.All'], trace = true, ...options }: Tracing = {}) {
  ahead = 0;
  sandbox = await startSandbox({
    now: () => Date.now() + ahead,
    clientId,
    certificate: pem,
    messageTracePrincipal: true,
    apps: [{ clientId: traceId, certificates: [pem], roles }],
    ...options,
  });
  environment = new BulkEnvironment(sandbox, trace ? { trace: { clientId: traceId, certificate: pem } } : {});
}

afterEach(async () => {
  environment.remove();
  await sandbox.close();
});

const read = (folder: string, name: string) => readFileSync(path.join(folder, name), 'utf8');
const rows = (folder: string) => read(folder, 'report.csv').trimEnd().split('\r\n').slice(1);
const traceColumn = (folder: string) => rows(folder).map((line) => line.split(',').at(-1));
const searches = () => sandbox.requests({ operation: 'messageTrace' });
const arrived = async () => (await sandbox.messages()).flatMap(({ to }) => to.map(({ address }) => address)).sort();

/** Has all that the journal says of a row happen some hours earlier. */
function age(folder: string, row: number, hours: number): void {
  const lines = read(folder, 'journal.jsonl').trimEnd().split('\n');
  const aged = lines.map((line, index) => {
    const record = decodeLine(line);
    if (!('row' in record) || record.row !== row) return `${line}\n`;
    const at = new Date(Date.parse(record.at) - hours * 3_600_000).toISOString();
    return encodeRecord({ ...record, at }, index + 1);
  });
  writeFileSync(path.join(folder, 'journal.jsonl'), aged.join(''));
}

describe('bulk trace', () => {
  it('joins what message trace says of each recipient to CSV, JSON and HTML of the report', async () => {
    await start();
    environment.recipients(2, [
      'bounce@fault.test,Gone',
      'quarantined@fault.test,Held',
      'spam@fault.test,S',
      'pending@fault.test,P',
    ]);
    const folder = runFolder(await environment.run());
    const printed = await environment.bulk(['trace', folder]);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toContain(
      '6 of 6 mails found: 2 delivered, 1 failed, 1 quarantined, 1 filtered as spam and 1 pending.\n',
    );
    expect(printed.out).toContain(`Report  ${path.join(folder, 'report.html')}`);
    expect(read(folder, 'report.csv').split('\r\n')[0]).toMatch(/,bounce,trace$/);
    expect(traceColumn(folder)).toEqual([
      'delivered',
      'delivered',
      'failed',
      'quarantined',
      'filtered as spam',
      'pending',
    ]);
    const summary = JSON.parse(read(folder, 'summary.json'));
    expect(summary.totals).toMatchObject({
      trace: { delivered: 2, failed: 1, quarantined: 1, filteredAsSpam: 1, pending: 1 },
      delivery: { delivered: 2, failed: 3, pending: 1 },
    });
    expect(summary.mailboxes).toMatchObject([{ tracedAt: expect.stringMatching(/Z$/) }]);
    const page = read(folder, 'report.html');
    expect(page).toContain('What message trace says');
    expect(page).toContain('Mails that Exchange did not deliver, and of which no bounce came');
    expect(searches()).toHaveLength(1);
  });

  it('says that absence proves nothing, and finds the mail when message trace has it', async () => {
    await start({ messageTraceDelay: 120_000 });
    environment.recipients(2);
    const folder = runFolder(await environment.run());
    const early = await environment.bulk(['trace', folder]);
    expect(early).toMatchObject({ code: 0, err: '' });
    expect(early.out).toContain('0 of 2 mails found.\n2 mails not found, which proves nothing: ');
    expect(traceColumn(folder)).toEqual(['not found', 'not found']);
    expect(JSON.parse(read(folder, 'summary.json')).totals).toMatchObject({
      sent: 2,
      trace: { notFound: 2 },
      delivery: { delivered: 0, failed: 0, pending: 2 },
    });
    expect(read(folder, 'report.html')).toContain('was not found proves nothing');
    ahead = 120_000;
    const later = await environment.bulk(['trace', folder]);
    expect(later.out).toContain('2 of 2 mails found: 2 delivered.\n');
    expect(traceColumn(folder)).toEqual(['delivered', 'delivered']);
  });

  it('writes down nothing twice, and what has changed', async () => {
    await start();
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    await environment.bulk(['trace', folder]);
    await environment.bulk(['trace', folder]);
    const records = read(folder, 'journal.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.filter(({ type }) => type === 'trace')).toHaveLength(1);
    expect(records.filter(({ type }) => type === 'trace-read')).toHaveLength(2);
  });

  it('keeps and prints nothing of other messages and recipients of the tenant', async () => {
    const staff = ['ann.secret@contoso.example', 'bob.secret@contoso.example'];
    const mailbox = 'noreply@contoso.example';
    await start({
      mailboxes: [mailbox, 'boss@contoso.example', ...staff],
      groups: [{ address: 'team@contoso.example', kind: 'distribution', members: staff }],
    });
    environment.write('people.csv', 'email,name\nteam@contoso.example,Team\n');
    const folder = runFolder(await environment.run());
    // Of the same sender, at the same time, but not of this run.
    const other = new BulkEnvironment(sandbox);
    other.write('people.csv', 'email,name\nrival@example.com,Rival\n');
    await other.run();
    other.remove();
    const printed = await environment.bulk(['trace', folder]);
    expect(printed.out).toContain('1 of 1 mail found: 1 expanded.\n');
    expect(traceColumn(folder)).toEqual(['expanded']);
    const kept = ['journal.jsonl', 'report.csv', 'report.html', 'summary.json'].map((name) => read(folder, name));
    for (const text of [printed.out, printed.err, ...kept]) expect(text).not.toMatch(/secret|rival|Rival/);
  });

  it('keeps nothing of a row that is another now than when its mail was made', async () => {
    await start();
    environment.recipients(2);
    const folder = runFolder(await environment.run());
    environment.write('people.csv', 'email,name\np1@example.com,Person 1\np2@example.com,Somebody else\n');
    const printed = await environment.bulk(['trace', folder]);
    expect(printed).toMatchObject({ code: 0 });
    expect(printed.out).toContain('1 of 2 mails found: 1 delivered.\n');
    expect(printed.out).toContain('1 mail found for other recipients than the list has');
    expect(printed.out).not.toContain('proves nothing');
    expect(read(folder, 'journal.jsonl').match(/"type":"trace",.*"recipient"/g)).toHaveLength(1);
    // Neither was it not found.
    expect(traceColumn(folder)).toEqual(['delivered', '']);
    expect(JSON.parse(read(folder, 'summary.json')).totals.trace).toEqual({ delivered: 1 });
    expect(await environment.bulk(['trace', folder])).toMatchObject({
      out: expect.stringContaining('1 mail found for other'),
    });
    expect(read(folder, 'journal.jsonl').match(/"type":"trace",/g)).toHaveLength(2);
  });

  it('does not take for a mail what was taken at another time', async () => {
    await start();
    sandbox.fault({ on: 'sendMail', recipient: 'p1@example.com', status: 504, delivered: true });
    environment.recipients(2);
    const folder = runFolder(await environment.run());
    age(folder, 1, 3);
    const printed = await environment.bulk(['trace', folder]);
    expect(printed.out).toContain('1 of 2 mails found: 1 delivered.\n1 mail not found, which proves nothing');
    expect(rows(folder)[0]).toMatch(/^p1@example\.com,Person 1,unknown,.*,not found$/);
  });

  it('says that mails are too old for message trace, and makes a report all the same', async () => {
    await start();
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    age(folder, 1, 24 * 91);
    const printed = await environment.bulk(['trace', folder]);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toMatch(/^1 mail of \S+ not searched for: they are older than the 90 days that message trace/m);
    expect(printed.out).not.toContain('not found');
    expect(traceColumn(folder)).toEqual(['']);
    expect(searches()).toHaveLength(0);
  });

  it('ends when it is interrupted', async () => {
    await start();
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    sandbox.fault({ on: 'messageTrace', silence: true });
    const printed = await environment.bulk(['trace', folder], {
      onPrint: (out, signals) => {
        if (out.endsWith('Searching message trace for the mails of noreply@contoso.example\n'))
          setImmediate(() => signals.emit('SIGINT'));
      },
    });
    expect(printed).toMatchObject({ code: 130, out: expect.stringContaining('Interrupted.') });
  });

  it('finds mails by the address in From where that is not the mailbox, also to settle them', async () => {
    await start({ mailboxes: ['noreply@contoso.example', 'news@contoso.example'], fromMismatch: 'allow' });
    sandbox.fault({ on: 'sendMail', recipient: 'p2@example.com', status: 504, delivered: true });
    environment.recipients(2);
    const folder = runFolder(await environment.run(['--mailbox', 'News@contoso.example']));
    expect((await environment.bulk(['trace', folder])).out).toContain('2 of 2 mails found: 2 delivered.\n');
    expect(await environment.bulk(['resume', folder, '--trace'])).toMatchObject({ code: 0 });
  });

  it.each([
    ['no application for it is configured', { trace: false }, 78, 'cannot be asked without GRAPH_MAIL_TRACE_CLIENT_ID'],
    ['the application lacks its permission', { roles: [] }, 77, 'ExchangeMessageTrace.Read.All'],
    [
      'the tenant lacks the service principal',
      { messageTracePrincipal: false },
      77,
      'New-MgServicePrincipal -AppId 8bd644d1',
    ],
  ])('says what is missing when %s, and writes nothing', async (_, options, code, words) => {
    await start(options);
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    const before = read(folder, 'journal.jsonl');
    expect(await environment.bulk(['trace', folder])).toMatchObject({ code, err: expect.stringContaining(words) });
    expect(read(folder, 'journal.jsonl')).toBe(before);
  });

  it('writes down that unknown mails were sent after all, so that nothing sends them again', async () => {
    await start();
    sandbox.fault({ on: 'sendMail', recipient: 'p1@example.com', status: 504, delivered: true });
    environment.recipients(2);
    const folder = runFolder(await environment.run());
    const printed = await environment.bulk(['trace', folder]);
    expect(printed.out).toContain('1 mail that was unknown: sent after all, as the journal says now.\n');
    expect(rows(folder)[0]).toMatch(/^p1@example\.com,Person 1,sent,.*,delivered$/);
    expect(await environment.bulk(['resume', folder, '--resend-unknown'])).toMatchObject({ code: 0 });
    expect(await arrived()).toEqual(['p1@example.com', 'p2@example.com']);
    // What was written down is not written down again.
    expect((await environment.bulk(['trace', folder])).out).not.toContain('unknown');
    expect(read(folder, 'journal.jsonl').match(/"settled":"trace"/g)).toHaveLength(1);
  });

  it('writes that down also of a row that is another now', async () => {
    await start();
    sandbox.fault({ on: 'sendMail', recipient: 'p1@example.com', status: 504, delivered: true });
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    environment.write('people.csv', 'email,name\np1@example.com,Somebody else\n');
    const printed = await environment.bulk(['trace', folder]);
    expect(printed.out).toContain('1 mail that was unknown: sent after all, as the journal says now.\n');
    expect(read(folder, 'journal.jsonl')).toMatch(/"type":"sent","row":1,.*"settled":"trace"/);
  });

  it('searches for nothing when nothing was sent', async () => {
    await start();
    sandbox.fault({ on: 'sendMail', status: 400 });
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    expect(await environment.bulk(['trace', folder])).toMatchObject({
      code: 0,
      out: expect.stringContaining('No mail of this run was sent'),
    });
    expect(searches()).toHaveLength(0);
  });
});

describe('bulk resume --trace', () => {
  const unknowns = (recipient: string, delivered: boolean) =>
    sandbox.fault({ on: 'sendMail', recipient, status: 504, delivered });

  it('settles what message trace has, and leaves unknown what it has not, before the run goes on', async () => {
    await start();
    unknowns('p1@example.com', true);
    unknowns('p2@example.com', false);
    unknowns('p3@example.com', true);
    environment.recipients(5);
    const folder = runFolder(await environment.run(['--limit', '3']));
    const resumed = await environment.bulk(['resume', folder, '--trace']);
    expect(resumed).toMatchObject({ code: 3, err: '' });
    expect(resumed.out).toContain('5 rows = 4 sent + 0 rejected + 0 skipped + 1 unknown + 0 left\n');
    expect(rows(folder)[1]).toMatch(/^p2@example\.com,Person 2,unknown/);
    expect(await arrived()).toEqual(['p1@example.com', 'p3@example.com', 'p4@example.com', 'p5@example.com']);
    expect(read(folder, 'journal.jsonl').match(/"settled":"trace"/g)).toHaveLength(2);
    expect(searches()).toHaveLength(1);
    // Nor is it sent by a later session.
    expect(await environment.bulk(['resume', folder, '--trace'])).toMatchObject({ code: 3 });
    expect(await arrived()).toHaveLength(4);
  });

  it('sends nothing again of what message trace has not yet', async () => {
    await start({ messageTraceDelay: 120_000 });
    unknowns('p1@example.com', true);
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    expect(await environment.bulk(['resume', folder, '--trace'])).toMatchObject({
      code: 3,
      out: expect.stringContaining('1 row = 0 sent + 0 rejected + 0 skipped + 1 unknown + 0 left'),
    });
    ahead = 120_000;
    expect(await environment.bulk(['resume', folder, '--trace'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 row = 1 sent + 0 rejected + 0 skipped + 0 unknown + 0 left'),
    });
    expect(await arrived()).toEqual(['p1@example.com']);
  });

  it.each([
    ['no application for it is configured', { trace: false }, 78, 'cannot be asked without GRAPH_MAIL_TRACE_CLIENT_ID'],
    ['the application lacks its permission', { roles: [] }, 77, 'ExchangeMessageTrace.Read.All'],
    [
      'the tenant lacks the service principal',
      { messageTracePrincipal: false },
      77,
      'New-MgServicePrincipal -AppId 8bd644d1',
    ],
  ])('stops before it sends when %s', async (_, options, code, words) => {
    await start(options);
    unknowns('p1@example.com', true);
    environment.recipients(3);
    const folder = runFolder(await environment.run(['--limit', '1']));
    const { code: ended, out } = await environment.bulk(['resume', folder, '--trace']);
    expect(out).toMatch(/^Stopped, because unknown mails cannot be looked for: /m);
    expect(out).toContain(words);
    expect(out).toContain('3 rows = 0 sent + 0 rejected + 0 skipped + 1 unknown + 2 left\n');
    expect(ended).toBe(code);
    expect(await arrived()).toEqual(['p1@example.com']);
  });

  it('does not take an older copy, as of another run of the same list, for the mail', async () => {
    await start();
    unknowns('p1@example.com', true);
    unknowns('p2@example.com', true);
    environment.recipients(2);
    const folder = runFolder(await environment.run());
    age(folder, 1, 3);
    expect(await environment.bulk(['resume', folder, '--trace'])).toMatchObject({ code: 3 });
    expect(rows(folder).map((line) => line.split(',')[2])).toEqual(['unknown', 'sent']);
  });

  it('goes on past mails that are too old for message trace, and says so of them', async () => {
    await start();
    unknowns('p1@example.com', true);
    environment.recipients(2);
    const folder = runFolder(await environment.run(['--limit', '1']));
    age(folder, 1, 24 * 91);
    const resumed = await environment.bulk(['resume', folder, '--trace']);
    expect(resumed).toMatchObject({ code: 3, err: '' });
    expect(resumed.out).toContain('2 rows = 1 sent + 0 rejected + 0 skipped + 1 unknown + 0 left\n');
    expect(rows(folder)[0]).toMatch(
      /unknown,.*message trace cannot be searched for it: they are older than the 90 days/,
    );
    expect(searches()).toHaveLength(0);
  });

  it('asks nothing when nothing is unknown', async () => {
    await start();
    environment.recipients(2);
    const folder = runFolder(await environment.run(['--limit', '1']));
    expect(await environment.bulk(['resume', folder, '--trace'])).toMatchObject({ code: 0 });
    expect(searches()).toHaveLength(0);
  });

  it.each([
    [['--trace', '--verify'], '--verify and --trace contradict each other'],
    [['--trace', '--resend-unknown'], '--trace and --resend-unknown contradict each other'],
  ])('refuses %j', async (flags, words) => {
    await start();
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    expect(await environment.bulk(['resume', folder, ...flags])).toMatchObject({
      code: 2,
      err: expect.stringContaining(words),
    });
  });
});
