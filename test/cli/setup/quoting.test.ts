import { execFileSync } from 'node:child_process';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, envLine } from '../../../src/cli/setup/common/quoting.js';
import { quotePowerShell, quotePowerShellList, quoteSh } from '../../../src/common/shell-quoting.js';
import { powerShellTokens, powerShellValue } from './powershell-tokens.js';

const awkward = [
  "o'clock",
  '"quoted"',
  '$HOME $(id)',
  '`id`',
  '\\',
  '',
  ' ',
  'caf\u00e9',
  '\u2018smart\u2019',
  '-n',
  '!!',
  '\n',
  // A command substitution drops line breaks at its end.
  '\u0001\n',
];
/** Text in which what shells care for is frequent. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'\'"`$\\(){}[]#;& \n\u2018\u2019\u201c\u201d\u201e\u00e9a'), maxLength: 30 }),
);

describe('quoting for a POSIX shell', () => {
  const echoed = (words: readonly string[]) => {
    const script = `printf '%s\\0' ${words.map(quoteSh).join(' ')}`;
    return execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1);
  };

  it('gives back every text, whatever is in it', () => {
    expect(echoed(awkward)).toEqual(awkward);
    const words = fc.array(
      text.filter((one) => !one.includes('\0') && !/\p{Surrogate}/u.test(one)),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(words, (list) => {
        expect(echoed(list)).toEqual(list);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses what no word can hold', () => {
    expect(() => quoteSh('a\0b')).toThrow('NUL');
  });
});

describe('quoting for PowerShell', () => {
  it('gives back every text, in printable ASCII', () => {
    const holds = (one: string) => {
      expect(quotePowerShell(one)).toMatch(/^[\x20-\x7e]*$/);
      expect(powerShellValue(quotePowerShell(one))).toBe(one);
    };
    awkward.forEach(holds);
    fc.assert(fc.property(text, holds), { numRuns: 2000 });
  });

  it('writes plain text as it is', () => {
    expect(quotePowerShell("o'clock $x")).toBe("'o''clock $x'");
    expect(quotePowerShellList(['a', 'b'])).toBe("@('a', 'b')");
    expect(quotePowerShellList([])).toBe('@()');
  });

  it('is tested by a tokenizer that sees a text break out', () => {
    expect(() => powerShellValue("'a' ; Remove-Mailbox 'b'")).toThrow('not one string');
    // What a typographic quote does to someone who only doubles the straight one.
    expect(powerShellTokens("'a\u2019; Remove-Mailbox x #'").map(({ kind }) => kind)).toContain('other');
    expect(() => powerShellTokens("'a")).toThrow('never ends');
  });
});

describe('a line of .env', () => {
  it('is read back by Node as it was, or refused', () => {
    const holds = (one: string) => {
      let line: string;
      try {
        line = envLine('NAME', one);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(parseEnv(`A=1\n${line}\nZ=2\n`)).toEqual({ A: '1', NAME: one, Z: '2' });
    };
    awkward.forEach(holds);
    fc.assert(fc.property(text, holds), { numRuns: 2000 });
  });

  it('holds the paths that people have', () => {
    for (const path of [
      'C:\\new folder\\key.pem',
      "/home/o'neil/key.pem",
      '/srv/a b#c/key.pem',
      '/srv/$HOME/`x`.pem',
    ]) {
      expect(parseEnv(envLine('NAME', path))).toEqual({ NAME: path });
    }
  });
});

describe('code in Markdown', () => {
  it('is fenced by more backticks than it holds', () => {
    expect(code('plain')).toBe('`plain`');
    expect(code('a`b')).toBe('``a`b``');
    expect(code('``x')).toBe('``` ``x ```');
  });
});
