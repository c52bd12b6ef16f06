import { quote } from '../common/errors.js';
import { formatDate, formatNumber } from './format.js';
import { requireProperty } from './strict-lookup.js';

type Hash = Readonly<Record<string, unknown>>;
type TemplateHelper = (this: unknown, ...args: unknown[]) => unknown;

/** What a template may call, beside Handlebars' own `if`, `unless`, `each` and `with`. */
export const templateHelpers: Readonly<Record<string, TemplateHelper>> = {
  /** `{{#if (has "title")}}`: whether there is such a column, for those that not every list has. */
  has: helper('has', 1, [], function ([name]) {
    if (typeof this !== 'object' || this === null || !Object.hasOwn(this, String(name))) return false;
    return (this as Record<string, unknown>)[String(name)] !== undefined;
  }),
  /** `{{#if (eq language "fr")}}`: whether two values are written alike; all values of a CSV file are text. */
  eq: helper('eq', 2, [], ([a, b]) => String(a ?? '') === String(b ?? '')),
  lookup: helper('lookup', 2, [], ([object, name]) => requireProperty(object, String(name))),
  formatDate: helper('formatDate', 1, ['locale', 'style'], ([value], hash) =>
    formatDate(value, { locale: String(hash.locale ?? 'en'), style: String(hash.style ?? 'long') }),
  ),
  formatNumber: helper('formatNumber', 1, ['locale', 'digits', 'currency'], ([value], hash) =>
    formatNumber(value, {
      locale: String(hash.locale ?? 'en'),
      ...(hash.digits !== undefined && { digits: Number(hash.digits) }),
      ...(hash.currency !== undefined && { currency: String(hash.currency) }),
    }),
  ),
};

/** Handlebars passes whatever a template wrote; a misspelt option would otherwise go unnoticed. */
function helper(
  name: string,
  arity: number,
  options: readonly string[],
  run: (this: unknown, values: unknown[], hash: Hash) => unknown,
): TemplateHelper {
  return function (...args) {
    const { hash } = args.pop() as { hash: Hash };
    if (args.length !== arity)
      throw new Error(`${name} takes ${arity} value${arity === 1 ? '' : 's'}, not ${args.length}`);
    for (const key of Object.keys(hash)) {
      if (!options.includes(key)) {
        throw new Error(`${name} has no option ${quote(key)}${options.length ? `, only ${options.join(', ')}` : ''}`);
      }
    }
    return run.call(this, args, hash);
  };
}
