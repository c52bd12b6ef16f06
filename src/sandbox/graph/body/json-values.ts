import { type Denial, denial } from '../../http/graph-errors.js';

export type JsonObject = Record<string, unknown>;

/** Thrown while JSON is read that Graph would refuse, or that the sandbox does not emulate. */
export class JsonRefusal extends Error {
  readonly denial: Denial;

  constructor(reason: Denial) {
    super(reason.message);
    this.denial = reason;
  }
}

/** Code and words for unknown properties are reported; that other mistakes get the same code is inferred. */
export function unreadable(message: string): JsonRefusal {
  return new JsonRefusal(denial(400, 'RequestBodyRead', message));
}

/** What `read` gives, or why it cannot be read. */
export function orDenial<T>(read: () => T): T | Denial {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonRefusal) return error.denial;
    throw error;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The properties of a JSON object by their names as in `known`, in whatever letter case they came: Graph's metadata and its
 * examples differ in it. `null` is as good as left out, as are annotations (`@odata.…`). Throws for an unknown one.
 */
export function readProperties<Name extends string>(
  value: unknown,
  type: string,
  known: readonly Name[],
): Partial<Record<Name, unknown>> {
  if (!isObject(value)) throw unreadable(`Cannot read ${shown(value)} as '${type}': expected an object.`);
  const names = new Map(known.map((name) => [name.toLowerCase(), name]));
  const properties: Partial<Record<Name, unknown>> = {};
  for (const [given, content] of Object.entries(value)) {
    const name = names.get(given.toLowerCase());
    if (name === undefined && given.includes('@')) continue;
    if (name === undefined) {
      throw unreadable(
        `The property '${given}' does not exist on type '${type}'. Make sure to only use property names that are defined by the type or mark the type as open type.`,
      );
    }
    if (content !== null) properties[name] = content;
  }
  return properties;
}

export function readText(value: unknown, name: string): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') throw unreadable(`Cannot read ${shown(value)} as '${name}': expected text.`);
  return value;
}

export function readFlag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw unreadable(`Cannot read ${shown(value)} as '${name}': expected true or false.`);
  return value;
}

export function readList(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw unreadable(`Cannot read ${shown(value)} as '${name}': expected an array.`);
  return value;
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
