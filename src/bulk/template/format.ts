import { quote } from '../common/errors.js';

export interface DateFormat {
  locale: string;
  style: string;
}

const dateStyles = ['full', 'long', 'medium', 'short'] as const;
const isoDate = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** A date (`2024-03-01`, or with a time and zone) in the words of a locale; always the day it is in UTC. */
export function formatDate(value: unknown, { locale, style }: DateFormat): string {
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

export interface NumberFormat {
  locale: string;
  /** Digits after the point; as many as the number has, up to three, when not given. */
  digits?: number;
  /** An ISO 4217 code makes it an amount of money. */
  currency?: string;
}

/** A number, or its text as in `1234.5`, in the digits of a locale. */
export function formatNumber(value: unknown, { locale, digits, currency }: NumberFormat): string {
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
