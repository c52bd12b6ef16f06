import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { openTemplate } from '../../../src/bulk/template/input.js';
import type { Template } from '../../../src/bulk/template/template.js';
import { readAll } from './support.js';

// The acid test of addresses (dominicsayers/isemail, BSD-3) is not part of this repository.
const file = path.resolve(import.meta.dirname, '../../../../shared/corpora/addresses/isemail-tests.xml');

const naughty = [
  'undefined',
  'null',
  'true',
  '-1',
  '1e400',
  '=cmd|"/C calc"!A0',
  '@SUM(1+1)',
  '+1',
  '{{name}}',
  '{{{name}}}',
  '#{name}',
  '%s%d%n',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' OR 1=1 --",
  '../../../etc/passwd',
  'a\r\nBcc: eve@x.test',
  'a\nb',
  '\u0000',
  '\u0007\u001b[31m',
  '\u2028\u2029',
  '\u202eright to left',
  'Ω≈ç√∫˜µ≤≥÷',
  '社會科學院語學研究所',
  'مُنَاقَشَةُ سُبُلِ',
  'Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮',
  '👩‍👩‍👧‍👦 🏳️‍🌈',
  '\ufeff',
  '=?utf-8?Q?=0D=0ABcc:_eve@x.test?=',
  'a'.repeat(2_000),
  ' ',
  '"',
  '""',
  ',;\t',
  'O\'Brien, "Jü" Müller',
];

async function corpusAddresses(): Promise<string[]> {
  const xml = await readFile(file, 'utf8').catch(() => '');
  const [, ...tests] = xml.split('<test id=');
  return tests.map((test) => decode(/<address>([\s\S]*?)<\/address>/.exec(test)?.[1] ?? ''));
}

/** Its notes: U+2400 and above stand for the control characters. */
function decode(text: string): string {
  return text
    .replace(/&#x([\da-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(
      /&(lt|gt|quot|apos|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
    )
    .replace(/[\u2400-\u241f]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0x2400));
}

describe('naughty strings, and the acid test of addresses where it is at hand', () => {
  let strings: string[];
  let template: Template;
  beforeAll(async () => {
    strings = [...naughty, ...(await corpusAddresses())];
    template = await openTemplate({ subject: 'For {{name}}', html: '<p title="{{name}}">{{name}}</p>' });
  });

  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

  test('are read from CSV (there without the space around them) and JSON Lines as they are, or refused if no text has such bytes', async () => {
    const readable = strings.filter((text) => !text.includes('\0'));
    const csv = `email,name\r\n${readable.map((text) => `${quoted(text)},${quoted(text)}\r\n`).join('')}`;
    const filled = readable.map((text) => text.trim()).filter((text) => text !== '');
    const expected = filled.map((text) => ({ email: text, name: text }));
    expect((await readAll({ csv })).map(({ values }) => values)).toEqual(expected);
    const jsonl = strings.map((text) => JSON.stringify({ email: text, name: text })).join('\n');
    expect((await readAll({ jsonl })).map(({ values }) => values.name)).toEqual(strings);
    await expect(readAll({ csv: 'email\n\0\n' })).rejects.toThrow(/line 2: there is a NUL byte/);
  });

  test('give a mail that says them, or are refused with the line', async () => {
    let made = 0;
    for (const [index, name] of strings.entries()) {
      const line = index + 2;
      try {
        const { subject, html, text } = await template.render({ number: index + 1, line, values: { name } });
        made++;
        expect(subject).toBe(`For ${name}`.trim());
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(html).toMatch(/^<p title="[^"<>]*">[^<>]*<\/p>$/);
        expect(`${text}`.replace(/\s/g, '')).toBe(name.replace(/[\s\u200b]/g, ''));
      } catch (error) {
        if (!(error instanceof BulkInputError)) throw error;
        expect(error.line).toBe(line);
        expect(name).toMatch(/[\p{Cc}\u2028\u2029]|=\?|\S{901}/u);
      }
    }
    expect(made).toBeGreaterThan(naughty.length - 12);
  });
});
