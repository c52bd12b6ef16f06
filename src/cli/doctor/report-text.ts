import { printable, wrapWords } from '../common/wording.js';
import type { Check, CheckStatus } from './common/check.js';

const width = 80;

/** Sign, word and colour say the same, so that either of them alone does. */
const marks: Record<CheckStatus, { sign: string; word: string; colour: number }> = {
  ok: { sign: '✓', word: 'ok', colour: 32 },
  warning: { sign: '!', word: 'warning', colour: 33 },
  failed: { sign: '✗', word: 'failed', colour: 31 },
  skipped: { sign: '–', word: 'not checked', colour: 90 },
};

/** A check, for a person. */
export function checkText({ title, status, seen, cure, command }: Check, colours: boolean): string {
  const { sign, word, colour } = marks[status];
  const head = `${sign} ${printable(title)}: ${word}`;
  const lines = [colours ? `\u001b[${colour}m${head}\u001b[0m` : head, ...wrapped(withoutWord(seen), '  ')];
  if (cure !== undefined) lines.push(...cureLines(cure));
  if (command !== undefined)
    lines.push('  For an administrator:', ...command.split('\n').map((line) => `    ${printable(line)}`));
  return lines.join('\n');
}

/** One of several lines holds commands, which stay whole. */
function cureLines(cure: string): string[] {
  const [first = '', ...more] = cure.split('\n');
  return [
    ...wrapped(`To do: ${first}`, '  '),
    ...more.flatMap((line) => (/^ |^npx /.test(line) ? [`    ${printable(line.trimStart())}`] : wrapped(line, '  '))),
  ];
}

/** `Not checked: why` is `Why`, where the word stands in the line above. */
function withoutWord(seen: string): string {
  return seen.replace(/^Not (?:checked|asked|sent|needed): (.)/, (_, first: string) => first.toUpperCase());
}

/** Lines of at most 80 columns. */
export function wrapped(text: string, indent: string): string[] {
  return wrapWords(printable(text), width - indent.length).map((line) => `${indent}${line}`);
}
