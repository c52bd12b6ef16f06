import type { RequestLog, RequestLogEntry } from '../http/request-log.js';
import type { Submission } from '../model/submission.js';

/**
 * What became of a message: `'unconfirmed'` when it was taken but the client got no answer or another one, `'bounced'` when
 * a report of non-delivery was made for one of its recipients.
 */
export type MessageStatus = 'accepted' | 'unconfirmed' | 'bounced';

/** A request in the timeline of a message. */
export interface StoryRequest extends RequestLogEntry {
  /** Milliseconds since the request before it ended (began, when that got no answer); 0 for the first. */
  wait: number;
}

// Requests of one message to each side of the one that submitted it; a client that sends thousands under one Message-ID
// needs no more.
const FARTHEST = 100;

/** Joins messages to the requests that were about them. Nothing is joined before it is needed. */
export class MessageTimelines {
  readonly #log: RequestLog;
  /** The requests that submitted them, also when the log has dropped these. */
  readonly #requests = new WeakMap<Submission, RequestLogEntry>();

  /** Changes with the log. */
  #version = 0;

  constructor(log: RequestLog) {
    this.#log = log;
    log.watch(() => {
      this.#version += 1;
    });
  }

  /** Remembers the request of a submission that comes in just now. */
  submitted(submission: Submission): void {
    const entry = this.#log.findNewest(({ requestId }) => requestId === submission.requestId);
    if (entry) this.#requests.set(submission, entry);
  }

  /** Calls back whenever a timeline or a status may have changed; returns what ends that. */
  watch(watcher: () => void): () => void {
    return this.#log.watch(watcher);
  }

  status(submission: Submission): MessageStatus {
    if (submission.bounced?.length) return 'bounced';
    const { status = 202, instead } = this.#requests.get(submission) ?? {};
    return instead === undefined && status < 300 ? 'accepted' : 'unconfirmed';
  }

  /** Tells those of the submissions one of whose requests was answered with this HTTP status, also as they change. */
  answeredWith(status: number, submissions: () => readonly Submission[]): (submission: Submission) => boolean {
    let version: number | undefined;
    let found = new Set<Submission>();
    return (submission) => {
      if (version !== this.#version) {
        version = this.#version;
        found = this.#answeredWith(status, submissions());
      }
      return found.has(submission);
    };
  }

  #answeredWith(status: number, submissions: readonly Submission[]): Set<Submission> {
    const answered = (entry: RequestLogEntry): boolean => entry.status === status;
    // Most messages have no such request; only of the others the whole timeline is read.
    const named = new Set<string | undefined>();
    for (const { messageId, clientRequestId } of this.#log.list().filter(answered))
      named.add(messageId ?? clientRequestId);
    const candidates = submissions.filter(
      ({ message, clientRequestId = '' }) => named.has(message.messageId) || named.has(clientRequestId),
    );
    const timelines = this.ofAll(candidates);
    return new Set(candidates.filter((one) => timelines.get(one)?.some(answered)));
  }

  of(submission: Submission): StoryRequest[] {
    return this.ofAll([submission]).get(submission) ?? [];
  }

  /** The timelines of several messages, in one pass over the log. */
  ofAll(submissions: readonly Submission[]): Map<Submission, StoryRequest[]> {
    const byMessage = new Map<string, RequestLogEntry[]>();
    const byClient = new Map<string, RequestLogEntry[]>();
    for (const { message, clientRequestId } of submissions) {
      byMessage.set(message.messageId, []);
      if (clientRequestId !== undefined) byClient.set(clientRequestId, []);
    }
    for (const entry of this.#log.list()) {
      // The client's own id joins only requests that do not tell which message they are about.
      if (entry.messageId !== undefined) byMessage.get(entry.messageId)?.push(entry);
      else if (entry.clientRequestId !== undefined) byClient.get(entry.clientRequestId)?.push(entry);
    }
    const positions = new Map(
      [...byMessage.values()].flatMap((entries) => entries.map((entry, at) => [entry, at] as const)),
    );
    return new Map(
      submissions.map((submission) => {
        const named = byMessage.get(submission.message.messageId) ?? [];
        const unnamed = byClient.get(submission.clientRequestId ?? '')?.slice(-FARTHEST) ?? [];
        const own = this.#requests.get(submission);
        const at = own && positions.get(own);
        // Without a position, the log has dropped the request, and with it everything before.
        const timeline = at === undefined ? (own ? [own] : []) : timelineOf(at, named);
        const whole = unnamed.length === 0 ? timeline : [...unnamed, ...timeline].sort((a, b) => +a.at - +b.at);
        return [submission, withWaits(whole)];
      }),
    );
  }

  /** The requests about a message that was not submitted, as a draft. */
  ofMessageId(messageId: string): StoryRequest[] {
    return withWaits(this.#log.list().filter((entry) => entry.messageId === messageId));
  }
}

/**
 * The part of the requests about one Message-ID, oldest first, that tells of the submission that the one at `own` made.
 * Messages may share a Message-ID, when a client sends again what was taken already:
 * - a timeline begins with the first attempt after the last one before `own` of which the client knows that it was taken;
 * - it ends before the next attempt when the client knows of `own` that it was taken, otherwise before the next one that
 *   was taken.
 * So the timelines of two messages overlap where the client did not know that the first was there.
 */
function timelineOf(own: number, requests: readonly RequestLogEntry[]): RequestLogEntry[] {
  const submitting = requests[own];
  if (!submitting) return [];
  const before = requests.slice(Math.max(0, own - FARTHEST), own);
  const after = requests.slice(own + 1, own + 1 + FARTHEST);
  const known = before.findLastIndex(isConfirmed);
  const fresh = before.slice(known + 1);
  const first = known < 0 ? 0 : fresh.findIndex(isAttempt);
  const end = after.findIndex(isConfirmed(submitting) ? isAttempt : isTaken);
  return [...(first < 0 ? [] : fresh.slice(first)), submitting, ...(end < 0 ? after : after.slice(0, end))];
}

/** Adds to each request how long the client waited before it. */
function withWaits(requests: readonly RequestLogEntry[]): StoryRequest[] {
  return requests.map((entry, index) => {
    const before = requests[index - 1];
    return { ...entry, wait: before ? waitBetween(before, entry) : 0 };
  });
}

export function waitBetween(before: RequestLogEntry, entry: RequestLogEntry): number {
  return Math.max(0, Math.round(entry.at.getTime() - before.at.getTime() - (before.durationMs ?? 0)));
}

/** How often a client tried to have a message sent; at least once. */
export function countAttempts(timeline: readonly RequestLogEntry[]): number {
  return Math.max(1, timeline.filter(isSend).length);
}

function isSend({ operation }: RequestLogEntry): boolean {
  return operation === 'sendMail' || operation === 'sendDraft';
}

function isAttempt(entry: RequestLogEntry): boolean {
  return isSend(entry) || entry.operation === 'createDraft';
}

function isTaken(entry: RequestLogEntry): boolean {
  return isSend(entry) && entry.delivered === true;
}

function isConfirmed(entry: RequestLogEntry): boolean {
  return isTaken(entry) && entry.status !== undefined && entry.status < 300;
}
