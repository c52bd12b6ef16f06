import { Handlebars } from '../../vendor/handlebars.js';
import { messageOf, quote } from '../common/errors.js';
import { pathOf } from './strict-lookup.js';

const blockHelpers: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);

/** What `{{{ }}}` is made to call. No template calls it by name. */
export const rawHelper = 'printed as it is';

// Handlebars compiles these as calls of helpers, whether or not there are such helpers.
const reserved: ReadonlySet<string> = new Set(['log', 'helperMissing', 'blockHelperMissing', rawHelper]);

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

/**
 * Finds what can be known to be wrong before any row is seen: calls of what is no helper, helpers that would shadow a
 * column of the same name, partials that are missing.
 */
export class TemplateCheck extends Handlebars.Visitor {
  /** Partials that the template calls, and those that it defines itself with `{{#*inline}}`. */
  readonly called = new Set<string>();
  readonly inline = new Set<string>();
  readonly #helpers: ReadonlySet<string>;

  readonly #source: string;

  constructor(helpers: ReadonlySet<string>, source: string) {
    super();
    this.#source = source;
    this.#helpers = helpers;
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    this.#checkCall(node);
    super.MustacheStatement(node);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    this.#checkCall(node);
    super.SubExpression(node);
  }

  override BlockStatement(node: hbs.AST.BlockStatement): void {
    this.#checkCall(node);
    super.BlockStatement(node);
  }

  override PartialStatement(node: hbs.AST.PartialStatement): void {
    this.#addCalled(node.name);
    super.PartialStatement(node);
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    this.#addCalled(node.name);
    super.PartialBlockStatement(node);
  }

  override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
    const [name] = node.params;
    if (originalOf(node.path) !== 'inline' || name?.type !== 'StringLiteral') {
      throw new Error(`line ${node.loc.start.line}: the only decorator is {{#*inline "name"}}`);
    }
    this.inline.add((name as hbs.AST.StringLiteral).value);
    super.DecoratorBlock(node);
  }

  override Decorator(node: hbs.AST.Decorator): void {
    throw new Error(`line ${node.loc.start.line}: the only decorator is {{#*inline "name"}}`);
  }

  #addCalled(name: hbs.AST.Node): void {
    // A name that is worked out for each row can only be checked then.
    if (name.type !== 'SubExpression') this.called.add(originalOf(name));
  }

  #checkCall(node: Call): void {
    const name = originalOf(node.path);
    const isBlock = node.type === 'BlockStatement';
    const hasArguments = node.params.length > 0 || node.hash !== undefined;
    const refuse = (problem: string) => new Error(`line ${node.loc.start.line}: ${problem}`);
    const isHelper = this.#helpers.has(name);
    const mayBeColumn = !hasArguments && node.type !== 'SubExpression';
    if (!isHelper && !mayBeColumn)
      throw refuse(`there is no helper "${name}"${this.#asColumn(node, [node.path, ...node.params])}`);
    if (!isHelper && !reserved.has(name)) return;
    // Handlebars would silently prefer the helper to a column of that name.
    if (mayBeColumn) throw refuse(`"${name}" is a helper; a column of that name is written {{this.${name}}}`);
    if (isBlock && !blockHelpers.has(name)) throw refuse(`"${name}" makes no block: write {{#if (${name} …)}}`);
    if (!isBlock && blockHelpers.has(name)) throw refuse(`"${name}" needs a block: {{#${name} …}} … {{/${name}}}`);
    if (isBlock && node.params.length !== 1) {
      throw refuse(`"${name}" takes one value, not ${node.params.length}${this.#asColumn(node, node.params, name)}`);
    }
  }

  /** A column with spaces in its name looks like a helper and its values. */
  #asColumn(node: Call, words: readonly hbs.AST.Node[], helper?: string): string {
    const [first] = words;
    const last = words.at(-1);
    if (!first || !last || first === last || node.hash !== undefined || !words.every(isWord)) return '';
    const column = textBetween(this.#source, first.loc.start, last.loc.end);
    const path = pathOf(column);
    const question = `; if ${quote(column)} is a column, write `;
    if (node.type === 'SubExpression') return `${question}${path}`;
    if (node.type === 'MustacheStatement') return `${question}{{${path}}}`;
    return `${question}{{#${helper === undefined ? '' : `${helper} `}${path}}}`;
  }
}

/** Between two positions as Handlebars counts them: lines from 1, columns from 0. */
function textBetween(source: string, start: hbs.AST.Position, end: hbs.AST.Position): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines.push((lines.pop() ?? '').slice(0, end.column));
  return lines.join('\n').slice(start.column);
}

function isWord(node: hbs.AST.Node): boolean {
  if (node.type === 'PathExpression') return !(node as hbs.AST.PathExpression).data;
  return node.type === 'NumberLiteral' || node.type === 'BooleanLiteral';
}

function originalOf(node: hbs.AST.Node): string {
  return 'original' in node ? String(node.original) : '';
}

interface Fault {
  line: number;
  /** What the parser read last, and what it met then. */
  read: string;
  expected: string;
  met: string;
}

/** Why a source is no template, in a sentence that begins with the line: Handlebars tells it in the words of its grammar. */
export function syntaxProblem(error: unknown, source: string): string {
  const message = messageOf(error);
  const [, line, shown = '', caret = '', expected = '', met = ''] =
    /^Parse error on line (\d+):\n([^\n]*)\n(-*)\^\nExpecting (.*), got '(.*)'$/s.exec(message) ?? [];
  if (line !== undefined) {
    const read = shown.slice(0, caret.length).replace(/^\.\.\./, '');
    return sentence({ line: Number(line), read, expected, met }, source);
  }
  const [, lexical] = /^Lexical error on line (\d+)\./.exec(message) ?? [];
  if (lexical !== undefined) return `line ${lexical}: a comment {{!-- is never closed: --}} is missing`;
  const [, opened, closed, at] = /^(.*) doesn't match (.*) - (\d+):\d+$/.exec(message) ?? [];
  if (at !== undefined) return `line ${at}: {{#${opened}}} is closed by {{/${closed}}}, and not by {{/${opened}}}`;
  const [, path, where] = /^Invalid path: (.*) - (\d+):\d+$/.exec(message) ?? [];
  if (where !== undefined) return `line ${where}: ${quote(path ?? '')} is not a name that can be looked up`;
  return message;
}

function sentence(fault: Fault, source: string): string {
  const { line, expected, met } = fault;
  const at = `line ${line}: `;
  // Between blocks and text, where a template might also end.
  const outside = expected.includes("'EOF'");
  if (met === 'EOF') return unclosedBlock(source) ?? `${at}the template ends too early`;
  if (outside && met === 'OPEN_ENDBLOCK')
    return `${at}${tagAt(fault, source) ?? '{{/…}}'} closes a block that was never opened`;
  if (outside) return `${at}{{else}} stands outside of a block such as {{#if …}} … {{/if}}`;
  if (met === 'CLOSE' && expected.includes("'CLOSE_UNESCAPED'")) return `${at}{{{ is closed by }}, and not by }}}`;
  if (met === 'CLOSE_UNESCAPED') return `${at}{{ is closed by }}}, and not by }}`;
  const tag = tagAt(fault, source);
  if (tag === undefined) return `${at}a {{ is never closed: }} is missing`;
  if (/[=&|<>]/.test(tag.slice(3)) && /^\{\{~?#/.test(tag)) {
    return `${at}${quote(tag)} cannot be read. A comparison is written {{#if (eq column "value")}}`;
  }
  const name = /^\{\{([^[\]{}]+)\}\}$/.exec(tag)?.[1]?.trim();
  if (name === undefined || name === '') return `${at}${quote(tag)} cannot be read as a name or a helper`;
  return `${at}${quote(tag)} cannot be read. If ${quote(name)} is a column, write {{[${name}]}}`;
}

/** The tag that a fault is in; undefined where it has no end before the next one begins. */
function tagAt({ line, read }: Fault, source: string): string | undefined {
  const lines = source.split('\n');
  const before = lines.slice(0, line - 1).reduce((length, one) => length + one.length + 1, 0);
  const index = (lines[line - 1] ?? '').indexOf(read);
  const from = source.lastIndexOf(
    '{{',
    index === -1 ? before + (lines[line - 1]?.length ?? 0) : before + index + read.length,
  );
  if (from === -1) return undefined;
  const end = source.indexOf('}}', from);
  const next = source.indexOf('{{', from + 2);
  return end === -1 || (next !== -1 && next < end) ? undefined : source.slice(from, end + 2);
}

const comment = String.raw`\{\{!--[\s\S]*?--\}\}|\{\{![\s\S]*?\}\}`;
const blockTag = new RegExp(String.raw`${comment}|\{\{~?\s*([#^/])\s*([>*]?)\s*([^\s}~]*)`, 'g');

/** The last block that is opened and not closed. */
function unclosedBlock(source: string): string | undefined {
  const open: { tag: string; name: string; line: number }[] = [];
  for (const { 1: sign, 2: kind, 3: name = '', index } of source.matchAll(blockTag)) {
    if (sign === '/') open.pop();
    else if (sign !== undefined && name !== '') {
      open.push({ tag: `{{${sign}${kind}${name}}}`, name, line: source.slice(0, index).split('\n').length });
    }
  }
  const last = open.at(-1);
  return last && `line ${last.line}: ${last.tag} is never closed: {{/${last.name}}} is missing`;
}
