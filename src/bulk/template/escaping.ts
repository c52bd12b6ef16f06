import { Handlebars } from '../../vendor/handlebars.js';
import { quote } from '../common/errors.js';
import { hasControlCharacter } from '../common/header-safety.js';

/** How one part of a mail takes the values of a row. */
export interface Escaping {
  readonly print: (value: unknown) => string;
  /** Whether a template may print a value as it is, with `{{{ }}}`. */
  readonly allowsRaw: boolean;
}

export const htmlEscaping: Escaping = {
  print: (value) => Handlebars.Utils.escapeExpression(plainText(value)),
  allowsRaw: true,
};

export const textEscaping: Escaping = { print: plainText, allowsRaw: false };

/** A line break from a row must never reach a header: it would begin a header of the row's own choosing. */
export const subjectEscaping: Escaping = {
  print(value) {
    const text = plainText(value);
    if (hasControlCharacter(text)) throw new Error(`${quote(text)} has a line break or control character in it`);
    return text;
  },
  allowsRaw: false,
};

/** A value as it is, if it is one that can be printed. */
export function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') throw new Error('a list or an object cannot be printed; name one of its values');
  return String(value);
}
