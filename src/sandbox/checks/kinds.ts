import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Kind } from './check-fields.js';

// Longer than this, a timer of Node fires at once.
const LONGEST_TIMER = 2_147_483_647;

const isString = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isAddress = (value: unknown): boolean => typeof value === 'string' && /^[^\s@<>]+@[^\s@<>]+$/.test(value);
const isNumber = (value: unknown, from: number, to: number): boolean =>
  typeof value === 'number' && value >= from && value <= to;

export const text: Kind = { expected: 'text that is not empty', accepts: isString };
export const anyText: Kind = { expected: 'text', accepts: (value) => typeof value === 'string' };
export const anything: Kind = { expected: 'anything', accepts: () => true };
export const flag: Kind = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const address: Kind = { expected: 'an address such as "noreply@contoso.example"', accepts: isAddress };
export const milliseconds: Kind = {
  expected: `milliseconds from 0 to ${LONGEST_TIMER}`,
  accepts: (value) => isNumber(value, 0, LONGEST_TIMER),
};

export const listOf = (kind: Kind, of: string): Kind => ({
  expected: `an array of ${of}`,
  accepts: (value) => Array.isArray(value) && value.every(kind.accepts),
  entries: kind,
});

export const orOneOf = (kind: Kind, ...values: unknown[]): Kind => ({
  expected: `${kind.expected}, or ${values.map((value) => JSON.stringify(value)).join(' or ')}`,
  accepts: (value) => values.includes(value) || kind.accepts(value),
});

export const oneOf = (...values: string[]): Kind => ({
  expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
  accepts: (value) => values.includes(value as string),
});

export const number = (from: number): Kind => ({
  expected: `a number of ${from} or more`,
  accepts: (value) => isNumber(value, from, Number.POSITIVE_INFINITY),
});

export const integer = (from: number, to = Number.MAX_SAFE_INTEGER): Kind => ({
  expected: to === Number.MAX_SAFE_INTEGER ? `an integer of ${from} or more` : `an integer from ${from} to ${to}`,
  accepts: (value) => Number.isInteger(value) && isNumber(value, from, to),
});

export const headers: Kind = {
  expected: "an object of header names and texts, such as { 'Retry-After': '7' }",
  accepts: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.entries(value).every(isHeader),
};

function isHeader([name, value]: [string, unknown]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value as string);
    return typeof value === 'string';
  } catch {
    return false;
  }
}
