import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTemplate } from '../../../src/bulk/template/input.js';
import { compileTemplate } from '../../../src/bulk/template/template.js';
import { refusal } from '../recipients/support.js';

describe('a name with spaces or special characters in it', () => {
  test.each([
    ['{{Tel.}}', 'line 1: there is no helper "Tel"; if "Tel." is a column, write {{[Tel.]}}'],
    ['{{First Name}}', 'line 1: there is no helper "First"; if "First Name" is a column, write {{[First Name]}}'],
    ['\n{{{ First Name }}}', 'line 2: there is no helper "First"; if "First Name" is a column, write {{[First Name]}}'],
    [
      '{{E-mail 1 - Value}}',
      'there is no helper "E-mail"; if "E-mail 1 - Value" is a column, write {{[E-mail 1 - Value]}}',
    ],
    [
      '{{#if First Name}}{{/if}}',
      '"if" takes one value, not 2; if "First Name" is a column, write {{#if [First Name]}}',
    ],
    ['{{#First Name}}{{/First}}', 'if "First Name" is a column, write {{#[First Name]}}'],
    ['{{#if (eq (First Name) "A")}}{{/if}}', 'if "First Name" is a column, write [First Name]'],
    ['{{Vorname & Nachname}}', 'If "Vorname & Nachname" is a column, write {{[Vorname & Nachname]}}'],
    [
      'Größe: {{Größe in %}}',
      'line 1: "{{Größe in %}}" cannot be read. If "Größe in %" is a column, write {{[Größe in %]}}',
    ],
  ])('%s is told how to be written', (text, message) => {
    expect(() => compileTemplate({ subject: '', text })).toThrow(message);
  });

  test.each([
    ['First Name', '{{#if First}}{{/if}}', '{{[First Name]}}'],
    ['First Name', '{{firstname}}', '{{[First Name]}}'],
    ['Straße/Nr', '{{Straße/Nr}}', '{{[Straße/Nr]}}'],
    ['Name', '{{name}}', '{{Name}}'],
    ['Prénom', '{{prenom}}', '{{Prénom}}'],
    ['name', '{{nmae}}', '{{name}}'],
    ['customer', '{{custmer}}', '{{customer}}'],
    ['a]b', '{{ab}}', '{{lookup this "a]b"}}'],
  ])('the column %s is meant by %s', (column, text, meant) => {
    const template = compileTemplate({ subject: '', text });
    expect(() => template.render({ line: 3, values: { email: 'a@x.example', [column]: 'A' } })).toThrow(
      `(there is: email, ${column}); did you mean ${meant}? (recipients, line 3)`,
    );
    // What is advised works.
    expect(compileTemplate({ subject: '', text: meant }).render({ line: 3, values: { [column]: 'A' } }).text).toBe('A');
  });

  test('is not guessed when it is like no other', () => {
    const template = compileTemplate({ subject: '', text: '{{total}}' });
    expect(() => template.render({ line: 2, values: { email: 'a', name: 'A' } })).toThrow(
      'Template text: there is no "total" (there is: email, name) (recipients, line 2)',
    );
  });
});

describe('a template that does not parse', () => {
  const faults: [string, string][] = [
    ['Dear {{name', 'line 1: a {{ is never closed: }} is missing'],
    ['Dear {{name}\nand {{city}}', 'line 1: a {{ is never closed: }} is missing'],
    ['a\n{{#if name}}b', 'line 2: {{#if}} is never closed: {{/if}} is missing'],
    ['{{! {{#each}} }}\n{{#each items}}\n{{#if a}}{{else}}', 'line 3: {{#if}} is never closed: {{/if}} is missing'],
    ['{{#if a}}{{/if}}\n{{#each b}}', 'line 2: {{#each}} is never closed: {{/each}} is missing'],
    ['{{#*inline "q"}}a', 'line 1: {{#*inline}} is never closed: {{/inline}} is missing'],
    ['{{#> layout}}a', 'line 1: {{#>layout}} is never closed: {{/layout}} is missing'],
    ['a\n{{#if a}}\n{{/each}}', 'line 2: {{#if}} is closed by {{/each}}, and not by {{/if}}'],
    ['a\n{{/if}}', 'line 2: {{/if}} closes a block that was never opened'],
    ['{{else}}', 'line 1: {{else}} stands outside of a block'],
    ['{{name}}}', 'line 1: {{ is closed by }}}, and not by }}'],
    ['{{{name}}', 'line 1: {{{ is closed by }}, and not by }}}'],
    ['{{}}', 'line 1: "{{}}" cannot be read as a name or a helper'],
    ['{{!-- never', 'line 1: a comment {{!-- is never closed: --}} is missing'],
    ['{{[First Name}}', 'line 1: "{{[First Name}}" cannot be read as a name or a helper'],
    ['{{#if a == b}}{{/if}}', 'line 1: "{{#if a == b}}" cannot be read. A comparison is written {{#if (eq column'],
    ['{{#if a && b}}{{/if}}', 'line 1: "{{#if a && b}}" cannot be read. A comparison'],
    ['{{ name | upper }}', 'line 1: "{{ name | upper }}" cannot be read. If "name | upper" is a column'],
    ['{{a/../b}}', 'line 1: "a/.." is not a name that can be looked up'],
  ];
  test.each(faults)('%s is told in a sentence with its line', (text, message) => {
    expect(() => compileTemplate({ subject: '', text })).toThrow(`Template text: ${message}`);
    expect(() => compileTemplate({ subject: '', text })).not.toThrow(/Expecting|Parse error|\n/);
  });

  test.each([
    ['{{> ftoer}}', 'there is no partial "ftoer"; did you mean "footer"?'],
    ['{{> nowhere}}', 'there is no partial "nowhere"'],
  ])('%s names the partial', (text, message) => {
    expect(() => compileTemplate({ subject: '', text, partials: { footer: '' } })).toThrow(message);
  });
});

describe('a template in files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'template errors '));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function open(name: string, files: Record<string, string | Buffer>) {
    const own = path.join(folder, name);
    for (const [file, content] of Object.entries({ 'subject.hbs': 'S', 'html.hbs': '<p>', ...files })) {
      await mkdir(path.dirname(path.join(own, file)), { recursive: true });
      await writeFile(path.join(own, file), content);
    }
    return openTemplate(own);
  }

  test.each([
    ['subject.hbs', 'Template subject.hbs: line 1: '],
    ['html.hbs', 'Template html.hbs: line 1: '],
    ['text.hbs', 'Template text.hbs: line 1: '],
    ['partials/footer.hbs', 'Template partials/footer.hbs: line 1: '],
  ])('is told by the file %s', async (file, message) => {
    const error = await refusal(() => open(`bad-${path.basename(file)}`, { [file]: '{{name' }));
    expect(error.message).toBe(`${message}a {{ is never closed: }} is missing`);
  });

  test('is told by its file when a row lacks a name', async () => {
    const template = await open('row', { 'html.hbs': '{{> hi}}', 'partials/hi.hbs': 'Hi {{nmae}}' });
    const error = await refusal(() => template.render({ number: 1, line: 2, values: { name: 'A' } }));
    expect(error.message).toBe(
      'Template partials/hi.hbs: there is no "nmae" (there is: name); did you mean {{name}}? (recipients, line 2)',
    );
  });

  test.each([
    ['UTF-16', Buffer.from('\uFEFF<p>', 'utf16le'), /looks like UTF-16.*-f UTF-16 /],
    ['Latin-1', Buffer.from('Grüße', 'latin1'), /is not UTF-8.*-f WINDOWS-1252 /],
  ])('in %s is told how to save a template, and not a list', async (name, bytes, message) => {
    const error = await refusal(() => open(name, { 'html.hbs': bytes }));
    expect(error.message).toMatch(message);
    expect(error.message).toContain('Save it as UTF-8 (in an editor: Save As, encoding UTF-8)');
    expect(error.message).toContain(`'${path.join(folder, name, 'html.hbs')}' > converted.hbs`);
    expect(error.message).not.toMatch(/Excel|csv/i);
  });
});

describe('a value that is undefined', () => {
  test.each([
    '{{first}}',
    '{{this.first}}',
    '{{#if first}}{{/if}}',
    '{{#each first}}{{/each}}',
    '{{lookup this "first"}}',
  ])('is missing for %s', (text) => {
    const render = () => compileTemplate({ subject: '', text }).render({ line: 4, values: { first: undefined } });
    expect(render).toThrow('Template text: there is no "first": it is undefined (recipients, line 4)');
  });

  test('is a column that there is not, and null an empty one', () => {
    const text = '{{#if (has "first")}}has{{else}}has not{{/if}}';
    const of = (first: unknown) => compileTemplate({ subject: '', text }).render({ line: 2, values: { first } }).text;
    expect([undefined, null, ''].map(of)).toEqual(['has not', 'has', 'has']);
  });
});
