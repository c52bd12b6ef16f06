import { Handlebars } from '../../vendor/handlebars.js';
import { quote } from '../common/errors.js';
import { pathOf } from './strict-lookup.js';

const blockHelpers: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);

/** What `{{{ }}}` is made to call. No template calls it by name. */
export const rawHelper = 'printed as it is';

// Handlebars compiles these as calls of helpers, whether or not there are such helpers.
const reserved: ReadonlySet<string> = new Set(['log', 'helperMissing', 'blockHelperMissing', rawHelper]);

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

/**
 * Finds what can be known to be wrong before any row is seen: calls of what is no helper, helpers that would shadow a
 * column of the same name, partials that nobody wrote.
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

/** Between two places as Handlebars counts them: lines from 1, columns from 0. */
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
