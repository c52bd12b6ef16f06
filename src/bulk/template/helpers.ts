import { quote } from '../common/errors.js';
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

interface DateFormat {
  locale: string;
  style: string;
}

const dateStyles = ['full', 'long', 'medium', 'short'] as const;
const isoDate = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** A date (`2024-03-01`, or with a time and zone) in the words of a locale; always the day it is in UTC. */
function formatDate(value: unknown, { locale, style }: DateFormat): string {
  const dateStyle = dateStyles.find((name) => name === style);
  if (!dateStyle) throw new Error(`formatDate: style is one of ${dateStyles.join(', ')}, not ${quote(style)}`);
  return dateFormatter(checkLocale(locale), dateStyle).format(parseDate(value));
}

function parseDate(value: unknown): Date {
  const text = value instanceof Date ? value.toISOString() : String(value ?? '');
  const day = isoDate.exec(text)?.[1];
  // Date.parse takes 2024-02-30 for the first of March.
  const exists = day !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  const date = new Date(text);
  if (!exists || Number.isNaN(date.getTime()))
    throw new Error(`formatDate: ${quote(text)} is not a date like 2024-03-01`);
  return date;
}

interface NumberFormat {
  locale: string;
  /** Digits after the point; as many as the number has, up to three, when not given. */
  digits?: number;
  /** An ISO 4217 code makes it an amount of money. */
  currency?: string;
}

/** A number, or its text as in `1234.5`, in the digits of a locale. */
function formatNumber(value: unknown, { locale, digits, currency }: NumberFormat): string {
  const text = String(value ?? '');
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) || !Number.isFinite(Number(text))) {
    throw new Error(`formatNumber: ${quote(text)} is not a number like 1234.5`);
  }
  return new Intl.NumberFormat(checkLocale(locale), {
    ...(currency !== undefined && { style: 'currency', currency }),
    ...(digits !== undefined && { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  }).format(Number(text));
}

function checkLocale(locale: string): string {
  try {
    if (Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0) return locale;
  } catch {
    // Not even in the form of a locale: the same advice holds.
  }
  throw new Error(`${quote(locale)} is not a locale like "en" or "pt-BR"`);
}

// Making a formatter takes longer than all the rest of a small mail.
const dateFormatters = new Map<string, Intl.DateTimeFormat>();

function dateFormatter(locale: string, dateStyle: (typeof dateStyles)[number]): Intl.DateTimeFormat {
  const key = `${locale} ${dateStyle}`;
  const formatter = dateFormatters.get(key) ?? new Intl.DateTimeFormat(locale, { dateStyle, timeZone: 'UTC' });
  dateFormatters.set(key, formatter);
  return formatter;
}
