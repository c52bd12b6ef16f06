import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { compileTemplate } from '../../../src/bulk/template/template.js';

const row = (values: Record<string, unknown>) => ({ line: 4, values });
const text = (source: string, values: Record<string, unknown> = {}) =>
  compileTemplate({ subject: '', text: source }).render(row(values)).text;

describe('escaping', () => {
  const name = `<b>"O'Brien" & \`sons\``;
  const escaped = '&lt;b&gt;&quot;O&#x27;Brien&quot; &amp; &#x60;sons&#x60;';

  test('values are escaped in the HTML and left alone in text and subject', () => {
    const template = compileTemplate({ subject: '{{name}}', html: '<p>{{name}}</p>', text: '{{name}}' });
    expect(template.render(row({ name }))).toEqual({ subject: name, html: `<p>${escaped}</p>`, text: name });
  });

  test('a partial that all parts share follows the part that calls it', () => {
    const template = compileTemplate({
      subject: '{{> p}}',
      html: '{{> p}}',
      text: '{{> p}}',
      partials: { p: '{{name}}' },
    });
    expect(template.render(row({ name }))).toEqual({ subject: name, html: escaped, text: name });
  });

  test('only the template can ask for unescaped HTML', () => {
    const template = compileTemplate({ subject: '', html: '{{{name}}}{{name}}' });
    expect(template.render(row({ name })).html).toBe(name + escaped);
  });

  test('a row cannot bring a template of its own', () => {
    expect(text('{{name}}', { name: '{{email}}' })).toBe('{{email}}');
  });
});

describe('a subject', () => {
  const render = (subject: string, name: string, partials = {}) =>
    compileTemplate({ subject, text: '', partials }).render(row({ name })).subject;

  test.each(['\r\nBcc: all@x.test', 'a\nb', 'a\rb', 'a\n', '\na', 'a\u2028b', 'a\u0085b', 'a\0b', 'a\vb'])(
    'refuses the value %j, naming the line',
    (name) => {
      for (const source of [
        '{{name}}',
        'Dear {{name}}!',
        '{{{name}}}',
        '{{&name}}',
        '{{#if name}}{{{name}}}{{/if}}',
        '{{> p}}',
      ]) {
        const run = () => render(source, name, { p: '{{{name}}}' });
        expect(run).toThrow(BulkInputError);
        expect(run).toThrow(/has a line break or control character in it \(recipients, line 4\)/);
      }
    },
  );

  test('may be laid out in several lines by its template', () => {
    const source = '{{#if (eq name "Ann")}}\n  Hello\r\n  {{name}}\n{{else}}\nBye\n{{/if}}\n';
    expect(render(source, 'Ann')).toBe('Hello Ann');
    expect(render(source, 'Bob')).toBe('Bye');
  });

  test('refuses an encoded word, also one that is put together from pieces', () => {
    const message = 'encoded form of mail headers (recipients, line 4)';
    expect(() => render('{{name}}', '=?UTF-8?b?DQo=?=')).toThrow(message);
    expect(() => render('={{name}}', '?utf-8?Q?=0D=0A?=')).toThrow(message);
    expect(render('{{name}}', 'What =? is this?=')).toBe('What =? is this?=');
  });

  test('keeps the spaces inside a value', () => {
    expect(render('{{name}}', 'a  b\u00a0c')).toBe('a  b\u00a0c');
  });
});

describe('formatDate', () => {
  test.each([
    ['{{formatDate d}}', '2024-03-01', 'March 1, 2024'],
    ['{{formatDate d locale="en-GB"}}', '2024-03-01', '1 March 2024'],
    ['{{formatDate d locale="pl"}}', '2024-03-01', '1 marca 2024'],
    ['{{formatDate d locale="fr" style="full"}}', '2024-03-01', 'vendredi 1 mars 2024'],
    ['{{formatDate d locale="de" style="medium"}}', '2024-03-01', '01.03.2024'],
    ['{{formatDate d locale="en-GB"}}', '2024-03-01T23:30:00Z', '1 March 2024'],
    ['{{formatDate d locale="en-GB"}}', '2024-03-01T23:30:00-05:00', '2 March 2024'],
    ['{{formatDate d locale="en-GB"}}', '2024-02-29', '29 February 2024'],
  ])('%s of %s is %s', (source, d, expected) => {
    expect(text(source, { d })).toBe(expected);
  });

  test('gives the same day whatever the time zone of the computer', () => {
    const before = process.env.TZ;
    try {
      // A locale each, since formatters are kept once they are made.
      for (const [zone, locale] of [
        ['Pacific/Kiritimati', 'en-AU'],
        ['Pacific/Pago_Pago', 'en-NZ'],
      ]) {
        process.env.TZ = zone;
        expect(text('{{formatDate d locale=l}}', { d: '2024-03-01', l: locale })).toBe('1 March 2024');
      }
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  test.each(['', '1.3.2024', '2024-3-1', '2024-02-30', '2023-02-29', '2024-13-01', 'today', '2024-03-01T25:00:00Z'])(
    'refuses %j',
    (d) => {
      expect(() => text('{{formatDate d}}', { d })).toThrow(`${JSON.stringify(d)} is not a date like 2024-03-01`);
    },
  );
});

describe('formatNumber', () => {
  const space = '\u00a0';
  test.each([
    ['{{formatNumber n}}', '1234567.5', '1,234,567.5'],
    ['{{formatNumber n locale="de"}}', '1234567.5', '1.234.567,5'],
    ['{{formatNumber n locale="pl" digits=2}}', '12345.5', `12${space}345,50`],
    ['{{formatNumber n locale="de" currency="EUR"}}', '9.5', `9,50${space}€`],
    ['{{formatNumber n digits=0}}', '-3', '-3'],
    ['{{formatNumber 12}}', '', '12'],
  ])('%s of %s is %s', (source, n, expected) => {
    expect(text(source, { n })).toBe(expected);
  });

  test.each(['', 'x', '1,5', '0x10', 'NaN', 'Infinity', '1e999', ' 1'])('refuses %j', (n) => {
    expect(() => text('{{formatNumber n}}', { n })).toThrow('is not a number like 1234.5');
  });
});

describe('helpers', () => {
  test.each([
    ['{{eq "3" 3}}', 'true'],
    ['{{eq "a" "A"}}', 'false'],
    ['{{#if (eq x "")}}empty{{/if}}', 'empty'],
    ['{{has "x"}}{{has "toString"}}', 'truefalse'],
  ])('%s gives %s', (source, expected) => {
    expect(text(source, { x: '' })).toBe(expected);
  });

  test.each([
    ['{{eq "a"}}', 'eq takes 2 values, not 1'],
    ['{{has "a" "b"}}', 'has takes 1 value, not 2'],
    ['{{formatDate "2024-03-01" lang="de"}}', 'formatDate has no option "lang", only locale, style'],
    ['{{formatDate "2024-03-01" style="fancy"}}', 'style is one of full, long, medium, short, not "fancy"'],
    ['{{formatDate "2024-03-01" locale="english language"}}', '"english language" is not a locale'],
    ['{{formatDate "2024-03-01" locale="xx"}}', '"xx" is not a locale'],
    ['{{formatNumber 1 locale="xx"}}', '"xx" is not a locale'],
  ])('%s is refused', (source, message) => {
    expect(() => text(source)).toThrow(BulkInputError);
    expect(() => text(source)).toThrow(message);
  });
});
