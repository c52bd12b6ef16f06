import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { decodeUtf8 } from '../../src/bulk/common/utf8.js';
import { nextSteps } from '../../src/bulk/report/next-steps.js';
import { noTotals } from '../../src/bulk/report/totals.js';
import { resumeCommand } from '../../src/cli/bulk/ending-text.js';
import { checkCertificateFile } from '../../src/cli/doctor/checks/certificate.js';
import { sandboxBanner } from '../../src/cli/sandbox/sandbox-command.js';
import { closingText } from '../../src/cli/setup/closing-text.js';
import type { HandoutInput } from '../../src/cli/setup/common/answers.js';
import { developerHandout } from '../../src/cli/setup/handouts/developer.js';
import { OwnCommands } from '../../src/common/own-commands.js';
import { fileWord, setVariable, shellCommand } from '../../src/common/shell-quoting.js';
import { snippets } from '../../src/sandbox/page/connect/snippets.js';
import { powerShellTokens } from '../cli/setup/powershell-tokens.js';

/** Names that a file may have, and that a shell would take for something else. */
const names = [
  'plain',
  'two words',
  "bob's list",
  'say "hi"',
  '$HOME $(touch pwned) $x',
  '`touch pwned`',
  'a;touch pwned;#',
  'a&&b|c>d<e',
  '!! !x',
  '100% %PATH%',
  '*?[a]',
  '~',
  '~root',
  '=ls',
  '-rf',
  '--help',
  'back\\slash',
  'two\nlines',
  'tab\there',
  'escape\u001b[2J',
  'C1 \u009b2J',
  'turned \u202e txt',
  'café \u2018smart\u2019 名 🔑',
  '@splat',
  '1e3',
  "'",
  '\\',
];

const folder = mkdtempSync(path.join(tmpdir(), 'quoting-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The words that a POSIX shell takes a command apart into. */
function wordsOf(command: string): string[] {
  const script = `set -- ${command}\nprintf '%s\\0' "$@"`;
  return execFileSync('sh', ['-c', script], { cwd: folder }).toString().split('\0').slice(0, -1);
}

/** A path is not taken for a flag. */
const asFile = (name: string) => (name.startsWith('-') ? `./${name}` : name);

const totals = { ...noTotals(), unknown: 1, left: 1, rejectedAs: { row: 0, send: 1 } };
const stepsOf = (run: string, platform: NodeJS.Platform) =>
  nextSteps({
    totals: { ...totals, delivery: { delivered: 1, bounced: 1, hard: 1, delayed: 0, failed: 0, pending: 1 } },
    folder: run,
    bouncesRead: false,
    canReadBounces: true,
    commands: new OwnCommands({ platform }),
    suppress: undefined,
  }).flatMap(({ commands }) => commands);

function packet(name: string): HandoutInput {
  const validTo = new Date(0);
  return {
    answers: {
      mode: 'rbac',
      name: 'mailer',
      mailboxes: ["o'neil@contoso.com"],
      deniedMailbox: '$x@contoso.com',
      scope: { kind: 'group', address: 'g@contoso.com' },
      createMailbox: false,
      cloud: 'global',
    },
    certificate: {
      validFrom: validTo,
      validTo,
      thumbprintSha1: '',
      thumbprintSha256: '',
      subject: '',
      pem: '',
    } as never,
    certificatePath: 'x.pem',
    keyMade: true,
    publicFile: 'x.cer',
    folder: name,
    sandbox: { url: 'https://127.0.0.1:1', inboxUrl: 'http://127.0.0.1:2', ca: '' },
  };
}

const program = ['npx', 'nodemailer-graph-transport'];

/** Every text that prints a command with a path in it: the command, and the words that it must come to. */
const producers: Record<string, (name: string) => [command: string, words: string[]][]> = {
  'the command that resumes a run': (name) => [
    [resumeCommand(name, new OwnCommands({ platform: 'linux' })), [...program, 'bulk', 'resume', asFile(name)]],
  ],
  'what can be done next': (name) =>
    stepsOf(name, 'linux').map((command, index) => {
      const [verb = '', ...flags] = stepCommands[index] ?? [];
      return [command, [...program, 'bulk', verb, asFile(name), ...flags]];
    }),
  'the advice on encodings': (name) => {
    const { message } = failureOf(() => decodeUtf8(Buffer.from([0xfc]), name));
    const command = /iconv [\s\S]*(?= > converted\.csv)/.exec(message)?.[0] ?? '';
    return [[command, ['iconv', '-f', 'WINDOWS-1252', '-t', 'UTF-8', asFile(name)]]];
  },
  'the end of setup': (name) => {
    const command =
      /npx nodemailer-graph-transport send[\s\S]*--text Hello/.exec(closingText(packet(name), 'linux'))?.[0] ?? '';
    const file = `${asFile(name)}/developer/.env`;
    return [
      [
        command,
        [...program, 'send', '--env-file', file, '--to', 'ana@example.com', '--subject', 'Hello', '--text', 'Hello'],
      ],
    ];
  },
  "the developer's README": (name) => {
    const readme = (sandbox: boolean) =>
      developerHandout(sandbox ? packet(name) : { ...packet(name), sandbox: undefined }, 'ca.pem', 'linux').find(
        (file) => file.path === 'developer/README.md',
      )?.text ?? '';
    const run = /\n(node [\s\S]*?)\n```/.exec(readme(true))?.[1] ?? '';
    const check = /\n(npx nodemailer-graph-transport doctor[\s\S]*?--probe)\n/.exec(readme(false))?.[1] ?? '';
    return [
      [run, ['node', path.resolve(name, 'developer/send-test.mjs')]],
      [
        check,
        [
          ...program,
          'doctor',
          '--env-file',
          path.resolve(name, 'developer/.env'),
          '--mode',
          'rbac',
          '--mailbox',
          "o'neil@contoso.com",
          '--denied-mailbox',
          '$x@contoso.com',
          '--probe',
        ],
      ],
    ];
  },
  'the banner of the sandbox': (name) => {
    const text = sandboxBanner(
      {
        inboxUrl: 'http://127.0.0.1:2/',
        url: 'https://localhost:1',
        names: [],
        tenantId: 't',
        clientId: 'c',
        mailboxes: ["o'neil@contoso.com"],
        anyMailbox: false,
        certificateFile: `/srv/${name}`,
        caFile: `/elsewhere/${name}`,
        folder: '/srv',
        secret: 's',
      },
      '/srv',
      'linux',
    );
    const setup = /^npx (.*)$/m.exec(text)?.[1] ?? '';
    // A name may go over several lines.
    const file = (from: string, to: string) => text.slice(text.indexOf(from) + from.length, text.indexOf(to)).trim();
    return [
      [setup, ['nodemailer-graph-transport', 'setup', '--sandbox', 'http://127.0.0.1:2/']],
      [file('Certificate, key', 'Authority (CA)'), [name.startsWith('-') ? `./${name}` : name]],
      [file('Authority (CA)', 'For a key,'), [`/elsewhere/${name}`]],
    ];
  },
};

const stepCommands = [
  ['resume', '--verify'],
  ['resume', '--resend-unknown'],
  ['resume'],
  ['retry', '--failed'],
  ['bounces', '--suppress', 'suppressed.txt'],
  ['bounces'],
];

function failureOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing failed');
}

describe.each(Object.keys(producers))('%s', (producer) => {
  it.each(names)('holds a path named %j as one word', (name) => {
    const commands = producers[producer]?.(name) ?? [];
    expect(commands.length).toBeGreaterThan(0);
    for (const [command, words] of commands) {
      expect(wordsOf(command)).toEqual(words);
      // Nothing that a terminal obeys.
      expect(command.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });
});

it.skipIf(process.platform === 'win32').each(names)('the cure for an open key file named %j', async (name) => {
  const file = path.join(folder, name.replaceAll('/', '_'));
  writeFileSync(file, 'x', { mode: 0o644 });
  const settings = { identity: { credential: { kind: 'certificate', source: { paths: [file] }, from: 'x' } } };
  const [check] = await checkCertificateFile({
    blocked: () => undefined,
    commands: new OwnCommands({ platform: 'linux', from: 'anywhere' }),
    settings,
    environment: { platform: 'linux' },
  } as never);
  const command = /chmod 600 [\s\S]*$/.exec(check?.cure ?? '')?.[0] ?? '';
  expect(wordsOf(command)).toEqual(['chmod', '600', file]);
});

test.each(names)('a variable is set to %j', (value) => {
  const printed = execFileSync('sh', ['-c', `${setVariable('NAME', value, 'linux')}\nprintf '%s' "$NAME"`]).toString();
  expect(printed).toBe(value);
});

test.each(names)('on Windows, PowerShell reads %j as one word', (name) => {
  for (const command of [
    shellCommand(['npx', fileWord(name)], 'win32'),
    resumeCommand(name, new OwnCommands({ platform: 'win32' })),
  ]) {
    expect(command).toMatch(/^[\x20-\x7e]*$/);
    const kinds = powerShellTokens(command).map(({ kind }) => kind);
    // A plain word, or one string: nothing that expands, and no second command.
    expect(kinds).not.toContain('expandable');
    expect(kinds).not.toContain('comment');
  }
});

const powerShell = spawnSync('pwsh', ['-NoProfile', '-Command', '1']).status === 0;
if (!powerShell) console.warn('pwsh is not installed: its quoting is read by a tokenizer, and not run');
test.skipIf(!powerShell).each(names)('PowerShell itself gives back %j', (name) => {
  const command = shellCommand(['Write-Output', fileWord(name)], 'win32');
  const { stdout } = spawnSync('pwsh', [
    '-NoProfile',
    '-Command',
    `[Console]::OutputEncoding = [Text.Encoding]::UTF8; ${command}`,
  ]);
  expect(stdout.toString().replace(/\r?\n$/, '')).toBe(asFile(name));
});

test('the page of the sandbox quotes what its tenant is made of', () => {
  const mailbox = "o'neil+$(id)@contoso.com";
  const all = snippets({
    tenantId: "t'1",
    clientId: 'c 2',
    clientSecret: "s'3",
    caPath: "my ca's.pem",
    mailbox,
    authorityHost: 'https://127.0.0.1:1',
    graphHost: 'https://127.0.0.1:1',
  } as never);
  const titled = (title: string) => all.find((one) => one.title === title)?.text;
  const [options, curl] = [titled('graphTransport() by options'), titled('curl')];
  const literal = /mailbox: ('.*'),/.exec(options ?? '')?.[1] ?? '';
  expect(new Function(`return ${literal}`)()).toBe(mailbox);
  const [, first = ''] = /TOKEN=\$\(curl ([\s\S]*?) \\\n {2}--data-urlencode \S*scope=/.exec(curl ?? '') ?? [];
  expect(wordsOf(first)).toEqual([
    '-sS',
    '--cacert',
    "my ca's.pem",
    "https://127.0.0.1:1/t'1/oauth2/v2.0/token",
    '-d',
    'grant_type=client_credentials',
    '--data-urlencode',
    'client_id=c 2',
    '--data-urlencode',
    "client_secret=s'3",
  ]);
  const [, url = ''] = / -i ([\s\S]*?) \\\n/.exec(curl ?? '') ?? [];
  expect(wordsOf(url).slice(2)).toEqual([`https://127.0.0.1:1/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`]);
});

test('no word holds a NUL', () => {
  expect(() => shellCommand(['x', 'a\0b'], 'linux')).toThrow('NUL');
  expect(() => setVariable('NAME', 'a\0b', 'linux')).toThrow('NUL');
  expect(() => shellCommand(['x', 'a\0b'], 'win32')).toThrow('NUL');
});
