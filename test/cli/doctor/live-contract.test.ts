// The live run of the installed command, with a sandbox in the place of the tenant.
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { processTerminal, type Terminal } from '../../../src/cli/common/terminal.js';
import { questions, topics } from '../../../src/cli/live/probes.js';
import { MOST_MAILS } from '../../../src/cli/live/run.js';
import { runProgram } from '../../../src/cli/program.js';
import { systemClock } from '../../../src/common/clock.js';
import { clientId, DoctorFixture, mailbox, tenantId } from './support.js';

const tenant = {
  apps: [{ clientId, roles: ['Mail.Send', 'Mail.ReadWrite'] }],
  mimeContentType: 'any-charset' as const,
};
let fixture: DoctorFixture;
let folder: string;
beforeAll(async () => {
  fixture = await DoctorFixture.start(tenant);
});
afterAll(() => fixture.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'live-contract-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function doctor(
  args: readonly string[],
  {
    typed,
    tenant = fixture,
    alone = false,
    onOutput,
  }: {
    typed?: string;
    tenant?: DoctorFixture;
    alone?: boolean;
    onOutput?: (all: string, signals: EventEmitter) => void;
  } = {},
): Promise<Ran> {
  let [out, err] = ['', ''];
  const isTTY = typed !== undefined;
  const signals = new EventEmitter();
  const stdin = Object.assign(new PassThrough(), { isTTY });
  if (isTTY) stdin.end(typed);
  const terminal: Terminal = {
    stdin,
    stdout: {
      isTTY,
      write: (text) => {
        out += text;
        onOutput?.(out, signals);
      },
    },
    stderr: { write: (text) => (err += text) },
    env: { ...tenant.env, NO_COLOR: '1' },
    clock: systemClock,
    signals,
    connect: processTerminal.connect,
  };
  const code = await runProgram(['doctor', '--no-env-file', ...(alone ? [] : ['--live-contract']), ...args], terminal);
  return { code, out, err };
}

const report = (name = 'report.md') => path.join(folder, name);

describe('doctor --live-contract', () => {
  test('tries every probe, says what it did, cleans up, and writes a report without names', async () => {
    const file = report();
    const { code, out, err } = await doctor(['--to', 'ana@example.com', '--to', mailbox, '--yes', '--report', file]);
    expect(err).toBe('');
    expect(out).toContain(`To           ana@example.com, ${mailbox}, and nobody else`);
    expect(out).toContain('the sandbox at');
    expect(out).toContain(`Report: ${file}`);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('| Tried against | sandbox |');
    for (const { id } of [...topics.flatMap(({ cases }) => [...cases]), ...questions])
      expect(text).toContain(`| ${id} |`);
    expect(text).toMatch(/\| Contract \| \d+ held, 0 did not hold, 0 not tried \|/);
    expect(text).toMatch(/\| Open questions \| \d+ held, 0 did not hold, 2 not tried \|/);
    expect(text).toMatch(
      /\| send-mail\.1 \| .* \| POST Graph \/v1\.0\/users\/\{mailbox\}\/sendMail \(MIME, \d+ bytes, to recipient 1\) → 202 \| \*\*held\*\* \| send-\d+/,
    );
    expect(text).toMatch(/\| token\.11 \|.* → 401 AADSTS700027 \|/);
    expect(text).toContain('What arrived at recipient 1: nobody but they can delete it.');
    expectNoNames(text);
    expect(code).toBe(0);
    // No more is sent than the plan says, which is not much more than a run needs.
    const { submissions } = fixture.sandbox.stats();
    expect(submissions).toBeLessThanOrEqual(MOST_MAILS);
    expect(Number(/\| Mails sent at most \| (\d+) \|/.exec(text)?.[1])).toBeGreaterThan(MOST_MAILS - 5);
    const { drafts, sentItems, inbox } = fixture.sandbox.mailbox(mailbox);
    expect([drafts, sentItems, inbox]).toEqual([[], [], []]);
  }, 120_000);

  test('says what stays where it may not delete, and writes JSON', async () => {
    const own = await DoctorFixture.start({ ...tenant, apps: [{ clientId, roles: ['Mail.Send'] }] });
    onTestFinished(() => own.close());
    const file = report('report.json');
    const { code, err } = await doctor(['--to', 'ana@example.com', '--yes', '--report', file], { tenant: own });
    expect(err).toBe('');
    const text = readFileSync(file, 'utf8');
    const { about, probes } = JSON.parse(text);
    expect(about).toMatchObject({ where: 'sandbox', end: 'complete', permissions: ['Mail.Send'], deleted: 0 });
    expect(about.stays).toEqual([
      "The copies in the sender's Sent Items, and what came to its Inbox: deleting needs Mail.ReadWrite.",
      'What arrived at recipient 1: nobody but they can delete it.',
    ]);
    expect(probes.find(({ id }: { id: string }) => id === 'drafts.1')).toMatchObject({
      verdict: 'not tried',
      seen: 'needs Mail.ReadWrite',
      exchanges: [],
    });
    expectNoNames(text);
    expect(code).toBe(0);
  }, 120_000);

  test('ends at Ctrl-C, deletes what it made, and writes what it saw', async () => {
    const file = report();
    let interrupted = false;
    const onOutput = (all: string, signals: EventEmitter) => {
      if (interrupted || !all.includes('MIME makes a draft')) return;
      interrupted = true;
      signals.emit('SIGINT');
    };
    const { code } = await doctor(['--to', mailbox, '--yes', '--report', file], { onOutput });
    expect(code).toBe(130);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('| The run | was interrupted |');
    expect(text).toMatch(/\| drafts\.13 \| .* \| {2}\| \*\*not tried\*\*: the run was interrupted \|/);
    expectNoNames(text);
    const { drafts, sentItems, inbox } = fixture.sandbox.mailbox(mailbox);
    expect([drafts, sentItems, inbox]).toEqual([[], [], []]);
  }, 120_000);

  test('names what it could not delete, and does not end as if all were well', async () => {
    const takeBack = fixture.sandbox.fault({ on: 'deleteDraft', status: 503 });
    onTestFinished(takeBack);
    const file = report();
    let interrupted = false;
    const onOutput = (all: string, signals: EventEmitter) => {
      if (interrupted || !all.includes('a message in base64 is accepted')) return;
      interrupted = true;
      signals.emit('SIGINT');
    };
    await doctor(['--to', mailbox, '--yes', '--report', file], { onOutput });
    expect(readFileSync(file, 'utf8')).toMatch(/\| What stays \| \d+ messages? in .* could not be deleted\./);
    fixture.sandbox.clear();
  }, 120_000);
});

describe('doctor --live-contract --remove-role', () => {
  test('waits for a person, and tells which tokens go on', async () => {
    const own = await DoctorFixture.start(tenant);
    onTestFinished(() => own.close());
    const file = report('report.json');
    let asked = false;
    const onOutput = (all: string) => {
      if (asked || !all.includes('Type done when it is away')) return;
      asked = true;
      own.sandbox.tenant.apps.set({ clientId, roles: ['Mail.ReadWrite'] });
    };
    const args = ['--to', mailbox, '--remove-role', '--report', file];
    const { code, err } = await doctor(args, { tenant: own, typed: 'yes\ndone\n', onOutput });
    expect(err).toBe('');
    const { probes } = JSON.parse(readFileSync(file, 'utf8'));
    expect(probes.find(({ id }: { id: string }) => id === 'role-removal.1')).toMatchObject({
      verdict: 'held',
      seen: '0 s after it was taken away: a new token, 403 ErrorAccessDenied; one of before, 400 ErrorInvalidRecipients',
    });
    expect(code).toBe(0);
  }, 120_000);

  test('is for a terminal', async () => {
    const before = fixture.sandbox.requests().length;
    const { code, err } = await doctor(['--to', mailbox, '--yes', '--remove-role']);
    expect(err).toContain('--remove-role is for a terminal');
    expect(code).toBe(2);
    expect(fixture.sandbox.requests().length).toBe(before);
  });
});

describe('before anybody has agreed, doctor --live-contract', () => {
  const to = ['--to', 'ana@example.com'];

  test.each<[what: string, args: string[], message: string, typed?: string]>([
    ['nobody can be asked', to, 'Nobody can be asked whether to begin: add --yes. Nothing was sent.'],
    ['no address is given and nobody can be asked', ['--yes'], 'give --to, once for each'],
    ['the answer is another', to, 'The answer was not yes. Nothing was sent.', 'y\n'],
    ['there is no answer', to, 'The answer was not yes. Nothing was sent.', ''],
    ['no address is typed', [], 'No address was given. Nothing was sent.', '\n'],
    ['what is typed is no address', [], 'The address ana ', 'ana\nyes\n'],
    ['an address of the flags is none', ['--to', 'ana', '--yes'], 'The address'],
    ['the mailbox is an object id', [...to, '--yes', '--mailbox', tenantId], 'needs the address of the mailbox'],
    ['the report is of another kind', [...to, '--yes', '--report', 'report.txt'], 'ends in .md or .json'],
    ['the report has nowhere to go', [...to, '--yes', '--report', '/nowhere/report.md'], 'cannot be written'],
    ['another task is given too', [...to, '--yes', '--probe'], '--probe does not go with --live-contract'],
    ['a mail is to be sent too', [...to, '--yes', '--send-to', 'a@b.example'], '--send-to does not go with'],
    ['there are two mailboxes', [...to, '--yes', '--mailbox', mailbox, '--mailbox', 'a@b.example'], 'one --mailbox'],
  ])('asks nothing of anybody where %s', async (_what, args, message, typed) => {
    const before = fixture.sandbox.requests().length;
    const { code, err } = await doctor(args, typed === undefined ? {} : { typed });
    expect(err).toContain(message);
    expect(code).toBe(2);
    expect(fixture.sandbox.requests().length).toBe(before);
  });

  test('overwrites no report', async () => {
    const file = report();
    writeFileSync(file, 'of yesterday');
    const { code, err } = await doctor([...to, '--yes', '--report', file]);
    expect(err).toContain('is there already');
    expect(code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('of yesterday');
  });

  test('wants a certificate', async () => {
    const before = fixture.sandbox.requests().length;
    const own = Object.assign(Object.create(fixture), {
      env: { ...fixture.env, AZURE_CLIENT_CERTIFICATE_PATH: '', AZURE_CLIENT_SECRET: 'a secret of somebody' },
    });
    const { code, err } = await doctor([...to, '--yes'], { tenant: own });
    expect(err).toContain('signs in by certificate');
    expect(code).toBe(2);
    expect(fixture.sandbox.requests().length).toBe(before);
  });

  test.each([['--to', 'a@b.example'], ['--report', 'a.md'], ['--yes'], ['--remove-role']])(
    '%s goes with it only',
    async (...args) => {
      const { code, err } = await doctor(args, { alone: true });
      expect(err).toContain(`${args[0]} goes with --live-contract.`);
      expect(code).toBe(2);
    },
  );

  test('takes addresses and a yes from a person', async () => {
    const { out, err } = await doctor(['--report', report()], {
      typed: 'ana@example.com, bob@example.com\nYes\n',
      onOutput: (all, signals) => void (all.includes('Run ') && signals.emit('SIGINT')),
    });
    expect(err).toBe('');
    expect(out).toContain('To           ana@example.com, bob@example.com, and nobody else');
    expect(out).toContain('Type yes to begin');
    expect(out).toMatch(/Run [0-9a-f]{8}: noreply@contoso\.example, mail to ana@example\.com, bob@example\.com only$/m);
  });

  test('ends with the first check that fails, before it sends', async () => {
    const own = Object.assign(Object.create(fixture), {
      env: { ...fixture.env, AZURE_CLIENT_ID: tenantId.replace('7', '8') },
    });
    const { code, out } = await doctor([...to, '--yes', '--report', report()], { tenant: own });
    expect(out).toContain('✗ Token: failed');
    expect(out).toContain('The live contract was not tried. Nothing was sent.');
    expect(code).toBe(78);
  });
});

function expectNoNames(text: string): void {
  for (const name of ['@', '.example', 'contoso', tenantId, clientId, 'eyJ', 'PRIVATE KEY', 'localhost', '127.0.0.1']) {
    expect(text).not.toContain(name);
  }
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/i);
  for (const words of ['Sent by a contract test', 'contract test', 'Two spaces', 'Grüße'])
    expect(text).not.toContain(words);
}
