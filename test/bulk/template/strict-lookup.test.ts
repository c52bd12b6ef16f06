import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import { compileTemplate } from '../../../src/bulk/template/template.js';

const values = {
  name: 'Ann',
  city: null,
  'first name': 'A',
  'a.b': 'dotted',
  items: [{ title: 'one' }, { title: 'two' }],
  nested: { deep: { value: 'v' } },
};

function render(html: string, row: object = values, partials: Record<string, string> = {}): string | undefined {
  const template = compileTemplate({ subject: 's', html, partials });
  return template.render({ line: 7, values: row as Record<string, unknown> }).html;
}

describe('an unknown name is an error that tells part, name and line', () => {
  test.each([
    '{{nope}}',
    '{{{nope}}}',
    '{{{nested.nope}}}',
    '{{{formatDate nope}}}',
    '{{this.nope}}',
    '{{#if nope}}{{/if}}',
    '{{#unless nope}}{{/unless}}',
    '{{#each nope}}{{/each}}',
    '{{#with nope}}{{/with}}',
    '{{#nope}}{{/nope}}',
    '{{^nope}}{{/nope}}',
    '{{#if (eq nope "x")}}{{/if}}',
    '{{formatDate nope}}',
    '{{formatDate "2024-01-02" locale=nope}}',
    '{{lookup this "nope"}}',
    '{{#if (lookup nested "nope")}}{{/if}}',
    '{{nested.nope}}',
    '{{#if nested.deep.nope}}{{/if}}',
    '{{#if nested.nope.value}}{{/if}}',
    '{{#if name.nope}}{{/if}}',
    '{{#with name}}{{#if nope}}{{/if}}{{/with}}',
    '{{#if city.nope}}{{/if}}',
    '{{#each items}}{{nope}}{{/each}}',
    '{{#each items}}{{#if nope}}{{/if}}{{/each}}',
    '{{#each items}}{{#if ../nope}}{{/if}}{{/each}}',
    '{{#each items as |item|}}{{#if item.nope}}{{/if}}{{/each}}',
    '{{#with nested}}{{#if nope}}{{/if}}{{/with}}',
    '{{#if items.[1].nope}}{{/if}}',
    '{{../nope}}',
    '{{#if ../nope}}{{/if}}',
    '{{#if @nope}}{{/if}}',
    '{{#if @root.nope}}{{/if}}',
    '{{> p nope}}',
    '{{> p x=nope}}',
    '{{> (lookup this "nope")}}',
    '{{#*inline "q"}}{{#if nope}}{{/if}}{{/inline}}{{> q}}',
    '{{#> layout}}{{#if nope}}{{/if}}{{/layout}}',
  ])('%s', (source) => {
    const run = () => render(source, values, { p: '', layout: '{{> @partial-block}}' });
    expect(run).toThrow(BulkInputError);
    expect(run).toThrow(/^Template (html|partial "layout"): there is no "nope".*\(recipients, line 7\)$/);
  });

  test.each(['{{> p}}', '{{> p this}}', '{{> p x=name}}', '{{#with name}}{{> p}}{{/with}}', '{{> p "text"}}'])(
    'inside the partial that is called as %s',
    (source) => {
      const run = () => render(source, values, { p: '{{#if nope}}{{/if}}' });
      expect(run).toThrow(/^Template partial "p": there is no "nope".*line 7/);
    },
  );

  test.each(['toString', 'constructor', 'hasOwnProperty', '__proto__', 'valueOf'])(
    '%s, which objects inherit',
    (name) => {
      for (const source of [
        `{{${name}}}`,
        `{{#if ${name}}}{{/if}}`,
        `{{lookup this "${name}"}}`,
        `{{nested.${name}}}`,
      ]) {
        expect(() => render(source)).toThrow(`there is no "${name}"`);
      }
    },
  );

  test('in the subject and in the text too', () => {
    const row = { line: 7, values: { name: 'Ann' } };
    const subject = compileTemplate({ subject: '{{#if nope}}{{/if}}', text: '' });
    expect(() => subject.render(row)).toThrow(/^Template subject: there is no "nope" \(there is: name\)/);
    const text = compileTemplate({ subject: '', text: '{{#if nope}}{{/if}}' });
    expect(() => text.render(row)).toThrow(/^Template text: there is no "nope"/);
  });

  test('for one row does not spoil the next', () => {
    const template = compileTemplate({ subject: '{{name}}', text: '{{> p}}', partials: { p: '{{name}}' } });
    expect(() => template.render({ line: 2, values: {} })).toThrow('line 2');
    expect(template.render({ line: 3, values: { name: 'Bob' } })).toEqual({ subject: 'Bob', text: 'Bob' });
  });
});

describe('a known name is printed', () => {
  test.each([
    ['{{name}}|{{this.name}}|{{./name}}|{{@root.name}}', 'Ann|Ann|Ann|Ann'],
    ['[{{city}}]', '[]'],
    ['{{[first name]}} {{[a.b]}}', 'A dotted'],
    ['{{{[first name]}}} {{{"a.b"}}} {{&this.name}} {{{lookup this "name"}}}{{{city}}}', 'A dotted Ann Ann'],
    ['{{#each items}}{{{title}}}{{{../name}}}{{{@index}}}{{/each}}', 'oneAnn0twoAnn1'],
    ['{{nested.deep.value}}', 'v'],
    ['{{#each items}}{{@index}}{{title}}{{../name}}{{#unless @last}}, {{/unless}}{{/each}}', '0oneAnn, 1twoAnn'],
    ['{{items.length}}', '2'],
    ['{{#each nested}}{{@key}}{{/each}}', 'deep'],
    ['{{#with nested.deep as |d|}}{{d.value}}{{value}}{{/with}}', 'vv'],
    ['{{#nested}}{{deep.value}}{{/nested}}', 'v'],
    ['{{#if (has "name")}}{{name}}{{/if}}{{#if (has "nope")}}{{nope}}{{else}}none{{/if}}', 'Annnone'],
    ['{{#each items}}{{#if (has "subtitle")}}{{subtitle}}{{/if}}{{title}}{{/each}}', 'onetwo'],
    ['{{> p who=name}}', 'Ann in Ann'],
    ['{{> (lookup this "name") who=1}}', 'partial of Ann'],
    ['{{#> layout}}{{name}}{{/layout}}', '<Ann>'],
    ['{{#*inline "q"}}{{name}}{{/inline}}{{> q}}', 'Ann'],
  ])('%s', (source, expected) => {
    const partials = { p: '{{who}} in {{name}}', Ann: 'partial of {{name}}', layout: '<{{> @partial-block}}>' };
    expect(render(source, values, partials)).toBe(expected);
  });

  test('whatever a column is called', () => {
    const names = [
      'constructor',
      'toString',
      'hasOwnProperty',
      'length',
      'toHTML',
      'valueOf',
      '__proto__',
      'root',
      'name',
    ];
    const row = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    const expected = names.map((name) => `&lt;${name}&gt;`).join('');
    expect(render(names.map((name) => `{{${name}}}`).join(''), row)).toBe(expected);
    expect(render(names.map((name) => `{{this.[${name}]}}`).join(''), row)).toBe(expected);
  });

  test.each([
    'if',
    'unless',
    'each',
    'with',
    'lookup',
    'log',
    'eq',
    'has',
    'formatDate',
    'helperMissing',
    'blockHelperMissing',
  ])('but a column named like the helper %s never silently gives way to it', (name) => {
    const row = { [name]: 'the column' };
    expect(() => render(`{{${name}}}`, row)).toThrow(`a column of that name is written {{this.${name}}}`);
    expect(() => render(`{{[${name}]}}`, row)).toThrow(`{{this.${name}}}`);
    expect(render(`{{this.${name}}}{{#if ${name}}}!{{/if}}`, row)).toBe('the column!');
  });
});

describe('a template that cannot work is refused before any row', () => {
  test.each([
    ['{{name', /html: line 1: a {{ is never closed/],
    ['{{#if name}}', /html: line 1: {{#if}} is never closed/],
    ['\n{{shout name}}', /html: line 2: there is no helper "shout"/],
    ['{{#if (shout name)}}{{/if}}', /there is no helper "shout"/],
    ['{{#if (shout)}}{{/if}}', /there is no helper "shout"/],
    ['{{#shout name}}{{/shout}}', /there is no helper "shout"/],
    ['{{#eq name "a"}}{{/eq}}', /"eq" makes no block: write {{#if \(eq …\)}}/],
    ['{{if name}}', /"if" needs a block/],
    ['{{log name}}', /there is no helper "log"/],
    ['{{[printed as it is] name}}', /there is no helper "printed as it is"/],
    ['{{> nowhere}}', /html: there is no partial "nowhere"/],
    ['{{#> nowhere}}fallback{{/nowhere}}', /there is no partial "nowhere"/],
    ['{{> constructor}}', /there is no partial "constructor"/],
    ['{{> p}}', /partial "p": there is no partial "elsewhere"/],
    ['{{* thing}}', /the only decorator/],
  ])('%s', (source, message) => {
    const partials = source.includes('> p') ? { p: '{{> elsewhere}}' } : {};
    expect(() => compileTemplate({ subject: '', html: source, partials })).toThrow(message);
    expect(() => compileTemplate({ subject: '', html: source, partials })).toThrow(BulkInputError);
  });

  test('without any body', () => {
    expect(() => compileTemplate({ subject: 'Hi' })).toThrow('A template needs a body');
  });
});

test.each(['constructor', '__proto__', 'toString', 'nowhere'])(
  'a row cannot call the partial %s, which nobody wrote',
  (name) => {
    expect(() => render('{{> (lookup this "which")}}', { which: name })).toThrow(
      /could not be found \(recipients, line 7\)/,
    );
  },
);

test.each(['{{items}}', '{{nested}}', '{{this}}', '{{{items}}}', '{{{nested}}}', '{{&this}}', '{{> p}}'])(
  '%s is refused, not printed as [object Object]',
  (source) => {
    const run = () => render(source, values, { p: '{{{nested.deep}}}' });
    expect(run).toThrow(/^Template (html|partial "p"): a list or an object cannot be printed.*line 7/);
  },
);

test('functions in a row are never called', () => {
  const row = { run: () => 'ran' };
  for (const source of ['{{run}}', '{{#if run}}{{/if}}', '{{#each run}}{{/each}}', '{{#run}}{{/run}}']) {
    expect(() => render(source, row)).toThrow('"run" is a function');
  }
});
