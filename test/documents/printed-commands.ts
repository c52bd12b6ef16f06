import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { processTerminal } from '../../src/cli/common/terminal.js';
import { createProgram } from '../../src/cli/program.js';
import { type Command, CommanderError } from '../../src/vendor/commander.js';
import { root } from '../helpers/run-node.js';

/** A command that a text prints. */
export interface PrintedCommand {
  words: string[];
  /** Named in a sentence, which may leave out what does not matter there. */
  mentioned: boolean;
  text: string;
}

const own = /^(?:nodemailer-graph-transport|graph-mail)$/;
const subcommands = 'send|doctor|setup|sandbox|demo|bulk';
/** Stands for what the reader fills in. */
const placeholder = 'PLACEHOLDER';

/** The commands of a Markdown document: its blocks for a shell, and what stands in backticks and begins like one. */
export function commandsOfMarkdown(text: string): PrintedCommand[] {
  const commands: PrintedCommand[] = [];
  const prose = text.replaceAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm, (_, language: string, block: string) => {
    if (language === 'sh' || language === 'powershell') commands.push(...commandsOfShell(block, language));
    else commands.push(...commandsOfText(block));
    return '';
  });
  const begins = new RegExp(
    `^(?:npx |npm run |node (?=[\\w./-]*/)|(?:nodemailer-graph-transport|graph-mail) |(?:${subcommands}) )`,
  );
  for (const [, code = ''] of prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)) {
    const line = code.replaceAll(/\s+/g, ' ');
    if (!begins.test(line) || line.includes(' (')) continue;
    const [words = []] = simpleCommands(line, 'sh');
    const isOwn = own.test(words[0] ?? '') || words[0] === 'npx';
    const named = new RegExp(`^(?:${subcommands}) `).test(line) ? ['graph-mail', ...words] : words;
    commands.push({ words: named, mentioned: !isOwn || /^(?:graph-mail|nodemailer)/.test(line), text: line });
  }
  return commands;
}

/** Every command of a script or block. */
export function commandsOfShell(block: string, language: 'sh' | 'powershell'): PrintedCommand[] {
  return simpleCommands(block, language).map((words) => ({ words, mentioned: false, text: words.join(' ') }));
}

/** The commands of this program in plain text: what a terminal shows, or a source file. */
export function commandsOfText(text: string, language: 'sh' | 'powershell' = 'sh'): PrintedCommand[] {
  const unwrapped = text.replaceAll(language === 'sh' ? /\\\n */g : /`\n */g, '');
  const found = unwrapped.matchAll(
    new RegExp(`(npx )?\\b(?:nodemailer-graph-transport|graph-mail) (?:${subcommands})\\b[^\\n]*`, 'g'),
  );
  return [...found].map(({ 0: rest, 1: npx, index }) => {
    // In a sentence a command may stand between double quotes.
    const line = unwrapped[index - 1] === '"' ? (rest.split('"')[0] ?? '') : rest;
    const [words = []] = simpleCommands(line, language);
    return { words, mentioned: npx === undefined, text: line };
  });
}

/** The commands that sources make by `OwnCommands`, as far as their words stand there. */
export function commandsOfSource(source: string): PrintedCommand[] {
  const literals: PrintedCommand[] = [];
  for (const [, quote = '', body = ''] of source.matchAll(
    /(['"`])((?:(?!\1)[^\\\n]|\\.)*\b(?:npx nodemailer-graph-transport|graph-mail) [a-z](?:(?!\1)[^\\\n]|\\.)*)\1/g,
  )) {
    const filled = quote === '`' ? body.replaceAll(/\$\{[^}]*\}/g, placeholder) : body;
    literals.push(...commandsOfText(filled.replaceAll('\\n', '\n')));
  }
  const made = [...source.matchAll(/\.(plain|configured)\(((?:[^()]|\([^()]*\))*)\)/g)].map(
    ([text, kind, args = '']) => {
      const words = args.replaceAll(/\{ file: [^}]*\}/g, "'FILE'").match(/'[^']*'|[^\s,][^,]*/g) ?? [];
      const said = words.map((word) => (word.startsWith("'") ? word.slice(1, -1) : placeholder));
      return {
        words: ['graph-mail', ...said, ...(kind === 'configured' ? ['--env-file', 'x'] : [])],
        mentioned: true,
        text,
      };
    },
  );
  return [...literals, ...made.filter(({ words }) => words[1] !== placeholder)];
}

const silent = { write: () => true };

/** What is wrong with a command; undefined for one that can be pasted. Nothing is run. */
export async function problemOf(
  { words, mentioned }: PrintedCommand,
  files: ReadonlySet<string>,
): Promise<string | undefined> {
  const [first = '', second = '', third = ''] = words;
  if (first === 'npx' && own.test(second)) return problemOfOwn(words.slice(2), mentioned);
  if (own.test(first)) return problemOfOwn(words.slice(1), mentioned);
  if (first === 'npm') return problemOfNpm(second, third);
  if (first === 'node') return problemOfNode(words.slice(1), files);
  return undefined;
}

async function problemOfOwn(words: readonly string[], mentioned: boolean): Promise<string | undefined> {
  const program = createProgram({ ...processTerminal, stdout: silent, stderr: silent }, () => {});
  eachCommand(program, (command) => {
    if (command.commands.length === 0) command.action(() => {});
  });
  const unfinished = words.some((word) => /PLACEHOLDER|…|\.\.\./.test(word));
  if (unfinished) return unknownFlag(program, words);
  try {
    await program.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === 'commander.help') return undefined;
    return mentioned && leftOut.has(error.code) ? undefined : error.message;
  }
}

/** What a sentence may leave out. */
const leftOut: ReadonlySet<string> = new Set([
  'commander.missingMandatoryOptionValue',
  'commander.missingArgument',
  'commander.optionMissingArgument',
]);

/** Of a command with something to fill in, whose values cannot be judged. */
function unknownFlag(program: Command, words: readonly string[]): string | undefined {
  let command = program;
  for (const word of words) {
    // Which of them it is, is not written there.
    if (word === placeholder && command.commands.length > 0) return undefined;
    const next: Command | undefined = command.commands.find((one) => one.name() === word);
    if (next) command = next;
    else break;
  }
  if (command === program) return `there is no command ${words[0]}`;
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  const flag = words.find((word) => /^--?[a-z]/.test(word) && !known.has(word.split('=')[0]));
  return flag === undefined ? undefined : `${command.name()} has no ${flag}`;
}

function eachCommand(command: Command, action: (command: Command) => void): void {
  action(command);
  for (const one of command.commands) eachCommand(one, action);
}

function problemOfNpm(verb: string, name: string): string | undefined {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object };
  const script = verb === 'run' ? name : /^(?:test|start)$/.test(verb) ? verb : undefined;
  return script === undefined || script in scripts ? undefined : `there is no script ${script}`;
}

/** A program in a folder must be there; one beside the reader is the reader's. */
function problemOfNode(words: readonly string[], files: ReadonlySet<string>): string | undefined {
  const file = words.find((word) => !word.startsWith('-'));
  if (file === undefined || !file.includes('/') || file.includes(placeholder)) return undefined;
  return existsSync(path.resolve(root, file)) || files.has(path.basename(file)) ? undefined : `there is no ${file}`;
}

/**
 * The simple commands of a script, each as its words. What is expanded stays as it is written; assignments before a command,
 * redirections and comments are left out.
 */
function simpleCommands(script: string, language: 'sh' | 'powershell'): string[][] {
  const text = script
    .replaceAll(language === 'sh' ? /\\\n\s*/g : /`\n\s*/g, ' ')
    .replaceAll(/<[A-Za-z][^<>\n]*>/g, placeholder);
  const commands: string[][] = [[]];
  const token =
    language === 'sh'
      ? /[^\S\n]*(?:(?<comment>#[^\n]*)|(?<redirect>\d?[<>]+&?\s*[^\s|;&]*)|(?<end>\n|[|;&]+)|(?<word>(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|\$\((?:[^()]|\([^()]*\))*\)|[^\s'"\\|;&<>])+))/y
      : /[^\S\n]*(?:(?<comment>#[^\n]*)|(?<redirect>>+\s*\S*)|(?<end>\n|[|;])|(?<word>(?:'(?:[^']|'')*'|"[^"]*"|\((?:[^()]|\([^()]*\))*\)|[^\s'"|;()])+))/y;
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex;
    const groups = token.exec(text)?.groups;
    if (!groups) throw new Error(`this cannot be read as ${language}: ${text.slice(at, at + 80)}`);
    const { end, word } = groups;
    if (end !== undefined) commands.push([]);
    else if (word !== undefined && !(commands.at(-1)?.length === 0 && /^\w+=/.test(word))) {
      commands.at(-1)?.push(unquoted(word, language));
    }
  }
  return commands.filter((words) => words.length > 0);
}

function unquoted(word: string, language: 'sh' | 'powershell'): string {
  return word.replaceAll(/'((?:[^']|'')*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g, (all, single, double, escaped) => {
    if (single !== undefined) return language === 'powershell' ? single.replaceAll("''", "'") : single;
    if (double !== undefined) return double.replaceAll(/\\(["\\$`])/g, '$1');
    return language === 'powershell' ? all : escaped;
  });
}
