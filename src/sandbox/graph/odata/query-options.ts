import { type Denial, denial } from '../../http/denial.js';
import { FILTER_HELP, type Filter, parseFilter } from './filter.js';
import { SORTED } from './message-values.js';
import { type Order, parseOrder } from './order.js';

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

export type QueryOption = '$select' | '$filter' | '$orderby' | '$top' | '$skip' | '$count';

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
