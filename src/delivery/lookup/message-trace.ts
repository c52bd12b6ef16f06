import type { Clock } from '../../common/clock.js';
import { configError, GraphMailError, isGraphMailError } from '../../common/errors.js';
import { processWide } from '../../common/process-wide.js';
import { SlidingWindow } from '../../common/sliding-window.js';
import {
  isTracePage,
  longestPeriod,
  nextTracePath,
  readTracePage,
  type TracedMessage,
  type TracedRecipient,
  type TracePage,
  type TraceSearch,
  tracePeriods,
  traceQuery,
} from '../../graph/message-trace.js';
import { MailboxGate } from '../gate/mailbox-gate.js';
import { RequestQueue } from '../gate/request-queue.js';
import type { Requests } from '../request/requests.js';
import { classifyWhole, type RunLookup, readOnly } from './lookup-request.js';
import { type SettledMessage, type Unsettled, unknownFate } from './settle.js';

/**
 * Requests that a process makes in five minutes, of the 100 that the tenant has for all its programs and administrators (Graph
 * throttling limits, message trace).
 * (fact trace-2)
 */
const mostRequests = 20;
const countedFor = 300_000;
/** Milliseconds between two looks for a message that is not there yet. */
const lookAgain = 60_000;
/** Milliseconds that the clock which wrote when a message was sent may have been ahead of Exchange's. */
const clocksDiffer = 600_000;
/** Milliseconds before Graph's now that a period ends which is asked for again: a Date header is rounded, and was on its way. */
const secondTry = 5_000;
/** Milliseconds after its first attempt in which a message that is settled alone is looked for. */
const sentWithin = 86_400_000;
/** Pages that are read for one query: a million entries. A server that gives a new link each time would be followed for ever. */
const mostPages = 200;

/** What message trace is called where others name the mailbox. */
export const traceName = "the tenant's message trace";

/** What all transports of a process share for the message trace of one tenant. No mailbox waits for it. */
export interface TraceLimits {
  /** Lets one request through at a time; holds what Graph pauses. */
  gate: MailboxGate;
  quota: SlidingWindow;
  /** Holds what would be beyond the quota. */
  queue: RequestQueue;
}

/** @param tenant with Graph's host, since a sandbox counts for itself */
export function traceLimits(tenant: string, clock: Clock): TraceLimits {
  const all = processWide('trace-limits', () => new Map<string, TraceLimits>());
  const known = all.get(tenant);
  if (known) return known;
  for (const [name, { gate, quota }] of all) {
    if (gate.unused && quota.isEmpty(clock.elapsed())) all.delete(name);
  }
  const quota = new SlidingWindow(mostRequests, countedFor);
  const limits: TraceLimits = {
    gate: new MailboxGate({ limit: 1, lookAhead: 0, uploadBudget: false, clock }),
    quota,
    queue: new RequestQueue({ limit: () => 1, wait: () => quota.wait(clock.elapsed(), 1), clock }),
  };
  all.set(tenant, limits);
  return limits;
}

/** How message trace is asked. */
export interface TraceAccess {
  run: RunLookup;
  quota: SlidingWindow;
  clock: Clock;
}

/**
 * The messages that message trace has of those that are looked for; what is missing may have been sent all the same. Ends when
 * all were found, else when all of the period was read.
 * @throws GraphMailError
 */
export async function searchTrace(access: TraceAccess, search: TraceSearch): Promise<TracedMessage[]> {
  if (search.messageIds.size === 0) return [];
  const { clock } = access;
  /** Milliseconds that the clock of this machine is ahead of Graph's, as far as an answer told. */
  const seen = { ahead: 0 };
  try {
    return await searchUntil(access, search, clock.now(), seen);
  } catch (error) {
    // The end of a period must not be in the future, which Graph tells by its own clock.
    const early = isGraphMailError(error) && error.responseCode === 400 && seen.ahead > 0;
    if (!early) throw error;
    // What the caller wrote by this clock is as far ahead.
    const lead = seen.ahead + secondTry;
    return searchUntil(access, { ...search, from: search.from - lead }, clock.now() - lead, seen);
  }
}

async function searchUntil(
  access: TraceAccess,
  search: TraceSearch,
  now: number,
  seen: { ahead: number },
): Promise<TracedMessage[]> {
  if (search.from > now) {
    throw configError(
      'The period begins in the future, of which message trace knows nothing.',
      'Check the clock of this machine.',
    );
  }
  const periods = tracePeriods(search, now);
  if (periods.length === 0) throw configError('Nothing of the period is in the 90 days that message trace goes back.');
  const found = new Map<string, Map<string, TracedRecipient>>();
  for (const period of periods) {
    for (const sender of search.senders) {
      const targets = new Set<string>();
      for (let target: string | undefined = traceQuery(sender, period); target !== undefined; ) {
        const asked: string = target;
        if (targets.has(asked)) throw strangeLink('comes back to a page that was read');
        if (targets.size >= mostPages) throw strangeLink(`goes on after ${mostPages} pages of one query`);
        targets.add(asked);
        const { entries, next }: TracePage = await readOnly(access.run, (requests) =>
          readPage(requests, access, asked, search, seen),
        );
        for (const { id, messageId, recipient } of entries) {
          const recipients = found.get(messageId) ?? new Map<string, TracedRecipient>();
          recipients.set(`${id} ${recipient.recipient.toLowerCase()}`, recipient);
          found.set(messageId, recipients);
        }
        target = next;
      }
    }
    if (found.size === search.messageIds.size) break;
  }
  return [...found].map(([messageId, recipients]) => ({ messageId, recipients: [...recipients.values()] }));
}

async function readPage(
  requests: Requests,
  { quota, clock }: TraceAccess,
  target: string,
  search: TraceSearch,
  seen: { ahead: number },
): Promise<TracePage> {
  const { graph } = requests;
  const { answer } = await requests.perform({
    command: 'listMessageTraces',
    submission: false,
    bytes: 0,
    classify: classifyWhole(({ body }) => isTracePage(body)),
    request: async (call) => {
      quota.begin(1);
      try {
        const answer = await graph.listMessageTraces(target, call);
        const date = Date.parse(answer.headers.date ?? '');
        if (!Number.isNaN(date)) seen.ahead = clock.now() - date;
        return answer;
      } finally {
        quota.end(clock.elapsed(), 1);
      }
    },
  });
  const { entries, next } = readTracePage(answer.body, search);
  const path = next === undefined ? undefined : nextTracePath(next, graph.host);
  if (next !== undefined && path === undefined) {
    throw strangeLink('goes on at another place, which is not followed: the token would go there');
  }
  return { entries, next: path };
}

function strangeLink(what: string): GraphMailError {
  return new GraphMailError(`Graph's list of message traces ${what}.`, {
    code: 'EGRAPH',
    command: 'listMessageTraces',
    permanent: true,
    hint: 'Check the option cloud, and whether a proxy in between changes answers.',
  });
}

/** A message that message trace may know. */
interface TraceableMessage extends Pick<TraceSearch, 'senders'> {
  messageId: string;
  /** What Exchange took before is not this message; without it, the last ten days are looked through. */
  sentAfter: Date | undefined;
  /** Milliseconds to go on looking. */
  window: number;
  draftId: string | undefined;
}

/**
 * Finds out whether Exchange took a message. It sends nothing, and nothing else is proved: message trace knows a message only
 * some time after it was sent.
 * @throws GraphMailError when that could not be asked, whatever its outcome says
 */
export async function settleByTrace(
  access: TraceAccess,
  { messageId, senders, sentAfter, window, draftId }: TraceableMessage,
): Promise<SettledMessage | Unsettled> {
  const { clock, run } = access;
  const end = clock.elapsed() + window;
  for (;;) {
    const now = clock.now();
    // In one query. A clock that was set may have written a time that is still to come.
    const first = Math.min(sentAfter?.getTime() ?? Number.POSITIVE_INFINITY, now);
    const period =
      sentAfter === undefined
        ? { from: now - longestPeriod + lookAgain, to: Number.POSITIVE_INFINITY }
        : { from: first - clocksDiffer, to: first + sentWithin };
    const search = { senders, messageIds: new Set([messageId]), ...period };
    const [message] = await searchTrace(access, search);
    if (message) {
      return { outcome: 'sent', response: 'Found in message trace', how: 'trace', recipients: message.recipients };
    }
    const left = end - clock.elapsed();
    if (left <= 0) return { outcome: 'unknown', error: notThere(messageId, draftId) };
    await run((requests) => requests.delay(Math.min(lookAgain, left)));
  }
}

/** (fact trace-3) */
function notThere(messageId: string, draftId: string | undefined): GraphMailError {
  return new GraphMailError(unknownFate(messageId, 'message trace does not have it, which proves nothing'), {
    code: 'EGRAPH',
    command: 'listMessageTraces',
    outcome: 'unknown',
    draftId,
    hint: "Ask again later: a message is in message trace minutes after it was sent, at times later, and for 90 days. It is known there by its sender: give the address in From as 'from' where it is not the mailbox's own.",
  });
}
