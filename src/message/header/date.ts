import { GraphMailError } from '../../common/errors.js';

const rfc5322 =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ \t]*)?\d{1,2}[ \t]+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ \t]+\d{4}[ \t]+\d\d:\d\d(?::\d\d)?[ \t]+(?:([+-]\d{4})|GMT|UTC?|Z)(?:[ \t]*\([^()]*\))?$/i;
const iso8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * A date as RFC 5322 writes it; one that is so written already stays.
 * @throws GraphMailError `EMESSAGE`
 */
export function dateField(value: unknown): string {
  if (typeof value === 'number') return written(new Date(value), 'a number');
  if (isDate(value)) return written(value, 'a Date');
  if (typeof value !== 'string') throw refused(kindOf(value));
  const text = value.trim();
  const zone = rfc5322.exec(text);
  if (!zone && !iso8601.test(text)) throw refused('a string');
  const field = written(new Date(zone ? text : text.replace(' ', 'T').replace(',', '.')), 'a string');
  return zone?.[1] === undefined ? field : text;
}

function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function written(date: Date, kind: string): string {
  const year = date.getUTCFullYear();
  // RFC 5322 has years from 1900 on, in four digits here.
  if (Number.isNaN(year) || year < 1900 || year > 9999) throw refused(kind);
  return date.toUTCString().replace('GMT', '+0000');
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function refused(kind: string): GraphMailError {
  return new GraphMailError(`The date of the message is ${kind} that is not a date.`, {
    code: 'EMESSAGE',
    permanent: true,
    command: 'API',
    hint: 'Give a Date, its milliseconds since 1970, or a text as in ISO 8601 (2026-11-30T09:00:00Z) or RFC 5322.',
  });
}
