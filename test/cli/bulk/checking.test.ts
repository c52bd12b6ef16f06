import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configuredTerminal } from '../../../src/cli/bulk/add-bulk-commands.js';
import { processTerminal } from '../../../src/cli/common/terminal.js';
import { graphTransport } from '../../../src/transport/graph-transport.js';
import { BulkEnvironment, events } from './support.js';

let environment: BulkEnvironment;
beforeEach(() => {
  environment = new BulkEnvironment();
});
afterEach(() => environment.remove());

describe('bulk run --dry-run', () => {
  it('tells how many mails there are and how long they take, and ends with 0', async () => {
    environment.recipients(60, ['p1@example.com,Twice']);
    const { code, out, err } = await environment.bulk(['run', ...environment.flags, '--dry-run']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^61 rows: 60 mails, 1 duplicate to skip\.$/m);
    expect(out).toMatch(
      /^60 mails from 1 mailbox at 30 a minute, as many as Exchange Online sends from one: about 1 min\.$/m,
    );
  });

  it('lists the rows that would be rejected, and ends with 65', async () => {
    environment.recipients(2, ['no address,Nobody', 'p3@@example.com,Three']);
    const { code, out } = await environment.run(['--dry-run']);
    expect(code).toBe(65);
    expect(out).toMatch(/^4 rows: 2 mails, 2 with problems\.$/m);
    expect(out).toMatch(/^ {2}Line 4: .*"no address"/m);
    expect(out).toMatch(/^ {2}Line 5: /m);
  });

  it('tells a problem that many rows have once, with the lines', async () => {
    environment.recipients(30, ['nobody,Nobody']);
    environment.write('template/text.hbs', 'Dear {{nmae}}');
    const { code, out } = await environment.run(['--dry-run']);
    expect(code).toBe(65);
    expect(out.match(/there is no "nmae"/g)).toHaveLength(1);
    expect(out).toMatch(
      /^ {2}Lines 2, 3, 4, 5, 6 and 25 more: Template text\.hbs: there is no "nmae" \(there is: email, name\); did you mean {{name}}\?$/m,
    );
    expect(out).toMatch(/^ {2}Line 32: .*no @$/m);
    // How long nothing takes is worth no word.
    expect(out).not.toContain('a minute');
  });

  it('prints the whole report as one JSON object with --json', async () => {
    environment.recipients(2, ['no address,Nobody']);
    const printed = await environment.run(['--dry-run', '--json']);
    expect(events(printed)).toMatchObject([{ event: 'check', rows: 3, ready: 2, problemCount: 1, plan: { days: 1 } }]);
  });

  it.each<[string, string[], NodeJS.ProcessEnv, boolean]>([
    ['of the environment', [], { GRAPH_MAIL_MAILBOX: 'other@contoso.example' }, true],
    ['of --mailbox', ['--mailbox', 'other@contoso.example'], {}, true],
    [
      'that is its own',
      ['--mailbox', 'noreply@contoso.example'],
      { GRAPH_MAIL_MAILBOX: 'other@contoso.example' },
      false,
    ],
    ['that nobody named', [], {}, false],
    [
      'of each of several senders',
      ['--from', 'b@contoso.example'],
      { GRAPH_MAIL_MAILBOX: 'other@contoso.example' },
      false,
    ],
  ])('says once that From differs from the mailbox: the one %s', async (_, args, env, differs) => {
    environment.recipients(3);
    const { code, out } = await environment.bulk(['run', ...environment.flags, '--dry-run', ...args], { env });
    expect(code).toBe(0);
    const note = 'Note: From is noreply@contoso.example, but the mailbox other@contoso.example sends. ';
    expect(out.split(note)).toHaveLength(differs ? 2 : 1);
    expect(out.includes('Send As')).toBe(differs);
  });

  it('fits into a terminal of 60 columns, where its commands are not broken', async () => {
    environment.recipients(2);
    const env = { COLUMNS: '60', GRAPH_MAIL_MAILBOX: 'other@contoso.example' };
    const { out } = await environment.bulk(['run', ...environment.flags, '--dry-run'], { env });
    expect(out).toContain('Send As');
    expect(out.split('\n').filter((line) => line.length > 60)).toEqual([]);
    const { err } = await environment.bulk(['run'], { env });
    expect(err).toMatch(/^ {2}npx .*--from 'Contoso News <news@contoso\.com>'$/m);
  });

  it('leaves nothing behind and needs no identity', async () => {
    environment.recipients(1);
    await environment.run(['--dry-run']);
    expect(existsSync(environment.runs)).toBe(false);
    expect(environment.connected).toEqual([]);
  });
});

describe('bulk run sends nothing', () => {
  it('when every row is bad', async () => {
    environment.recipients(0, ['nobody,Nobody']);
    expect(await environment.run()).toMatchObject({
      code: 65,
      err: 'Error: no row can be sent as it is. Nothing was sent.\n',
    });
  });

  it('when there are no recipients, or all of them are on the suppression list', async () => {
    environment.recipients(0);
    expect(await environment.run()).toMatchObject({ code: 65, err: expect.stringContaining('no recipients') });
    environment.recipients(2);
    const suppress = environment.write('suppress.txt', 'example.com\n');
    expect(await environment.run(['--suppress', suppress])).toMatchObject({
      code: 0,
      err: 'There is nobody to send to.\n',
    });
  });

  it('when more than 500 mails are not confirmed, or with another number', async () => {
    environment.recipients(501);
    expect(await environment.run()).toMatchObject({ code: 2, err: expect.stringContaining('--confirm 501') });
    expect(await environment.run(['--confirm', '500'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('501 mails'),
    });
    expect(await environment.run([], { typed: '500' })).toMatchObject({
      code: 2,
      out: expect.stringContaining('Type the number of mails (501)'),
      err: expect.stringContaining('Nothing was sent'),
    });
    expect(environment.connected).toEqual([]);
  });

  it('when it takes more than the allowance of a day, unless that is meant', async () => {
    environment.recipients(30);
    const refused = await environment.run(['--per-day', '10']);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--over-days') });
    expect(refused.out).toContain('10 recipients in 24 hours');
    const given = environment.run(['--per-day', '10', '--over-days']);
    // It goes as far as the transporter, of which there is none here.
    expect(await given).toMatchObject({ code: 1, err: expect.stringContaining('nothing must be sent here') });
  });

  it('when a file is missing or cannot be read, which is bad input', async () => {
    expect(await environment.run()).toMatchObject({ code: 65, err: expect.stringContaining('people.csv') });
    environment.write('people.csv', 'email,name\na@example.com\n');
    expect(await environment.run()).toMatchObject({ code: 65, err: expect.stringContaining('line 2') });
    environment.recipients(1);
    environment.write('template/text.hbs', '{{#if}}');
    expect(await environment.run()).toMatchObject({ code: 65, err: expect.stringContaining('text') });
  });

  it.each([
    [['--rate', 'fast'], 'a string of 4 characters, is invalid. Expected a number from 1, or none.'],
    [['--max-errors', '200%'], 'a share such as 5%'],
    [['--header', 'Precedence'], "'Name: value'"],
    [['--delivery', 'pigeon'], 'direct or draft'],
    [['--from', 'noreply@contoso.example'], 'given twice'],
    [['--from', 'other@contoso.example', '--mailbox', 'noreply@contoso.example'], '--mailbox goes with one --from'],
    [['--dry-run', '--test-to', 'me@contoso.example'], '--dry-run sends nothing and --test-to sends'],
    [['--json', '--test-to', 'me@contoso.example'], 'leave --json out'],
    [['--unsubscribe-url', 'http://contoso.example/{{email}}'], '--unsubscribe-url must begin with https://'],
    [['--header', 'Bcc: all@contoso.example'], 'Error: --header: "Bcc" cannot be given'],
    [['--header', 'List-Unsubscribe: <https://a.example>'], 'there are --unsubscribe-url and --unsubscribe-mailto'],
    [['--list-id', 'our news'], 'Error: --list-id is a string of 8 characters'],
    [['--no-such-flag'], 'unknown option'],
  ])('when the command is not right: %j', async (args, problem) => {
    environment.recipients(1);
    expect(await environment.run(args)).toMatchObject({ code: 2, err: expect.stringContaining(problem) });
    expect(existsSync(environment.runs)).toBe(false);
  });

  it('when the folder for runs cannot be made', async () => {
    environment.recipients(1);
    const runs = path.join(environment.write('a-file', ''), 'runs');
    expect(await environment.run(['--runs', runs])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`--runs ${runs}`),
    });
  });

  it('when something that is needed is not given', async () => {
    expect(await environment.bulk([])).toMatchObject({ code: 2 });
    const program = 'npx nodemailer-graph-transport bulk';
    const from = "--from 'Contoso News <news@contoso.com>'";
    // What was given is not repeated: it may be a secret in the wrong place.
    const example = `--recipients customers.csv --template newsletter/ ${from}`;
    const cases: [string[], string, string][] = [
      [['run'], '--recipients, --template and --from are missing', `run ${example}`],
      [['run', '--recipients', 'my list.csv'], '--template and --from are missing', `run ${example}`],
      [
        ['run', '--template', 't', '--from', 'It is us <a@b.example>', '--dry-run'],
        '--recipients is missing',
        `run ${example}`,
      ],
      [
        ['run', '--recipients', 'r.csv', '--env-file', 'graph mailer/.env'],
        '--template and --from are missing',
        `run --env-file 'graph mailer/.env' ${example}`,
      ],
      [
        ['run', '--recipients', 'r.csv', '--no-env-file'],
        '--template and --from are missing',
        `run --no-env-file ${example}`,
      ],
      [
        ['preview', '--recipients', '-r.csv'],
        '--template, --from and --out are missing',
        `preview ${example} --out preview`,
      ],
    ];
    for (const [args, missing, command] of cases) {
      const err = `Error: ${missing}. For instance:\n  ${program} ${command}\n`;
      expect(await environment.bulk(args)).toEqual({ code: 2, out: '', err });
    }
  });
});

describe('bulk preview', () => {
  it('writes the first mails into a folder and tells what to open', async () => {
    environment.recipients(7);
    const out = path.join(environment.folder, 'preview');
    const printed = await environment.bulk(['preview', ...environment.flags, '--out', out, '--count', '2']);
    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toBe(`2 mails written. Open ${path.join(out, 'index.html')}\n`);
    expect(existsSync(path.join(out, 'index.html'))).toBe(true);
  });

  it('tells which rows make no mail, and ends with 65', async () => {
    environment.recipients(1, ['nobody,Nobody']);
    const out = path.join(environment.folder, 'preview');
    const printed = await environment.bulk(['preview', ...environment.flags, '--out', out]);
    expect(printed).toMatchObject({ code: 65, out: expect.stringContaining('line 3') });
  });

  it('writes over an earlier preview, and over nothing else', async () => {
    environment.recipients(1);
    const out = path.join(environment.folder, 'preview');
    const preview = () => environment.bulk(['preview', ...environment.flags, '--out', out]);
    expect(await preview()).toMatchObject({ code: 0 });
    expect(await preview()).toMatchObject({ code: 0 });
    const page = environment.write('preview/index.html', '<h1>Our website</h1>');
    expect(await preview()).toMatchObject({ code: 65, err: expect.stringContaining('holds "index.html"') });
    expect(readFileSync(page, 'utf8')).toBe('<h1>Our website</h1>');
  });

  it('says so when the folder cannot be made', async () => {
    environment.recipients(1);
    const out = environment.write('a-file', '');
    const printed = await environment.bulk(['preview', ...environment.flags, '--out', out]);
    expect(printed).toMatchObject({ code: 65, err: expect.stringContaining(`The folder ${out}`) });
  });
});

it('the help names the exit codes', async () => {
  const { code, out } = await environment.bulk(['run', '--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/Exit codes:[\s\S]*130 {2}interrupted/);
});

describe('a list as a spreadsheet writes it', () => {
  it('tells once of rows without content', async () => {
    environment.write('people.csv', '\uFEFFE-Mail;name;;\r\na@x.example;Ann;;\r\n;;;\r\nb@x.example;Bob;;\r\n;;;\r\n');
    const { code, out } = await environment.run(['--dry-run']);
    expect(code).toBe(0);
    expect(out).toMatch(/^2 rows: 2 mails\.$/m);
    expect(out.match(/Note: Rows whose .*/g)).toEqual([
      'Note: Rows whose cells are all empty are passed over, the first on line 3 (2 rows)',
    ]);
  });

  const two = 'Mail;E-Mail;name\na@x.example;b@x.example;Ann\n';
  it.each(['run', 'preview'])(
    'of two columns of addresses, asks for --email-column in `bulk %s`, and obeys it',
    async (command) => {
      environment.write('people.csv', two);
      const more = command === 'run' ? ['--dry-run'] : ['--out', path.join(environment.folder, 'out')];
      const refused = await environment.bulk([command, ...environment.flags, ...more]);
      expect(refused.code).toBe(65);
      expect(refused.err).toContain(
        'line 1: the columns "Mail" and "E-Mail" may each hold the address: say which one with --email-column',
      );
      expect(refused.err).not.toContain('emailColumn');
      const { code } = await environment.bulk([command, ...environment.flags, ...more, '--email-column', 'mail']);
      expect(code).toBe(0);
    },
  );

  it('tells of a missing folder of attachments by the flag', async () => {
    environment.write('people.csv', 'email,name,attachments\na@x.example,Ann,a.pdf\n');
    const { out } = await environment.run(['--dry-run']);
    expect(out).toContain('but --attachments is not set');
    expect(out).not.toContain('attachmentsFolder');
  });
});

describe('a bulk command that sends or reads', () => {
  it.each([
    ['nothing', '', /^Nothing is configured/],
    [
      'the ids that the Entra administrator has yet to send',
      'AZURE_TENANT_ID=\nAZURE_CLIENT_ID=\nAZURE_CLIENT_CERTIFICATE_PATH=/key.pem\nGRAPH_MAIL_MAILBOX=a@x.example\n',
      /^AZURE_TENANT_ID and AZURE_CLIENT_ID are empty in the \.env file .*mailer\.env\.$/,
    ],
  ])('says by variables and flags what is missing, with %s configured', (_, text, message) => {
    const envFile = environment.write('mailer.env', text);
    const connect = (options: object) => createTransport(graphTransport(options));
    const terminal = configuredTerminal({ ...processTerminal, env: {}, connect }, { envFile });
    expect(() => terminal.connect({ mailbox: 'a@x.example' })).toThrow(message);
  });
});
