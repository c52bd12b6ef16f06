import { type Denial, denial } from '../http/graph-errors.js';
import { TRACE_STATUSES, type TraceEntry } from './trace-entries.js';

/** What a request for message traces asks for. */
interface TraceQuery {
  accepts: (entry: TraceEntry) => boolean;
  top: number;
  /** Where a page begins, and the moment of the first page, so that the pages fit together. */
  skip: { at: number; entries: number } | undefined;
}

const DAY = 86_400_000;
const WITHOUT_PERIOD = 2 * DAY;
// Graph documentation, "List messageTraces". (facts trace-4, trace-5)
const LONGEST_PERIOD = 10 * DAY;
const OLDEST = 90 * DAY;
const USUAL_TOP = 1000;
const MOST_TOP = 5000;

class QueryRefusal extends Error {}

type Accepts = (entry: TraceEntry) => boolean;

const TEXT = "'((?:[^']|'')*)'";
const EQUALS = new RegExp(
  `\\s*(messageId|recipientAddress|senderAddress|status|id|fromIP|toIP)\\s+eq\\s+${TEXT}\\s*`,
  'y',
);
const PERIOD = /\s*receivedDateTime\s+(ge|le)\s+(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z)\s*/y;
const IN_SUBJECT = new RegExp(`\\s*(contains|startsWith|endsWith)\\(\\s*subject\\s*,\\s*${TEXT}\\s*\\)\\s*`, 'iy');
const AND = /and\s/y;

/** Reads the query options. `now` in milliseconds since 1970. Refuses what Graph documents to refuse, and what it is not known to know. */
export function readTraceQuery(query: URLSearchParams, now: number): TraceQuery | Denial {
  try {
    for (const name of query.keys()) {
      if (!['$filter', '$top', '$skiptoken'].includes(name)) {
        throw new QueryRefusal(`The query option '${name}' is not supported here, but $filter, $top and $skiptoken.`);
      }
      if (query.getAll(name).length > 1) throw new QueryRefusal(`The query option '${name}' is given more than once.`);
    }
    return {
      accepts: readFilter(query.get('$filter'), now),
      top: readTop(query.get('$top')),
      skip: readSkipToken(query.get('$skiptoken')),
    };
  } catch (error) {
    if (error instanceof QueryRefusal) return denial(400, 'BadRequest', error.message);
    throw error;
  }
}

export function skipToken({ at, entries }: { at: number; entries: number }): string {
  return Buffer.from(`${at} ${entries}`).toString('base64url');
}

function readSkipToken(token: string | null): TraceQuery['skip'] {
  if (token === null) return undefined;
  const [, at, entries] = /^(\d+(?:\.\d+)?) (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (at === undefined) throw new QueryRefusal('The value of $skiptoken is not one that an answer gave.');
  return { at: Number(at), entries: Number(entries) };
}

function readTop(value: string | null): number {
  const top = value === null ? USUAL_TOP : /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (top >= 1 && top <= MOST_TOP) return top;
  throw new QueryRefusal(`Invalid value '${value}' for $top: expected 1 to ${MOST_TOP}.`);
}

function readFilter(text: string | null, now: number): Accepts {
  const clauses: Accepts[] = [];
  const period: { ge?: number; le?: number } = {};
  for (let at = 0; text !== null; ) {
    const [length, clause] = readClause(text, at, period);
    if (clause) clauses.push(clause);
    at += length;
    if (at === text.length) break;
    AND.lastIndex = at;
    // `or` is reported to be taken and ignored: only the last value counts.
    if (!AND.test(text)) throw new QueryRefusal(`Invalid filter clause: the sandbox takes clauses joined with and.`);
    at = AND.lastIndex;
  }
  const received = readPeriod(period, now);
  return (entry) => received(entry) && clauses.every((accepts) => accepts(entry));
}

function readClause(
  text: string,
  at: number,
  period: { ge?: number; le?: number },
): [length: number, clause?: Accepts] {
  const read = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const [whole, bound, time] = read(PERIOD) ?? [];
  if (whole !== undefined && (bound === 'ge' || bound === 'le') && time !== undefined) {
    if (period[bound] !== undefined) throw new QueryRefusal(`receivedDateTime ${bound} is given more than once.`);
    period[bound] = Date.parse(time);
    return [whole.length];
  }
  const [clause, name, quoted = ''] = read(EQUALS) ?? read(IN_SUBJECT) ?? [];
  if (clause === undefined || name === undefined) {
    throw new QueryRefusal('Invalid filter clause: a property is compared in a way that message trace does not know.');
  }
  return [clause.length, comparison(name, quoted.replaceAll("''", "'"))];
}

function comparison(name: string, value: string): Accepts {
  const wanted = value.toLowerCase();
  switch (name.toLowerCase()) {
    case 'contains':
      return ({ subject }) => subject.toLowerCase().includes(wanted);
    case 'startswith':
      return ({ subject }) => subject.toLowerCase().startsWith(wanted);
    case 'endswith':
      return ({ subject }) => subject.toLowerCase().endsWith(wanted);
    case 'messageid':
      return ({ messageId }) => messageId === value;
    case 'status':
      if (TRACE_STATUSES.some((status) => status.toLowerCase() === wanted)) break;
      throw new QueryRefusal(`Invalid value '${value}' for status: expected ${TRACE_STATUSES.join(', ')}.`);
  }
  return (entry) => String(entry[name as keyof TraceEntry]).toLowerCase() === wanted;
}

function readPeriod({ ge, le }: { ge?: number; le?: number }, now: number): Accepts {
  if (ge === undefined && le === undefined) return ({ received }) => received >= now - WITHOUT_PERIOD;
  if (ge === undefined || le === undefined) {
    throw new QueryRefusal('receivedDateTime needs both bounds: receivedDateTime ge … and receivedDateTime le ….');
  }
  if (Number.isNaN(ge) || Number.isNaN(le) || le < ge) throw new QueryRefusal('The time interval is not one.');
  if (le - ge > LONGEST_PERIOD) throw new QueryRefusal('The time interval must not exceed 10 days.');
  if (ge < now - OLDEST)
    throw new QueryRefusal('The start time must not be more than 90 days before the current date.');
  if (le > now) throw new QueryRefusal('The end time must not be later than the current date.');
  const from = toSecond(ge);
  return ({ received }) => toSecond(received) >= from && toSecond(received) <= le;
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
