import { EventEmitter } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { parseEnv, stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processTerminal } from '../../../src/cli/common/terminal.js';
import { runProgram } from '../../../src/cli/program.js';
import { helpOf, QUESTIONS } from '../../../src/cli/setup/questions.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { SetupFixture } from './support.js';

const ownPem = makeCertificate().pem;

let fixture: SetupFixture;
beforeEach(() => {
  fixture = new SetupFixture();
});
afterEach(() => fixture.remove());

const ENTER = '\r';
const SPACE = ' ';
const DOWN = '\u001b[B';
const CTRL_C = '\u0003';

/** Runs `setup` on a terminal where somebody types `keys` when the words before them are shown, one after the other. */
async function typed(args: string[], answers: readonly [shown: string, keys: string][]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 40 });
  let [out, err] = ['', ''];
  let [next, seen] = [0, 0];
  stdout.on('data', (chunk) => {
    out = stripVTControlCharacters(out + chunk);
    const [shown, keys] = answers[next] ?? [];
    if (shown === undefined || keys === undefined || !out.slice(seen).includes(shown)) return;
    next++;
    seen = out.length;
    // Once the question listens.
    setImmediate(() => stdin.write(keys));
  });
  const stderr = { write: (text: string) => (err += text) };
  const terminal = { ...processTerminal, stdin, stdout, stderr, env: {}, signals: new EventEmitter() };
  const code = await runProgram(['setup', '--out', fixture.out, ...args], terminal);
  return { code, out, err, asked: next };
}

describe('setup on a terminal', () => {
  it('asks for what no flag says, and offers what is usual', async () => {
    const done = await typed(
      ['--certificate', fixture.write('own.pem', ownPem)],
      [
        ['Which mailbox sends', `noreply@contoso.com${ENTER}`],
        ['if it is missing', `y`],
        ['stay out of reach', `director@contoso.com${ENTER}`],
        ['kept to its mailboxes', `${DOWN}${ENTER}`],
        ['security group', ENTER],
        ['beside sending', `${SPACE}${ENTER}`],
        ['called', ENTER],
      ],
    );
    expect(done).toMatchObject({ code: 0, err: '', asked: 7 });
    const script = fixture.read('exchange-admin/restrict-mailboxes.ps1');
    expect(script).toContain("$Allowed = @('noreply@contoso.com')");
    expect(script).toContain('$CreateMailbox = $true');
    expect(script).toContain("$GroupAddress = 'graph-mailers@contoso.com'");
    expect(script).toContain('New-ApplicationAccessPolicy');
    // The first of the list.
    expect(parseEnv(fixture.read('developer/.env')).GRAPH_MAIL_FEATURES).toBe('bounces');
    expect(fixture.read('entra-admin/register-app.sh')).toContain("APP_NAME='graph-mailer'");
  });

  it('takes no answer that is none, and says why', async () => {
    const done = await typed(
      ['--denied-mailbox', 'director@contoso.com', '--create-mailbox'],
      [
        ['Which mailbox sends', `noreply${ENTER}`],
        ['The address has no @', `@contoso.com${ENTER}`],
        ['kept to its mailboxes', CTRL_C],
      ],
    );
    expect(done.asked).toBe(3);
  });

  it('refuses at once what would be refused at the end', async () => {
    const done = await typed(
      ['--create-mailbox', '--mailbox', 'noreply@contoso.com'],
      [
        ['stay out of reach', `NoReply@contoso.com${ENTER}`],
        ['needs another one', CTRL_C],
      ],
    );
    expect(done).toMatchObject({ code: 2, asked: 2 });
  });

  it('does not offer an access policy where a filter is given, which is for RBAC alone', async () => {
    const flags = ['--mailbox', 'noreply@contoso.com', '--denied-mailbox', 'director@contoso.com', '--create-mailbox'];
    const filter = ['--filter', "City -eq 'x'", '--certificate', fixture.write('own.pem', ownPem)];
    const done = await typed(
      [...flags, ...filter],
      [
        ['beside sending', ENTER],
        ['called', ENTER],
      ],
    );
    expect(done).toMatchObject({ code: 0, asked: 2 });
    expect(done.out).not.toContain('kept to its mailboxes');
  });

  it('writes nothing when somebody leaves', async () => {
    const done = await typed([], [['Which mailbox sends', CTRL_C]]);
    expect(done).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was written') });
    expect(existsSync(path.join(fixture.out, 'developer'))).toBe(false);
  });

  it('takes no example for an answer', async () => {
    const done = await typed(
      [],
      [
        ['for example noreply@contoso.com', ENTER],
        ['The address', CTRL_C],
      ],
    );
    expect(done).toMatchObject({ code: 2, asked: 2 });
  });

  it('comes to the same by Enter alone as by flags where nobody is asked', async () => {
    const needed = {
      '--mailbox': 'noreply@contoso.com',
      '--denied-mailbox': 'director@contoso.com',
      '--certificate': fixture.write('own.pem', ownPem),
    };
    const written = () =>
      readdirSync(fixture.out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .sort()
        .map((file) => [path.relative(fixture.out, file), readFileSync(file, 'utf8')]);
    expect(await fixture.setup(Object.entries(needed).flat())).toMatchObject({ code: 0, err: '' });
    const byFlags = written();
    rmSync(fixture.out, { recursive: true });
    const answers = QUESTIONS.filter(({ applies }) => applies?.({ out: '', certificate: 'x' }) ?? true).map(
      ({ name, question, default: usual }): [string, string] => {
        if (usual) return [question, ENTER];
        return [question, `${name === 'mailbox' ? needed['--mailbox'] : needed['--denied-mailbox']}${ENTER}`];
      },
    );
    const done = await typed(['--certificate', needed['--certificate']], answers);
    expect(done).toMatchObject({ code: 0, err: '', asked: answers.length });
    expect(written()).toEqual(byFlags);
  });

  it.each(QUESTIONS.map((question) => [question.flag, question] as const))(
    '%s has a reason in one line, and its default in the help of the flag',
    (_, { name, question, why, form, default: usual }) => {
      // Behind the sign of a question.
      expect(`◆  ${question} ${why}`.length).toBeLessThanOrEqual(80);
      expect(why).toMatch(/^[A-Z].*\.$/);
      const options = form.kind === 'choice' ? form.options : form.kind === 'several' ? form.options({ out: '' }) : [];
      for (const { label } of options) expect(`│  ● ${label}`.length).toBeLessThanOrEqual(80);
      const value = usual?.of({ out: '', mailbox: ['noreply@contoso.com'] });
      const [, help] = helpOf(name);
      const words = typeof value === 'string' ? value.replace('contoso.com', '') : '';
      expect(help).toContain(words);
      expect(help.includes('(default: ')).toBe(usual !== undefined && value !== false);
      // What has a default needs no example, and the other way round.
      if (form.kind === 'text') expect(form.example === undefined).toBe(usual !== undefined);
    },
  );

  it('asks nothing with --yes', async () => {
    const done = await typed(['--yes'], []);
    expect(done).toMatchObject({ code: 2, err: expect.stringContaining('--mailbox') });
  });
});
