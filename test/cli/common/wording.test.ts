import { describe, expect, it } from 'vitest';
import { widthOf } from '../../../src/cli/common/terminal.js';
import { printable, timeOfDay, wrapText } from '../../../src/cli/common/wording.js';

describe('a time of day', () => {
  const now = new Date(2026, 10, 23, 14, 0, 0).getTime();

  it('has its date only when that is not today', () => {
    expect(timeOfDay(new Date(2026, 10, 23, 14, 3, 5).getTime(), now)).toBe('14:03:05');
    expect(timeOfDay(new Date(2026, 10, 24, 9, 30, 0).getTime(), now)).toBe('2026-11-24 09:30:00');
  });
});

describe('text of others', () => {
  it('commands no terminal, and is on one line', () => {
    expect(printable('a\u001b[2Jb\r\nc\u009bd\u202ee')).toBe('a [2Jb c d e');
  });
});

describe('a text that is wider than the terminal', () => {
  const command = '  npx nodemailer-graph-transport bulk resume mail-runs/1a2b3c4d5e6f --verify';

  it.each<[string, number, string, string[]]>([
    ['is broken at spaces', 12, 'one two three four', ['one two', 'three four']],
    ['stays as it is where it fits', 18, 'one  two three fou', ['one  two three fou']],
    ['keeps its indentation', 12, '  one two three', ['  one two', '  three']],
    ['stands below the text of its point', 12, '- one two three', ['- one two', '  three']],
    ['stands below its value', 22, 'State       one two three', ['State       one two', '            three']],
    [
      'keeps a word that does not fit whole',
      10,
      'see /a/long/path/of/a/file now',
      ['see', '/a/long/path/of/a/file', 'now'],
    ],
    [
      'keeps a flag with its command and its value',
      22,
      'Run it, with bulk resume --limit 30 then',
      ['Run it, with bulk', 'resume --limit 30 then'],
    ],
    ['keeps each line break', 12, 'one two\n\n  three', ['one two', '', '  three']],
    ['keeps a command whole', 20, command, [command]],
  ])('%s', (_, width, text, lines) => {
    expect(wrapText(text, width).split('\n')).toEqual(lines);
  });
});

describe('the width of a text', () => {
  const output = (columns?: number) => ({ columns, write: () => {} });

  it.each<[string, number | undefined, string | undefined, number]>([
    ['that of the terminal', 120, '60', 120],
    ['what COLUMNS says, where there is no terminal', undefined, '60', 60],
    ['80 where nobody says it', undefined, undefined, 80],
    ['80 where a terminal does not know', 0, undefined, 80],
    ['80 where COLUMNS is no number', undefined, 'wide', 80],
    ['20 at least', 3, undefined, 20],
  ])('is %s', (_, columns, COLUMNS, width) => {
    expect(widthOf(output(columns), { COLUMNS })).toBe(width);
  });
});
