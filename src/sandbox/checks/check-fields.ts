import { nearest } from './nearest.js';

/** What a field may hold, with the words that finish the sentence "expected …". */
export interface Kind {
  expected: string;
  accepts: (value: unknown) => boolean;
  /** Of a list: what each of its entries may hold. */
  entries?: Kind;
}

/** A kind for every field; a type that gains a field asks for its kind. */
export type Kinds<T> = { readonly [Name in keyof T]-?: Kind };

/** Throws an Error that names what was given and what is expected. `undefined` is as good as left out. */
export function checkFields<T>(what: string, given: unknown, kinds: Kinds<T>, required: (keyof T)[] = []): void {
  if (!isObject(given)) throw new Error(`${what} is ${shown(given)}, expected an object.`);
  const names = Object.keys(kinds);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kinds, name)) {
      const near = nearest(name, names);
      const known = near === undefined ? `Known are ${names.join(', ')}.` : `Did you mean "${near}"?`;
      throw new Error(`${what}: "${name}" is unknown. ${known}`);
    }
    const kind = kinds[name as keyof T];
    if (value !== undefined && !kind.accepts(value)) {
      throw new Error(`${what}: "${name}" is ${shown(value, kind.entries)}, expected ${kind.expected}.`);
    }
  }
  for (const name of required) {
    const { expected } = kinds[name];
    if (given[name as string] === undefined)
      throw new Error(`${what}: "${String(name)}" is missing, expected ${expected}.`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Short, and without line breaks; of a list, the entry that is wrong. */
function shown(value: unknown, entries?: Kind): string {
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) {
    const wrong = value.findIndex((one) => !entries?.accepts(one));
    return value.length === 0 ? 'an empty array' : `an array with ${shown(value[wrong])}`;
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
