import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noTotals } from '../../src/bulk/report/totals.js';
import { adviceLines, resumeCommand } from '../../src/cli/bulk/ending-text.js';
import { processTerminal } from '../../src/cli/common/terminal.js';
import { createProgram } from '../../src/cli/program.js';
import { OwnCommands } from '../../src/common/own-commands.js';
import { snippets } from '../../src/sandbox/page/connect/snippets.js';
import type { Command } from '../../src/vendor/commander.js';
import { SetupFixture, usualFlags } from '../cli/setup/support.js';
import { root } from '../helpers/run-node.js';
import {
  commandsOfMarkdown,
  commandsOfShell,
  commandsOfSource,
  commandsOfText,
  type PrintedCommand,
  problemOf,
} from './printed-commands.js';
import { allRefusalHints, helpOf, troubleshootingTables } from './tables.js';

const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

async function problemsOf(
  commands: readonly PrintedCommand[],
  files: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const problems: string[] = [];
  for (const command of commands) {
    const problem = await problemOf(command, files);
    if (problem !== undefined) problems.push(`${command.text}: ${problem}`);
  }
  return problems;
}

/** What a shell says of a script that it only reads. */
function syntaxProblem(script: string): string {
  const { stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
  return stderr;
}

/** What `setup` writes, and so may be named in a document. */
const written = new Set(['send-test.mjs']);

describe('a document', () => {
  const documents = [
    ...readdirSync(root).filter((name) => name.endsWith('.md')),
    ...['docs', 'examples'].flatMap((folder) =>
      (readdirSync(path.join(root, folder), { recursive: true }) as string[])
        .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
        .map((name) => `${folder}/${name}`),
    ),
  ];

  it.each(documents)('%s has commands that can be pasted', async (name) => {
    expect(await problemsOf(commandsOfMarkdown(textOf(name)), written)).toEqual([]);
    for (const [, block = ''] of textOf(name).matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)) {
      expect(syntaxProblem(block.replaceAll(/<[A-Za-z][^<>\n]*>/g, 'x'))).toBe('');
    }
  });

  it('is read: README, guide and CONTRIBUTING have some', () => {
    expect(documents.length).toBeGreaterThan(12);
    for (const [name, least] of [
      ['README.md', 5],
      ['docs/guide.md', 5],
      ['docs/bulk.md', 10],
      ['CONTRIBUTING.md', 10],
    ] as const) {
      expect(commandsOfMarkdown(textOf(name)).length, name).toBeGreaterThanOrEqual(least);
    }
  });
});

it('the comments of the examples name programs that there are', async () => {
  const examples = readdirSync(path.join(root, 'examples')).filter((name) => /\.[cm]?js$/.test(name));
  const lines = examples.flatMap((name) =>
    [...textOf(`examples/${name}`).matchAll(/^\/\/.*?((?:\w+=\S+ )*(?:node|npx) .*)$/gm)].map(([, line = '']) => line),
  );
  expect(lines.length).toBeGreaterThan(1);
  expect(await problemsOf(lines.flatMap((line) => commandsOfShell(line, 'sh')))).toEqual([]);
});

it('the help of every command has commands that there are', async () => {
  const paths: string[][] = [];
  const walk = (command: Command, names: string[]) => {
    paths.push(names);
    for (const one of command.commands) walk(one, [...names, one.name()]);
  };
  walk(
    createProgram(processTerminal, () => {}),
    [],
  );
  expect(paths.length).toBeGreaterThan(14);
  for (const names of paths) {
    const help = await helpOf(...names);
    expect(help).toContain('Usage: nodemailer-graph-transport');
    // The first line shows the form of a command, not one.
    expect(await problemsOf(commandsOfText(help.replace(/^.*\n/, '')))).toEqual([]);
  }
});

it('what the sources print or make has flags that there are', async () => {
  const files = globFiles('src').filter((name) => name.endsWith('.ts'));
  const commands = files.flatMap((name) => commandsOfSource(textOf(name)));
  expect(commands.length).toBeGreaterThan(10);
  expect(await problemsOf(commands)).toEqual([]);
});

it('hints and the tables of errors have commands that there are', async () => {
  const texts = [...Object.values(await troubleshootingTables()), ...allRefusalHints()];
  expect(await problemsOf(texts.flatMap((text) => [...commandsOfText(text), ...commandsOfMarkdown(text)]))).toEqual([]);
});

it('the page of the sandbox has commands that a shell takes', async () => {
  const connection = {
    ...{ tenantId: 't', clientId: 'c', mailbox: 'a@contoso.com', secret: 's', clientSecret: 's' },
    ...{ authorityHost: 'https://localhost:1', graphHost: 'https://localhost:1' },
  };
  const texts = snippets(connection as never);
  expect(await problemsOf(texts.flatMap(({ text }) => commandsOfText(text)))).toEqual([]);
  for (const { text } of texts.filter(({ title }) => /^curl/i.test(title))) expect(syntaxProblem(text)).toBe('');
});

describe.each(['linux', 'win32'] as const)('what bulk advises on %s', (platform) => {
  const language = platform === 'win32' ? 'powershell' : 'sh';
  const delivery = { delivered: 1, bounced: 1, hard: 1, delayed: 1, failed: 1, pending: 1 };
  const totals = { ...noTotals(), unknown: 1, left: 1, rejectedAs: { row: 1, send: 1 }, delivery };

  it.each<string | false | undefined>([undefined, false, '/srv/my app/.env', '-x/.env'])(
    'can be pasted, with the .env file %j',
    async (envFile) => {
      const commands = new OwnCommands({ platform, envFile });
      const lines = [
        ...adviceLines(totals, "Ann's runs/1", { commands, suppress: '/srv/no body.txt' }),
        resumeCommand('-run', commands),
      ];
      const printed = lines.flatMap((line) => commandsOfText(line, language));
      expect(printed.length).toBeGreaterThan(5);
      expect(await problemsOf(printed)).toEqual([]);
      for (const { words } of printed) {
        expect(words.includes('--env-file')).toBe(typeof envFile === 'string');
        expect(words.includes('--no-env-file')).toBe(envFile === false);
      }
    },
  );
});

describe('what setup writes and prints', () => {
  const fixtures: SetupFixture[] = [];
  afterAll(() => {
    for (const fixture of fixtures) fixture.remove();
  });
  const ids = [
    ...['--tenant-id', '11111111-2222-4333-8444-555555555555'],
    ...['--client-id', '66666666-7777-4888-8999-000000000000'],
    ...['--object-id', '77777777-7777-4888-8999-000000000000'],
  ];

  it.each([
    ['usual', []],
    ['ids are known', ids],
    ['an access policy', ['--legacy-policy']],
    ['two mailboxes, message trace', ['--mailbox', "o'neil@contoso.com", '--with', 'trace']],
    ['another cloud', ['--cloud', 'usgov']],
    ['China', ['--cloud', 'china', '--legacy-policy']],
  ])('can be pasted: %s', async (_, more) => {
    const fixture = new SetupFixture();
    fixtures.push(fixture);
    const printed = [await fixture.setup([...usualFlags, ...more, '--yes']), await fixture.setup(['--rotate'])];
    expect(printed.map(({ code, err }) => ({ code, err }))).toEqual(Array(2).fill({ code: 0, err: '' }));
    const files = globFiles(fixture.out);
    const names = new Set(files.map((file) => path.basename(file)));
    const commands = [
      ...printed.flatMap(({ out }) => commandsOfText(out)),
      ...files.flatMap((file) =>
        file.endsWith('.md')
          ? commandsOfMarkdown(readFileSync(file, 'utf8'))
          : /\.(?:mjs|ps1|sh|env)$/.test(file)
            ? commandsOfText(readFileSync(file, 'utf8'))
            : [],
      ),
    ];
    expect(commands.filter(({ words }) => words[1] === 'nodemailer-graph-transport').length).toBeGreaterThan(3);
    expect(await problemsOf(commands, names)).toEqual([]);
    // They are read later, and from any folder.
    for (const { words } of commands) {
      for (const word of words.filter((one) => one.endsWith('developer/.env')))
        expect(path.isAbsolute(word)).toBe(true);
    }
  });
});

describe('a text with a mistake', () => {
  it.each([
    ['`npx nodemailer-graph-transport send --too ana@example.com --text x`', /unknown option '--too'/],
    ['```sh\nnpx nodemailer-graph-transport doctor --mode rback\n```', /'rback'/],
    ['```sh\nnpx nodemailer-graph-transport bulk resume 1a2b 3c4d\n```', /too many arguments/],
    ['`bulk status --env-file .env`', /unknown option '--env-file'/],
    ['`bulk retry <run> --fail`', /has no --fail/],
    ['`graph-mail sent --to a@b.example`', /unknown command/],
    ['`npm run nonsense`', /no script nonsense/],
    ['```sh\nnode examples/nothing.mjs\n```', /no examples\/nothing\.mjs/],
    ['```sh\nnpx nodemailer-graph-transport setup \\\n  --outt x\n```', /unknown option '--outt'/],
  ])('is found in a document: %s', async (text, problem) => {
    expect(await problemsOf(commandsOfMarkdown(text))).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ["const a = 'Start one: npx nodemailer-graph-transport sandbox --prt 1';", /unknown option '--prt'/],
    [`const a = 'Run "npx nodemailer-graph-transport setup --yess" first.';`, /unknown option '--yess'/],
    [`const a = \`npx nodemailer-graph-transport send --env-fil ${'$'}{file}\`;`, /has no --env-fil/],
    ["commands.configured('bulk', 'status', { file: folder })", /unknown option '--env-file'/],
    ["commands.plain('setup', '--sandbocks', url)", /has no --sandbocks/],
  ])('is found in a source: %s', async (text, problem) => {
    expect(await problemsOf(commandsOfSource(text))).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['echo "', 'sh'],
    ["Get-Mailbox 'x", 'powershell'],
  ] as const)('is found where it cannot be read: %s', (text, language) => {
    expect(() => commandsOfShell(text, language)).toThrow('cannot be read');
  });
});

function globFiles(folder: string): string[] {
  return readdirSync(path.resolve(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => (path.isAbsolute(folder) ? file : path.relative(root, file)));
}
