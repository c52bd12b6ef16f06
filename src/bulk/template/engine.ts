import { Handlebars } from '../../vendor/handlebars.js';
import { messageOf, quote } from '../common/errors.js';
import { nearestName } from '../common/nearest-name.js';
import { rawHelper, syntaxProblem, TemplateCheck } from './check.js';
import { type Escaping, plainText } from './escaping.js';
import { templateHelpers } from './helpers.js';
import { requireProperty } from './strict-lookup.js';

type Render = (values: object) => string;

/** A fault in one part of a template, or met while it was filled in. */
export class TemplatePartError extends Error {}

/** What compiled templates run in. It is no part of Handlebars' documented interface: tests hold it to its promise. */
interface Container {
  helpers: Registry;
  /** Not there in a template without partials. */
  partials: Registry | undefined;
  decorators: Registry | undefined;
  lookupProperty: (parent: unknown, name: string) => unknown;
  strict: (parent: unknown, name: string) => unknown;
  escapeExpression: Escaping['print'];
}

type Registry = Record<string, unknown>;
type Program = (container: Container, ...rest: unknown[]) => unknown;
type Compiled = (context: unknown, options?: object) => string;

interface Environment {
  helpers: Record<string, unknown>;
  partials: Record<string, Compiled>;
  parse(source: string): hbs.AST.Program;
  registerHelper(helpers: object): void;
  Compiler: new () => { compile(ast: hbs.AST.Program, options: object): object };
  JavaScriptCompiler: new () => { compile(...args: [object, object, undefined, true]): { main: Program } };
  template(spec: { main: Program }): Compiled;
}

/**
 * Handlebars in which an unknown name is an error wherever it stands, and in which every printed value goes through
 * the part's escaping. Both are done where compiled templates look names up and print, so that no construct has a
 * way around.
 */
export class TemplateEngine {
  readonly #env = Handlebars.create() as unknown as Environment;
  readonly #helpers: ReadonlySet<string>;
  readonly #checks = new Map<string, TemplateCheck>();
  readonly #escaping: Escaping;

  /** @param labelOf what errors call a partial */
  constructor(
    partials: Readonly<Record<string, string>>,
    escaping: Escaping,
    labelOf = (name: string) => `partial "${name}"`,
  ) {
    this.#escaping = escaping;
    // It would print to the console of the sending process.
    delete this.#env.helpers.log;
    this.#env.registerHelper(templateHelpers);
    const { helperMissing, blockHelperMissing, ...callable } = this.#env.helpers;
    this.#helpers = new Set(Object.keys(callable));
    this.#env.registerHelper({ [rawHelper]: (value: unknown) => new Raw(plainText(value)) });
    this.#env.partials = Object.create(null);
    for (const [name, source] of Object.entries(partials)) {
      this.#env.partials[name] = this.#compile(labelOf(name), source);
    }
  }

  compile(part: string, source: string): Render {
    const compiled = this.#compile(part, source);
    this.#checkPartialNames();
    return (values) => compiled(values);
  }

  #compile(part: string, source: string): Compiled {
    const compiled = inPart(part, () => {
      const ast = this.#parse(source);
      const check = new TemplateCheck(this.#helpers, source);
      check.accept(ast);
      this.#checks.set(part, check);
      new EscapeEverything(this.#escaping.allowsRaw).accept(ast);
      const options = { strict: true, data: true };
      const program = new this.#env.Compiler().compile(ast, options);
      const spec = new this.#env.JavaScriptCompiler().compile(program, options, undefined, true);
      const { main } = spec;
      spec.main = (container, ...rest) => main(this.#strict(container), ...rest);
      return this.#env.template(spec);
    });
    const render: Compiled = (context, options) => inPart(part, () => compiled(context, options));
    return render;
  }

  #parse(source: string): hbs.AST.Program {
    try {
      return this.#env.parse(source);
    } catch (cause) {
      throw new Error(syntaxProblem(cause, source), { cause });
    }
  }

  #strict(container: Container): Container {
    if (container.strict === requireProperty) return container;
    container.strict = requireProperty;
    container.escapeExpression = (value) => (value instanceof Raw ? value.text : this.#escaping.print(value));
    container.lookupProperty = (parent, name) => {
      const { helpers, partials, decorators } = container;
      const registry = [helpers, partials, decorators].find((known) => known !== undefined && known === parent);
      // Handlebars asks these first whether they have the name; not having it is no error.
      if (registry) return Object.hasOwn(registry, name) ? registry[name] : undefined;
      return requireProperty(parent, name);
    };
    return container;
  }

  /** Once all parts are known: a partial may call what another part defines with `{{#*inline}}`. */
  #checkPartialNames(): void {
    const known = new Set(['@partial-block', ...Object.keys(this.#env.partials)]);
    for (const { inline } of this.#checks.values()) for (const name of inline) known.add(name);
    for (const [part, { called }] of this.#checks) {
      for (const name of called) {
        if (known.has(name)) continue;
        const meant = nearestName(name, [...known]);
        const question = meant === undefined ? '' : `; did you mean ${quote(meant)}?`;
        throw new TemplatePartError(`${part}: there is no partial "${name}"${question}`);
      }
    }
  }
}

/** A value that a template prints as it is. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Lets every value go the one way on which it is looked at, also those of `{{{ }}}`. */
class EscapeEverything extends Handlebars.Visitor {
  readonly #allowsRaw: boolean;

  constructor(allowsRaw: boolean) {
    super();
    this.#allowsRaw = allowsRaw;
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    if (!node.escaped && this.#allowsRaw)
      Object.assign(node, { path: pathTo(rawHelper, node), params: [printedValue(node)] });
    node.escaped = true;
  }
}

/** What a mustache prints, as an argument. */
function printedValue(node: hbs.AST.MustacheStatement): hbs.AST.Expression {
  const { path, params, hash, loc } = node;
  if (params.length > 0) return { type: 'SubExpression', path, params, hash, loc } as hbs.AST.SubExpression;
  // Where a name is expected, quotes around it are no text.
  return path.type === 'PathExpression' ? path : pathTo(String((path as { original: unknown }).original), node);
}

function pathTo(name: string, { loc }: hbs.AST.Node): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc };
}

/** The innermost part names itself: the error is about the partial, not about what called it. */
function inPart<T>(part: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof TemplatePartError) throw cause;
    throw new TemplatePartError(`${part}: ${messageOf(cause)}`, { cause });
  }
}
