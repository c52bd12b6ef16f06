import { canonicalAddress } from '../common/canonical-address.js';
import { parseObject } from './http.js';
/**
 * What message trace says of one recipient (Graph documentation, "exchangeMessageTrace"): `'expanded'` of a group, whose members
 * then are recipients too; `'gettingStatus'` and `'pending'` while it is not decided; `'unknown'` for what is not documented.
 * (facts trace-1, trace-6)
 */
export type TraceStatus =
  | 'delivered'
  | 'failed'
  | 'pending'
  | 'quarantined'
  | 'filteredAsSpam'
  | 'expanded'
  | 'gettingStatus'
  | 'unknown';

/** One recipient of a message, as message trace has it. */
export interface TracedRecipient {
  /** The address; also one that a group or a forwarding led to. */
  recipient: string;
  status: TraceStatus;
  /** When Exchange Online took the message, as Graph writes it: ISO 8601, in UTC. */
  receivedAt: string;
}

/** A message that message trace has: Exchange Online took it. */
export interface TracedMessage {
  /** With angle brackets, as it was looked for. */
  messageId: string;
  recipients: TracedRecipient[];
}

/** What is looked for. Whatever else message trace shows is dropped as it is read. */
export interface TraceSearch {
  /** Any of these; canonical. */
  senders: readonly string[];
  /** With angle brackets. */
  messageIds: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
}

/** A period that message trace answers for in one query; milliseconds since the epoch, both ends in it. */
export interface TracePeriod {
  from: number;
  to: number;
}

const day = 86_400_000;
/** Milliseconds; Graph documentation, "List messageTraces", as all limits here. (facts trace-4, trace-5) */
export const longestPeriod = 10 * day;
const oldestTrace = 90 * day;
/** The most entries on one page. */
const atOnce = 5_000;
/** Milliseconds; the edge of 90 days moves while a request is on its way, or waits five minutes for those before it. */
const edge = 600_000;

/**
 * The queries that cover a period, oldest first: none longer than ten days, none older than 90, none that ends later than now.
 * Empty when nothing of the period is left.
 */
export function tracePeriods({ from, to }: TracePeriod, now: number): TracePeriod[] {
  const second = (ms: number) => Math.floor(ms / 1_000) * 1_000;
  const end = second(Math.min(to, now));
  const periods: TracePeriod[] = [];
  for (let begin = second(Math.max(from, now - oldestTrace + edge)); begin <= end; ) {
    const last = Math.min(begin + longestPeriod, end);
    periods.push({ from: begin, to: last });
    begin = last + 1_000;
  }
  return periods;
}

/** The query for all that a sender sent in a period: message trace takes one value for each property, and ignores `or` (reported). */
export function traceQuery(sender: string, { from, to }: TracePeriod, most = atOnce): string {
  const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const filter = `senderAddress eq '${sender.replaceAll("'", "''")}' and receivedDateTime ge ${time(from)} and receivedDateTime le ${time(to)}`;
  return `?$filter=${encodeURIComponent(filter)}&$top=${most}`;
}

/** What of a page is looked for. */
export interface TracePage {
  /** Each with the id of its entry, which tells two pages that overlap from two messages. */
  entries: { id: string; messageId: string; recipient: TracedRecipient }[];
  /** The whole link to the next page. */
  next: string | undefined;
}

/** Whether an answer is a page of message trace, whole. */
export function isTracePage(body: string): boolean {
  return Array.isArray(parseObject(body).value);
}

/**
 * Reads a page. Only what is sure to be looked for: a filter that was not applied would give the mail of the whole tenant.
 * Subjects and all that is said of other messages are not kept.
 */
export function readTracePage(body: string, { senders, messageIds, from, to }: TraceSearch): TracePage {
  const { value, '@odata.nextLink': next } = parseObject(body);
  const entries = (Array.isArray(value) ? (value as Record<string, unknown>[]) : []).flatMap((item) => {
    const { id, senderAddress, recipientAddress, receivedDateTime, status } = item ?? {};
    const messageId = withBrackets(item?.messageId);
    if (messageId === undefined || !messageIds.has(messageId)) return [];
    if (typeof senderAddress !== 'string' || !senders.includes(canonicalAddress(senderAddress))) return [];
    if (typeof recipientAddress !== 'string' || typeof receivedDateTime !== 'string') return [];
    const received = Date.parse(receivedDateTime);
    // To the second, as it was asked for.
    if (!(received >= from - 1_000 && received <= to + 1_000)) return [];
    const recipient = { recipient: recipientAddress, status: statusOf(status), receivedAt: receivedDateTime };
    return [{ id: typeof id === 'string' ? id : '', messageId, recipient }];
  });
  return { entries, next: typeof next === 'string' ? next : undefined };
}

/** Graph's examples have the brackets; what came without is the same message. */
function withBrackets(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.startsWith('<') ? value : `<${value}>`;
}

const statuses: readonly TraceStatus[] = [
  'delivered',
  'failed',
  'pending',
  'quarantined',
  'filteredAsSpam',
  'expanded',
  'gettingStatus',
];

/** One example of Graph's documentation writes `Delivered`. */
function statusOf(value: unknown): TraceStatus {
  const text = String(value).toLowerCase();
  return statuses.find((status) => status.toLowerCase() === text) ?? 'unknown';
}

/**
 * Path and query of a next page (an `@odata.nextLink`), where it is on Graph's own host; `undefined` for any other address: the
 * token must not go there.
 */
export function nextTracePath(link: string, host: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const url = new URL(link);
  return url.protocol === 'https:' && url.host === host && !url.username && !url.password
    ? url.pathname + url.search
    : undefined;
}
