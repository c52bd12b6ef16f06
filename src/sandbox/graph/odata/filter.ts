import type { Item } from '../../model/item.js';
import { FILTERED } from './message-values.js';

export interface Filter {
  /** The properties that it names, in order, each once. */
  properties: readonly string[];
  accepts: (item: Item) => boolean;
}

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
export const FILTER_HELP =
  "internetMessageId eq '…', subject eq '…', isDraft eq true, isRead eq true, and times such as receivedDateTime ge 2026-11-23T10:00:00Z, joined with and";

/** Reads clauses joined with `and`. Undefined when it is anything else, which Graph may know. */
export function parseFilter(text: string): Filter | undefined {
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
