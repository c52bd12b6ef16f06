/** What a field may hold, with the words that finish the sentence "expected …". */
export interface Kind {
  expected: string;
  accepts: (value: unknown) => boolean;
  /** Of a list: what each of its entries may hold. */
  entries?: Kind;
}

/** A kind for every field; a type that gains a field asks for its kind. */
export type Kinds<T> = { readonly [Name in keyof T]-?: Kind };

const ANY: Kind = { expected: '', accepts: () => false };

/** Throws an Error that names what was given and what is expected. `undefined` is as good as left out. */
export function checkFields<T>(what: string, given: unknown, kinds: Kinds<T>, required: (keyof T)[] = []): void {
  if (!isObject(given)) throw new Error(`${what} is ${shown(given, ANY)}, expected an object.`);
  const names = Object.keys(kinds);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kinds, name)) {
      const near = nearest(name, names);
      const known = near === undefined ? `Known are ${names.join(', ')}.` : `Did you mean "${near}"?`;
      throw new Error(`${what}: ${shownName(name)} is unknown. ${known}`);
    }
    const kind = kinds[name as keyof T];
    if (value !== undefined && !kind.accepts(value)) {
      throw new Error(`${what}: "${name}" is ${shown(value, kind)}, expected ${kind.expected}.`);
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

/**
 * What was given, for an error message; of a list, the entry that is wrong. A value may be a key or password that was put into
 * the wrong place: only addresses and what is nearly an expected word are shown, all else by type and length.
 */
function shown(value: unknown, kind: Kind): string {
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) {
    const { entries = kind } = kind;
    const wrong = value.findIndex((one) => !entries.accepts(one));
    return value.length === 0 ? 'an empty array' : `an array with ${shown(value[wrong], entries)}`;
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number') return shownNumber(value);
  if (typeof value !== 'string') return typeof value === 'symbol' ? 'a symbol' : String(value);
  if (value === '') return 'an empty string';
  const words = [...kind.expected.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word);
  if (ADDRESS.test(value) || nearest(value, words) !== undefined) return JSON.stringify(value);
  return `a string of ${value.length} character${value.length === 1 ? '' : 's'}`;
}

/** One that reads as such, which not everything with an @ in it does. */
const ADDRESS = /^[a-z0-9][a-z0-9._+'-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/i;

/** A password may be a number, too, but hardly one of three digits. */
function shownNumber(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1_000)) return String(value);
  const kind = value < 0 ? 'a negative number' : 'a number';
  if (!Number.isInteger(value)) return `${kind} with a fraction`;
  return `${kind} of ${BigInt(Math.abs(value)).toString().length} digits`;
}

function shownName(name: string): string {
  return /^[a-z][a-z_-]{0,23}$/i.test(name) ? `"${name}"` : `a name of ${name.length} characters`;
}

/** What should name something of the tenant, for an error message: the id of an application, or an address. */
export function shownKey(text: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? `"${text}"` : shown(text, ANY);
}

/** The known name that a misspelt one stands for: at most two letters away and mostly the same. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => ({ name, far: distance(given.toLowerCase(), name.toLowerCase()) }));
  const [best] = ranked.sort((a, b) => a.far - b.far);
  return best && best.far <= 2 && best.far * 2 < best.name.length ? best.name : undefined;
}

/** Letters to add, drop or exchange (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const exchanged = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
