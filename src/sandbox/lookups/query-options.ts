import { type Denial, denial, isDenial } from '../exchange/denial.js';

/** The OData query options of a lookup. */
export interface Query {
  /** Of `$select`; undefined without one. */
  properties: readonly string[] | undefined;
  /** The Message-ID that `$filter` asks for; undefined without one. */
  messageId: string | undefined;
  top: number;
  skip: number;
}

type QueryOption = '$select' | '$filter' | '$top' | '$skip';

/** Reads the query options that a lookup takes. Refuses every other one, which Graph may know: ignored, it would lie. */
export function readQuery(
  query: URLSearchParams,
  taken: readonly QueryOption[],
  known: readonly string[],
): Query | Denial {
  for (const name of query.keys()) {
    if (!name.startsWith('$') || (taken as readonly string[]).includes(name)) continue;
    return refuse(`The sandbox does not emulate the query option '${name}' here, but ${taken.join(', ')}.`);
  }
  const properties = readSelect(query.get('$select'), known);
  if (properties && isDenial(properties)) return properties;
  const messageId = readFilter(query.get('$filter'));
  if (messageId !== undefined && typeof messageId !== 'string') return messageId;
  const top = readCount('$top', query.get('$top'), 10, 1, 1000);
  if (typeof top !== 'number') return top;
  const skip = readCount('$skip', query.get('$skip'), 0, 0, Number.MAX_SAFE_INTEGER);
  return typeof skip === 'number' ? { properties, messageId, top, skip } : skip;
}

function readSelect(value: string | null, known: readonly string[]): string[] | Denial | undefined {
  const names = value?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  return refuse(`$select: the sandbox does not emulate the property '${unknown}', but ${known.join(', ')}.`);
}

function readFilter(value: string | null): string | Denial | undefined {
  if (value === null) return undefined;
  const literal = /^\s*internetMessageId\s+eq\s+'((?:[^']|'')*)'\s*$/.exec(value)?.[1];
  if (literal !== undefined) return literal.replaceAll("''", "'");
  return refuse(`Invalid filter clause: the sandbox emulates internetMessageId eq '…' alone, and was given ${value}`);
}

function readCount(name: string, value: string | null, fallback: number, from: number, to: number): number | Denial {
  if (value === null) return fallback;
  const count = /^\d{1,15}$/.test(value) ? Number(value) : -1;
  return count >= from && count <= to
    ? count
    : refuse(`Invalid value '${value}' for ${name}: expected ${from} to ${to}.`);
}

function refuse(message: string): Denial {
  return denial(400, 'BadRequest', message);
}
