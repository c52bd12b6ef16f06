import { parseEnv } from 'node:util';
import { configError } from '../../common/errors.js';
import { authoritiesVariable } from '../../options/clouds.js';

/** One setting of a `.env` file, which may go over several lines in quotes. */
interface Entry {
  name: string;
  /** Where it begins, from 1. */
  line: number;
  text: string;
}

/**
 * Reads a `.env` file. Node and most programs pass over what they cannot read in it, and so send with half of a
 * configuration; here that is an error.
 * @param file its name, for messages
 * @throws GraphMailError `ECONFIG`, naming the line and never its text, which may be a secret
 */
export function readEnvFile(text: string, file: string): Record<string, string> {
  if (text.includes('\0')) {
    throw configError(
      `${file} is not UTF-8 text.`,
      'Save it as UTF-8: Windows PowerShell writes UTF-16 with > and Out-File.',
    );
  }
  const values: Record<string, string> = {};
  const lineOf = new Map<string, number>();
  for (const { name, line, text: entry } of entriesOf(text, file)) {
    const before = lineOf.get(name);
    if (before !== undefined && ours.test(name)) {
      throw wrong(file, line, `sets ${name}, as line ${before} does`, 'Delete the one that is not meant.');
    }
    lineOf.set(name, line);
    const value = parseEnv(entry)[name] ?? '';
    const isPath = name.endsWith('_PATH') || (name === authoritiesVariable && !value.includes('-----BEGIN'));
    if (isPath && value.includes('\n')) {
      throw wrong(file, line, `sets ${name} to a path with a line break in it`, backslashes);
    }
    values[name] = value;
  }
  return values;
}

const ours = /^(AZURE|GRAPH_MAIL)_/;

const backslashes = String.raw`In double quotes \n is a line break: put a Windows path between single quotes.`;

/** `NAME=`, with `export` before it as shells want it. */
const beginning = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*/;

/** The settings, each by itself: a line that was not understood must not change the next. */
function* entriesOf(text: string, file: string): Generator<Entry> {
  const all = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  let line = 1;
  for (let at = 0; at < all.length; ) {
    const end = endOfLine(all, at);
    const start = all.slice(at, end);
    let next = end;
    if (!/^[ \t]*(#|$)/.test(start)) {
      const [assignment = '', name] = beginning.exec(start) ?? [];
      if (name === undefined) throw wrong(file, line, 'is not a setting', 'Write NAME=value, or # before a comment.');
      const value = at + assignment.length;
      next = endOfValue(all, value, file, line);
      yield { name, line, text: `${name}=${all.slice(value, next).trimEnd()}` };
    }
    line += all.slice(at, next).split('\n').length;
    at = next + 1;
  }
}

function endOfValue(text: string, start: number, file: string, line: number): number {
  const quote = text[start] ?? '';
  const end = endOfLine(text, start);
  if (!`"'\``.includes(quote) || quote === '') {
    if (!/\S#/.test(text.slice(start, end))) return end;
    throw wrong(file, line, 'has a # in its value, where a comment would begin', 'Put the value between quotes.');
  }
  const close = text.indexOf(quote, start + 1);
  if (close === -1) throw wrong(file, line, `has a quote (${quote}) that does not end`, 'Add the one at the end.');
  const closingLine = endOfLine(text, close);
  if (/^[ \t]*(#.*)?$/.test(text.slice(close + 1, closingLine))) return closingLine;
  throw wrong(
    file,
    line,
    'has text after the quote that ends its value',
    `Put a value with ${quote} in it between quotes of another kind (", ' or \`).`,
  );
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function wrong(file: string, line: number, problem: string, cure: string) {
  return configError(`${file}, line ${line} ${problem}.`, cure);
}
