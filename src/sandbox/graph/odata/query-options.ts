import type { Call } from '../../http/call.js';
import { type Denial, denial } from '../../http/graph-errors.js';
import type { Item } from '../../model/item.js';
import { FILTERED, SORTED } from './message-values.js';

/** The OData query options of a lookup. */
export interface Query {
  /** Of `$select`; undefined without one. */
  properties: readonly string[] | undefined;
  filter: Filter | undefined;
  order: Order | undefined;
  top: number;
  skip: number;
  /** Whether the answer is to say how many there are. */
  count: boolean;
}

type QueryOption = '$select' | '$filter' | '$orderby' | '$top' | '$skip' | '$count';

interface Filter {
  /** The properties that it names, in order, each once. */
  properties: readonly string[];
  accepts: (item: Item) => boolean;
}

interface Order {
  /** In order. */
  properties: readonly string[];
  compare: (one: Item, other: Item) => number;
}

// Graph takes them without the dollar sign for some resources only (Graph documentation, "Query parameters").
const WITHOUT_DOLLAR = /^(?:select|filter|orderby|top|skip|count|search|expand|format|skiptoken)$/i;

class QueryRefusal extends Error {}

/** Reads the query options that a lookup takes. Refuses every other one, which Graph may know: ignored, it would lie. */
export function readQuery(
  query: URLSearchParams,
  taken: readonly QueryOption[],
  known: readonly string[],
): Query | Denial {
  try {
    for (const name of query.keys()) {
      if (!name.startsWith('$') && !WITHOUT_DOLLAR.test(name)) continue;
      if ((taken as readonly string[]).includes(name)) {
        if (query.getAll(name).length === 1) continue;
        throw new QueryRefusal(`The query option '${name}' is given more than once.`);
      }
      const others = taken.length > 0 ? `, but ${taken.join(', ')}` : '';
      throw new QueryRefusal(`The sandbox does not emulate the query option '${name}' here${others}.`);
    }
    const filter = readFilter(query.get('$filter'));
    const order = readOrder(query.get('$orderby'));
    if (filter && order && !order.properties.every((name, at) => filter.properties[at] === name)) return inefficient;
    return {
      properties: readSelect(query.get('$select'), known),
      filter,
      order,
      top: readNumber('$top', query.get('$top'), 10, 1, 1000),
      skip: readNumber('$skip', query.get('$skip'), 0, 0, Number.MAX_SAFE_INTEGER),
      count: readCount(query.get('$count')),
    };
  } catch (error) {
    if (error instanceof QueryRefusal) return denial(400, 'BadRequest', error.message);
    throw error;
  }
}

function readSelect(value: string | null, known: readonly string[]): string[] | undefined {
  const names = value?.split(',').map((name) => name.trim());
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new QueryRefusal(`$select: the sandbox does not emulate the property '${unknown}', but ${known.join(', ')}.`);
}

function readFilter(value: string | null): Filter | undefined {
  const filter = value === null ? undefined : parseFilter(value);
  if (value === null || filter) return filter;
  throw new QueryRefusal(`Invalid filter clause: the sandbox emulates ${FILTER_HELP}; it was given ${value}`);
}

function readOrder(value: string | null): Order | undefined {
  const order = value === null ? undefined : parseOrder(value);
  if (value === null || order) return order;
  throw new QueryRefusal(`$orderby: the sandbox sorts by ${SORTED.join(', ')}, asc or desc; it was given ${value}`);
}

function readNumber(name: string, value: string | null, fallback: number, from: number, to: number): number {
  if (value === null) return fallback;
  const count = /^\d{1,15}$/.test(value) ? Number(value) : -1;
  if (count >= from && count <= to) return count;
  throw new QueryRefusal(`Invalid value '${value}' for ${name}: expected ${from} to ${to}.`);
}

function readCount(value: string | null): boolean {
  if (value === null || value === 'false') return false;
  if (value === 'true') return true;
  throw new QueryRefusal(`Invalid value '${value}' for $count: expected true or false.`);
}

/** What is sorted by must stand first in the filter (Graph documentation, "List messages"). (fact lookup-6) */
const inefficient = denial(
  400,
  'InefficientFilter',
  'The restriction or sort order is too complex for this operation.',
);

const CLAUSE =
  /\s*(\w+)\s+(eq|gt|ge|lt|le)\s+('(?:[^']|'')*'|true|false|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)\s*/y;

const AND = /and\s/y;

const COMPARISONS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  eq: (one, other) => one === other,
  gt: (one, other) => one > other,
  ge: (one, other) => one >= other,
  lt: (one, other) => one < other,
  le: (one, other) => one <= other,
};

/** What `$filter` can be in the sandbox, for a sentence. */
const FILTER_HELP =
  "internetMessageId eq '…', subject eq '…', isDraft eq true, isRead eq true, and times such as receivedDateTime ge 2026-11-23T10:00:00Z, joined with and";

/** Reads clauses joined with `and`. Undefined when it is anything else, which Graph may know. */
function parseFilter(text: string): Filter | undefined {
  const clauses: { property: string; accepts: (item: Item) => boolean }[] = [];
  for (let at = 0; ; ) {
    CLAUSE.lastIndex = at;
    const [whole, property = '', operator = '', literal = ''] = CLAUSE.exec(text) ?? [];
    if (whole === undefined) return undefined;
    const accepts = comparison(property, operator, literal);
    if (!accepts) return undefined;
    clauses.push({ property, accepts });
    at += whole.length;
    if (at === text.length) break;
    AND.lastIndex = at;
    if (!AND.test(text)) return undefined;
    at = AND.lastIndex;
  }
  return {
    properties: [...new Set(clauses.map(({ property }) => property))],
    accepts: (item) => clauses.every(({ accepts }) => accepts(item)),
  };
}

function comparison(property: string, operator: string, literal: string): ((item: Item) => boolean) | undefined {
  const read = Object.hasOwn(FILTERED, property) ? FILTERED[property] : undefined;
  const compare = COMPARISONS[operator];
  if (!read || !compare) return undefined;
  if (property.endsWith('DateTime')) {
    const time = /^\d/.test(literal) ? wholeSeconds(Date.parse(literal)) : Number.NaN;
    return Number.isNaN(time) ? undefined : (item) => compare(wholeSeconds(read(item) as number), time);
  }
  if (operator !== 'eq') return undefined;
  const isFlag = property.startsWith('is');
  if (isFlag !== (literal === 'true' || literal === 'false') || (!isFlag && !literal.startsWith("'"))) return undefined;
  const value = isFlag ? literal === 'true' : literal.slice(1, -1).replaceAll("''", "'");
  return (item) => read(item) === value;
}

/** As a message shows its times. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** Reads `$orderby`. Undefined when it is anything that the sandbox does not sort by. */
function parseOrder(text: string): Order | undefined {
  const keys: { property: string; sign: number; read: (item: Item) => string | boolean | number }[] = [];
  for (const part of text.split(',')) {
    const [, property = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(part) ?? [];
    const read = SORTED.includes(property) ? FILTERED[property] : undefined;
    if (!read) return undefined;
    keys.push({ property, sign: direction.toLowerCase() === 'desc' ? -1 : 1, read });
  }
  return {
    properties: keys.map(({ property }) => property),
    compare: (one, other) => {
      for (const { sign, read } of keys) {
        const difference = compareValues(read(one), read(other));
        if (difference !== 0) return sign * difference;
      }
      return 0;
    },
  };
}

function compareValues(one: string | boolean | number, other: string | boolean | number): number {
  if (typeof one === 'string' && typeof other === 'string') return one.localeCompare(other, 'en');
  return Number(one) - Number(other);
}

/** One page of a list: `value` is what `found` has there, as Graph writes it. */
export function page<T>(
  found: readonly T[],
  query: Query,
  call: Call,
): { entries: T[]; around: (context: string, value: unknown[]) => object } {
  const { top, skip, count } = query;
  return {
    entries: found.slice(skip, skip + top),
    around: (context, value) => ({
      '@odata.context': context,
      ...(count && { '@odata.count': found.length }),
      value,
      ...(found.length > skip + top && { '@odata.nextLink': nextLink(call, skip + top) }),
    }),
  };
}

function nextLink({ path, origin }: Call, skip: number): string {
  const next = new URLSearchParams(path.query);
  next.set('$skip', String(skip));
  return `${origin}/${path.segments.map(encodeURIComponent).join('/')}?${next}`;
}
