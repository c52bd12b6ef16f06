import type { EventEmitter } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCertificate, type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { BulkEnvironment, events, type Printed, runFolder } from './support.js';

let certificate: string;
let sandbox: Sandbox;
let environment: BulkEnvironment;
beforeAll(async () => {
  const key = await createCertificate({ commonName: 'bulk commands' });
  certificate = key.privateKey + key.certificate;
});
beforeEach(async () => {
  sandbox = await startSandbox({ certificate, latency: 20 });
  environment = new BulkEnvironment(sandbox);
});
afterEach(async () => {
  environment.remove();
  await sandbox.close();
});

/** Who got a mail, each as often as it arrived. */
const arrived = async () => (await sandbox.messages()).flatMap(({ to }) => to.map(({ address }) => address)).sort();

describe('bulk run', () => {
  it('sends, prints the sum, writes the reports and ends with 0', async () => {
    environment.recipients(5, ['p1@example.com,Twice']);
    const printed = await environment.run();
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toContain('6 rows = 5 sent + 0 rejected + 1 skipped + 0 unknown + 0 left\n');
    expect(await arrived()).toHaveLength(5);
    const folder = runFolder(printed);
    expect(path.dirname(folder)).toBe(environment.runs);
    expect(path.basename(folder)).toMatch(/^[0-9a-f]{12}$/);
    expect(JSON.parse(readFileSync(path.join(folder, 'summary.json'), 'utf8'))).toBeTypeOf('object');
    expect(readFileSync(path.join(folder, 'report.csv'), 'utf8')).toContain('p5@example.com');
    expect(printed.out).toContain(path.join(folder, 'report.html'));
    expect(statSync(environment.runs).mode & 0o777).toBe(0o700);
  });

  it('goes on with the column of the addresses that it was begun with', async () => {
    environment.write('people.csv', 'email,Work,name\na@x.example, w1@x.example,Ann\nb@x.example,w2@x.example ,Bob\n');
    const folder = runFolder(await environment.run(['--email-column', 'Work', '--limit', '1']));
    expect(await environment.bulk(['resume', folder])).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 rows = 2 sent'),
    });
    expect(await arrived()).toEqual(['w1@x.example', 'w2@x.example']);
    const [header, first] = readFileSync(path.join(folder, 'report.csv'), 'utf8').split('\r\n');
    expect(header).toMatch(/^\uFEFFWork,name,status/);
    expect(first).toMatch(/^w1@x\.example,Ann,sent/);
  });

  it('tells which rows were rejected and why, and ends with 1', async () => {
    environment.recipients(2, ['nobody,Nobody']);
    const { code, out } = await environment.run();
    expect(code).toBe(1);
    expect(out).toContain('1 row will be rejected.');
    expect(out).toMatch(/^Line 4 \(nobody\) was rejected: .*has no @/m);
    expect(out).toContain('3 rows = 2 sent + 1 rejected + 0 skipped + 0 unknown + 0 left\n');
  });

  it('sends with the number typed, or given, when there are more than 500', async () => {
    environment.recipients(501);
    expect(await environment.run(['--limit', '502', '--confirm', '501', '--dry-run'])).toMatchObject({ code: 0 });
    expect(await environment.run(['--limit', '3'])).toMatchObject({
      code: 4,
      out: expect.stringContaining('498 left'),
    });
    expect((await arrived()).length).toBe(3);
  });

  it('sends nothing twice: a run that is there is refused, with what goes on with it while something does', async () => {
    environment.recipients(2);
    const folder = runFolder(await environment.run(['--limit', '1']));
    const again = await environment.run();
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining(`bulk resume ${folder}`) });
    await environment.bulk(['resume', folder, '--rate', 'none']);
    const complete = await environment.run();
    expect(complete).toMatchObject({ code: 2, err: expect.stringContaining('2 rows = 2 sent') });
    expect(complete.err).toContain('--runs');
    expect(complete.err).not.toContain('resume');
    expect(await arrived()).toHaveLength(2);
  });

  it.each([[[]], [['--limit', '2']]])(
    'says what has to be put right before it makes sense to go on, with %j',
    async (more) => {
      environment.recipients(3);
      const from = ['--from', 'news@contoso.example', '--mailbox', sandbox.options.mailbox];
      const run = (mailbox = from) => environment.run([...mailbox, ...more], { flags: environment.flags.slice(0, -2) });
      const { code, out } = await run();
      expect(code).toBe(77);
      expect(out).toContain('Note: From is news@contoso.example, but the mailbox noreply@contoso.example sends.');
      expect(out).toMatch(/^Stopped, because every mail would fail like this one: .*ErrorSendAsDenied/m);
      expect(out).toContain('- Once what stopped it is put right, send the 3 mails that are left:');
      expect(out).toContain('A run keeps both: to change them, begin a new one.');
      // Another mailbox does not make it another run.
      const { err } = await run(['--from', 'news@contoso.example', '--mailbox', 'news@contoso.example']);
      expect(err).toContain('It goes on from the mailbox noreply@contoso.example, with which it was begun');
      expect(err).toContain('Nothing was sent so far, so it can be begun anew in another folder, with --runs.');
    },
  );

  it('ends with 3 when it is not known of a mail whether it was sent, and --verify finds it', async () => {
    sandbox.fault({ on: 'sendMail', recipient: 'p2@example.com', status: 504, delivered: true });
    environment.recipients(3);
    const printed = await environment.run();
    expect(printed).toMatchObject({ code: 3, err: '' });
    expect(printed.out).toContain('3 rows = 2 sent + 0 rejected + 0 skipped + 1 unknown + 0 left\n');
    expect(printed.out).toMatch(/^Line 3 \(p2@example\.com\) is unknown: /m);
    expect(printed.out).toContain(`bulk resume ${runFolder(printed)} --verify`);
    expect(await environment.bulk(['resume', runFolder(printed)])).toMatchObject({ code: 3 });
    sandbox.tenant.apps.set({ clientId: sandbox.options.clientId, roles: ['Mail.Send', 'Mail.Read'] });
    sandbox.revokeTokens();
    const verified = await environment.bulk(['resume', runFolder(printed), '--verify']);
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('3 rows = 3 sent') });
    expect(await arrived()).toEqual(['p1@example.com', 'p2@example.com', 'p3@example.com']);
  });

  it('--verify says so when the application may not look, and ends with 77', async () => {
    sandbox.fault({ on: 'sendMail', recipient: 'p2@example.com', status: 504, delivered: true });
    environment.recipients(3);
    const folder = runFolder(await environment.run());
    const { code, out } = await environment.bulk(['resume', folder, '--verify']);
    expect(code).toBe(77);
    expect(out).toMatch(/^Stopped, because unknown mails cannot be looked for: .*403/m);
    expect(out).toContain('Mail.ReadBasic.All');
    expect(out).toContain('3 rows = 2 sent + 0 rejected + 0 skipped + 1 unknown + 0 left\n');
  });

  it('stops when its journal is deleted, and says that nothing is recorded', async () => {
    environment.recipients(200);
    const running = environment.run();
    await sandbox.waitFor({ to: 'p5@example.com' });
    rmSync(environment.runs, { recursive: true });
    const { code, out } = await running;
    expect(code).toBe(75);
    // Files go one by one: it sees that the journal is gone, or that the lock is while the journal is not yet.
    expect(out).toMatch(
      /^Stopped, because (?:the journal could not be written: .* was deleted while the run went on|another process has changed .* The lock of the run .* was removed)/m,
    );
    expect(out).not.toContain('bulk resume');
    const [, sent = 0, unknown = 0] = /= (\d+) sent .* (\d+) unknown/.exec(out)?.map(Number) ?? [];
    expect((await arrived()).length).toBeLessThanOrEqual(sent + unknown);
    expect((await arrived()).length).toBeGreaterThanOrEqual(sent);
    expect(sent).toBeLessThan(200);
  });

  it('stops at once when the application may not send, and ends with 77', async () => {
    sandbox.fault({ on: 'sendMail', status: 403, code: 'ErrorAccessDenied', times: 100 });
    environment.recipients(30);
    const { code, out } = await environment.run();
    expect(code).toBe(77);
    expect(out).toContain('30 rows = 0 sent + 0 rejected + 0 skipped + 0 unknown + 30 left\n');
    expect(out).toContain('Stopped, because every mail would fail like this one');
    expect(sandbox.requests({ operation: 'sendMail' }).length).toBeLessThanOrEqual(4);
  });

  it('ends with 69 when Graph cannot be reached, with everything left', async () => {
    environment.recipients(5);
    await sandbox.close();
    const { code, out } = await environment.run();
    expect(code).toBe(69);
    expect(out).toContain('5 rows = 0 sent + 0 rejected + 0 skipped + 0 unknown + 5 left\n');
    // The transport tries again for a while.
  }, 60_000);

  it('ends with 4 when too many mails fail', async () => {
    sandbox.fault({ on: 'sendMail', status: 400, code: 'ErrorInvalidRecipients', times: 100 });
    environment.recipients(30);
    const { code, out } = await environment.run(['--max-errors', '3']);
    expect(code).toBe(4);
    expect(out).toContain('Paused, because too many mails failed');
    expect(out).toMatch(/^30 rows = 0 sent \+ \d rejected \+ 0 skipped \+ 0 unknown \+ \d+ left$/m);
  });

  it('sends from several mailboxes, each its own', async () => {
    sandbox.tenant.mailboxes.set({ address: 'sales@contoso.example' });
    environment.recipients(12);
    expect(await environment.run(['--from', 'Sales <sales@contoso.example>'])).toMatchObject({ code: 0 });
    const senders = (await sandbox.messages()).map(({ mailbox }) => mailbox);
    expect(new Set(senders)).toEqual(new Set([sandbox.options.mailbox, 'sales@contoso.example']));
    expect(environment.connected).toMatchObject([
      { mailbox: 'from', allowedMailboxes: [sandbox.options.mailbox, 'sales@contoso.example'] },
    ]);
  });

  it('takes the mailbox from --mailbox, else from GRAPH_MAIL_MAILBOX, else from the sender', async () => {
    environment.recipients(1);
    const env = { GRAPH_MAIL_MAILBOX: sandbox.options.mailbox };
    const from = ['--from', 'other@contoso.example'];
    const flags = environment.flags.slice(0, 4);
    // Runs of their own, as the mailbox changes nothing about the mails.
    const run = (runs: string, args: string[], more = { env }) =>
      environment.bulk(['run', ...flags, ...from, ...args, '--runs', `${environment.runs}-${runs}`], more);
    await run('a', []);
    await run('b', ['--mailbox', 'third@contoso.example']);
    await run('c', [], { env: {} as typeof env });
    expect(environment.connected.map(({ mailbox }) => mailbox)).toEqual([
      sandbox.options.mailbox,
      'third@contoso.example',
      'other@contoso.example',
    ]);
  });

  it('takes who signs in from a .env file', async () => {
    environment.recipients(1);
    const file = path.join(path.dirname(environment.runs), 'mailer.env');
    writeFileSync(
      file,
      'AZURE_TENANT_ID=t\nAZURE_CLIENT_ID=c\nAZURE_CLIENT_SECRET=s\nGRAPH_MAIL_MAILBOX=box@contoso.example\n',
    );
    await environment.run(['--env-file', file]);
    expect(environment.connected).toMatchObject([
      { tenantId: 't', clientId: 'c', clientSecret: 's', mailbox: 'box@contoso.example' },
    ]);
  });

  it('--test-to sends the first mails to one address, marked, and keeps no run', async () => {
    environment.recipients(5);
    const printed = await environment.run(['--test-to', 'me@contoso.example', '--test-rows', '2']);
    expect(printed).toMatchObject({ code: 0, out: expect.stringContaining('2 test mails sent.') });
    const mails = await sandbox.messages();
    expect(mails.map(({ to, subject }) => [to[0]?.address, subject]).sort()).toEqual([
      ['me@contoso.example', '[Test] Hello Person 1'],
      ['me@contoso.example', '[Test] Hello Person 2'],
    ]);
    expect(existsSync(environment.runs)).toBe(false);
  });
});

describe('bulk run --json', () => {
  it('prints an event for the start, each row, each throttling and the end, and nothing else', async () => {
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '1' } });
    environment.recipients(3, ['nobody,Nobody']);
    const printed = await environment.run(['--json']);
    expect(printed).toMatchObject({ code: 1, err: '' });
    const all = events(printed);
    expect(all.every(({ at }) => !Number.isNaN(Date.parse(String(at))))).toBe(true);
    const named = (name: string) => all.filter(({ event }) => event === name);
    expect(named('start')).toMatchObject([{ id: expect.stringMatching(/^[0-9a-f]{32}$/), rows: 4 }]);
    expect(
      named('result')
        .map(({ line, status }) => [line, status])
        .sort(),
    ).toEqual([
      [2, 'sent'],
      [3, 'sent'],
      [4, 'sent'],
      [5, 'rejected'],
    ]);
    expect(named('result').find(({ line }) => line === 2)).toMatchObject({
      row: 1,
      email: 'p1@example.com',
      mailbox: sandbox.options.mailbox,
      messageId: expect.stringMatching(/^<.+@.+>$/),
      requestId: expect.any(String),
    });
    expect(named('throttled')).toMatchObject([
      { mailbox: sandbox.options.mailbox, status: 429, until: expect.any(String) },
    ]);
    expect(named('progress').at(-1)).toMatchObject({ sent: 3, rejected: 1, left: 0 });
    expect(all.at(-1)).toMatchObject({
      event: 'end',
      ended: 'complete',
      rows: 4,
      sent: 3,
      rejected: 1,
      skipped: 0,
      unknown: 0,
      left: 0,
      exitCode: 1,
      reports: { html: expect.stringContaining('report.html') },
    });
  });
});

describe('a run that is interrupted', () => {
  /** Interrupts as soon as the first mails are on their way. */
  const interruptOnce = (times: number) => {
    let sent = false;
    return (out: string, signals: EventEmitter) => {
      if (sent || !out.includes('"event":"result"')) return;
      sent = true;
      for (let i = 0; i < times; i++) signals.emit('SIGINT');
    };
  };

  it('finishes what is in flight, ends with 130, writes the report, and is resumed without sending twice', async () => {
    environment.recipients(60);
    const stopped = await environment.run(['--json'], { onPrint: interruptOnce(1) });
    expect(stopped.code).toBe(130);
    const end = events(stopped).at(-1) as { left: number; sent: number; unknown: number; reports: { csv: string } };
    expect(end).toMatchObject({ ended: 'stopped', unknown: 0, rows: 60 });
    expect(end.left).toBeGreaterThan(0);
    expect(existsSync(end.reports.csv)).toBe(true);
    const folder = path.dirname(end.reports.csv);
    const status = await environment.bulk(['status', folder]);
    expect(status.out).toContain('State       interrupted');
    expect(status.out).toContain(`bulk resume ${folder}`);
    const resumed = await environment.bulk(['resume', folder]);
    expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('60 rows = 60 sent') });
    const all = await arrived();
    expect(new Set(all).size).toBe(60);
    expect(all).toHaveLength(60);
  });

  it('tells a person how to go on', async () => {
    environment.recipients(60);
    let interrupted = false;
    const { code, out } = await environment.run([], {
      onPrint: (text, signals) => {
        if (interrupted || !text.includes('Run folder')) return;
        interrupted = true;
        signals.emit('SIGTERM');
      },
    });
    expect(code).toBe(130);
    expect(out).toMatch(
      /Stopping: what is in flight is finished; interrupt again to give it up\. To go on later:\n.*bulk resume /,
    );
  });

  it('is aborted by the second interruption: what was in flight is unknown', async () => {
    sandbox.fault({ on: 'sendMail', silence: true, times: 100, after: 1 });
    environment.recipients(60);
    const aborted = await environment.run(['--json'], { onPrint: interruptOnce(2) });
    expect(aborted.code).toBe(130);
    expect(events(aborted).at(-1)).toMatchObject({ ended: 'aborted', rows: 60, sent: 1 });
  });
});

describe('bulk resume', () => {
  it('refuses when the recipients or the template have changed, and sends nothing', async () => {
    environment.recipients(4);
    const folder = runFolder(await environment.run(['--limit', '2']));
    environment.recipients(5);
    expect(await environment.bulk(['resume', folder])).toMatchObject({
      code: 65,
      err: expect.stringContaining('changed'),
    });
    environment.recipients(4);
    environment.write('template/text.hbs', 'Something else');
    expect(await environment.bulk(['resume', folder])).toMatchObject({
      code: 65,
      err: expect.stringContaining('template'),
    });
    expect(await arrived()).toHaveLength(2);
  });

  it('goes on as the run was begun, whatever the environment and folder are now', async () => {
    environment.recipients(3);
    const flags = [
      '--list-id',
      'news.contoso.example',
      '--header',
      'Feedback-ID: a',
      '--mailbox',
      sandbox.options.mailbox,
    ];
    const folder = runFolder(await environment.run(['--limit', '1', ...flags]));
    const env = { GRAPH_MAIL_MAILBOX: 'another@contoso.example' };
    expect(await environment.bulk(['resume', folder], { env })).toMatchObject({ code: 0 });
    const mails = await sandbox.messages();
    expect(mails).toHaveLength(3);
    for (const { raw } of mails) expect(String(raw)).toMatch(/^List-Id: <news\.contoso\.example>\r$/im);
  });

  it('asks for the number of mails when a run was begun with a few of many', async () => {
    environment.recipients(503);
    const folder = runFolder(await environment.run(['--limit', '1']));
    expect(await environment.bulk(['resume', folder])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--confirm 502'),
    });
    expect(await environment.bulk(['resume', folder, '--limit', '2'])).toMatchObject({ code: 4 });
    expect(await arrived()).toHaveLength(3);
  });

  it('sends rejected mails again only when it is told so', async () => {
    const mend = sandbox.fault({ on: 'sendMail', recipient: 'p2@example.com', status: 400, code: 'ErrorX', times: 9 });
    environment.recipients(3);
    const folder = runFolder(await environment.run());
    mend();
    expect(await environment.bulk(['resume', folder])).toMatchObject({ code: 1 });
    expect(await environment.bulk(['retry', folder])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--failed'),
    });
    expect(await arrived()).toHaveLength(2);
    expect(await environment.bulk(['retry', folder, '--failed'])).toMatchObject({ code: 0 });
    expect(await arrived()).toEqual(['p1@example.com', 'p2@example.com', 'p3@example.com']);
  });

  it('sends mails of unknown outcome again only when it is told so', async () => {
    sandbox.fault({ on: 'sendMail', recipient: 'p1@example.com', status: 504 });
    environment.recipients(2);
    const folder = runFolder(await environment.run());
    const both = await environment.bulk(['resume', folder, '--resend-unknown', '--verify']);
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('contradict') });
    expect(await environment.bulk(['resume', folder, '--resend-unknown'])).toMatchObject({ code: 0 });
    expect(await arrived()).toEqual(['p1@example.com', 'p2@example.com']);
  });

  it('takes a run over from a process elsewhere only when a person says so, and is told what to know for that', async () => {
    environment.recipients(4);
    const folder = runFolder(await environment.run(['--limit', '1']));
    const lock = { pid: 4711, host: 'mailer-7', at: new Date(Date.now() - 3_600_000).toISOString() };
    writeFileSync(path.join(folder, 'lock.9'), JSON.stringify(lock));
    for (const command of [
      ['resume', folder],
      ['retry', folder, '--failed'],
    ]) {
      const { code, err } = await environment.bulk(command);
      expect(code).toBe(75);
      expect(err).toMatch(
        /process 4711 on mailer-7 has it open since \S+ \(1 h ago\).* last record of its journal is from/,
      );
      expect(err).toContain('bulk resume --take-over');
    }
    expect(await arrived()).toHaveLength(1);
    const { code, out } = await environment.bulk(['resume', folder, '--rate', 'none', '--take-over']);
    expect(code).toBe(0);
    expect(out).toContain('4 rows = 4 sent + 0 rejected + 0 skipped + 0 unknown + 0 left\n');
    expect(await arrived()).toHaveLength(4);
    expect(readFileSync(path.join(folder, 'journal.jsonl'), 'utf8')).toContain(
      '"takenFrom":{"pid":4711,"host":"mailer-7"}',
    );
  });

  it('does not take a run over from a process that goes on with it', async () => {
    environment.recipients(40);
    let refused: Promise<Printed> | undefined;
    let status: Promise<Printed> | undefined;
    await environment.run(['--json'], {
      onPrint: (out) => {
        const folder = /"folder":"([^"]+)"/.exec(out)?.[1];
        if (folder === undefined || !out.includes('"event":"result"')) return;
        refused ??= environment.bulk(['resume', folder, '--take-over']);
        status ??= environment.bulk(['status', folder]);
      },
    });
    expect(await refused).toMatchObject({ code: 75, err: expect.stringContaining('this very process') });
    expect((await status)?.out).toContain(`in progress: process ${process.pid}`);
    expect((await arrived()).length).toBe(new Set(await arrived()).size);
  });

  it('stops when its journal is changed, advises nothing that would send twice, and is not gone on with', async () => {
    environment.recipients(200);
    const running = environment.run();
    await sandbox.waitFor({ to: 'p5@example.com' });
    const folder = path.join(
      environment.runs,
      readdirSync(environment.runs).find((name) => !name.startsWith('.')) ?? '',
    );
    appendFileSync(path.join(folder, 'journal.jsonl'), '\n');
    const { code, out } = await running;
    expect(code).toBe(65);
    expect(out).toMatch(
      /^Stopped, because another process has changed the journal .*: .* was written to by somebody else/m,
    );
    expect(out).not.toContain('bulk resume');
    expect(await environment.bulk(['resume', folder])).toMatchObject({ code: 65, out: '' });
    expect((await arrived()).length).toBe(new Set(await arrived()).size);
  });

  it('says that there is no run', async () => {
    expect(await environment.bulk(['resume', environment.folder])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no run'),
    });
  });
});

describe('bulk status and bulk report', () => {
  it('work while the run goes on, and without an identity', async () => {
    environment.recipients(40);
    const seen: Promise<Printed>[] = [];
    let page: Promise<string> | undefined;
    const elsewhere = new BulkEnvironment();
    let folder = '';
    await environment.run(['--json'], {
      onPrint: (out) => {
        folder ||= /"folder":"([^"]+)"/.exec(out)?.[1] ?? '';
        if (seen.length > 0 || !out.includes('"event":"result"')) return;
        seen.push(elsewhere.bulk(['status', folder]), elsewhere.bulk(['status', folder, '--json']));
        const reading = elsewhere.bulk(['report', folder]);
        page = reading.then(() => readFileSync(path.join(folder, 'report.html'), 'utf8'));
        seen.push(reading, environment.bulk(['resume', folder]), environment.run());
      },
    });
    const [status, json, report, resume, run] = await Promise.all(seen);
    elsewhere.remove();
    expect(status).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining(`in progress: process ${process.pid}`),
    });
    expect(JSON.parse(json?.out ?? '')).toMatchObject({ state: 'in-progress', totals: { rows: 40 } });
    expect(report).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^The run is in progress.*\n40 rows = /),
    });
    expect(await page).toContain('In progress');
    expect(await page).toContain('bulk status');
    expect(await page).not.toContain('bulk resume');
    for (const refused of [resume, run]) {
      expect(refused).toMatchObject({ code: 75, err: expect.stringContaining('The run is in progress: ') });
      expect(refused?.err).toContain(`  npx nodemailer-graph-transport bulk status ${folder}\n`);
      expect(refused?.err).not.toContain('bulk resume');
    }
  });

  it('call a run interrupted whose process ended without a word, and say what to do', async () => {
    environment.recipients(3);
    const folder = runFolder(await environment.run(['--limit', '1']));
    const journal = path.join(folder, 'journal.jsonl');
    const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
    writeFileSync(journal, `${lines.slice(0, -1).join('\n')}\n`);
    const { out } = await environment.bulk(['status', folder]);
    expect(out).toContain(`State       interrupted: process ${process.pid} on `);
    expect(out).toContain(`bulk resume ${folder}`);
    expect(await environment.bulk(['report', folder])).toMatchObject({ code: 0 });
    const page = readFileSync(path.join(folder, 'report.html'), 'utf8');
    expect(page).toContain('It was interrupted: its process ended before the run did.');
  });

  it('give the same numbers as the run did', async () => {
    environment.recipients(3, ['nobody,Nobody', 'p1@example.com,Twice']);
    const folder = runFolder(await environment.run());
    const sum = '5 rows = 3 sent + 1 rejected + 1 skipped + 0 unknown + 0 left\n';
    const status = await environment.bulk(['status', folder]);
    expect(status.out).toContain(sum);
    expect(status.out).toContain('State       complete');
    expect(status.out).toMatch(/^Mailbox {5}\S+: 3 in the last minute, 3 recipients in 24 hours$/m);
    expect((await environment.bulk(['report', folder])).out).toContain(sum);
  });
});

describe('bulk bounces', () => {
  it('reads what came back, writes it to the report and appends hard bounces to a suppression list', async () => {
    sandbox.tenant.apps.set({ clientId: sandbox.options.clientId, roles: ['Mail.Send', 'Mail.Read'] });
    environment.recipients(1, ['bounce@fault.test,Gone']);
    const folder = runFolder(await environment.run());
    const suppress = path.join(environment.folder, 'suppress.txt');
    const printed = await environment.bulk(['bounces', folder, '--suppress', suppress]);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toMatch(/^New: 1 \(1 refused for good/m);
    expect(readFileSync(suppress, 'utf8')).toContain('bounce@fault.test');
    expect(readFileSync(path.join(folder, 'report.csv'), 'utf8')).toMatch(/bounce@fault\.test.*5\.1/);
  });

  it('tells what it lacks when the application may not read the Inbox', async () => {
    environment.recipients(1);
    const folder = runFolder(await environment.run());
    expect(await environment.bulk(['bounces', folder])).toMatchObject({
      code: 77,
      err: expect.stringContaining('Mail.Read'),
    });
  });
});
