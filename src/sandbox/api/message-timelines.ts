import type { RequestLog, RequestLogEntry } from '../http/request-log.js';
import type { Submission } from '../model/submission.js';
import { FARTHEST, type StoryRequest, storyOf, withWaits } from './message-timeline.js';

/**
 * What became of a message: `'unconfirmed'` when it was taken but the client got no answer or another one, `'bounced'` when
 * a report of non-delivery was made for one of its recipients.
 */
export type MessageStatus = 'accepted' | 'unconfirmed' | 'bounced';

/** Joins messages to the requests that were about them. Nothing is joined before somebody asks. */
export class Stories {
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

  /** Calls back whenever a story or a status may have changed; returns what ends that. */
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
    // Most messages have no such request; only of the others the whole story is read.
    const named = new Set<string | undefined>();
    for (const { messageId, clientRequestId } of this.#log.list().filter(answered))
      named.add(messageId ?? clientRequestId);
    const candidates = submissions.filter(
      ({ message, clientRequestId = '' }) => named.has(message.messageId) || named.has(clientRequestId),
    );
    const stories = this.ofAll(candidates);
    return new Set(candidates.filter((one) => stories.get(one)?.some(answered)));
  }

  of(submission: Submission): StoryRequest[] {
    return this.ofAll([submission]).get(submission) ?? [];
  }

  /** The stories of several messages, in one pass over the log. */
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
    const places = new Map(
      [...byMessage.values()].flatMap((entries) => entries.map((entry, at) => [entry, at] as const)),
    );
    return new Map(
      submissions.map((submission) => {
        const named = byMessage.get(submission.message.messageId) ?? [];
        const unnamed = byClient.get(submission.clientRequestId ?? '')?.slice(-FARTHEST) ?? [];
        const own = this.#requests.get(submission);
        const at = own && places.get(own);
        // Without a place, the log has dropped the request, and with it everything before.
        const story = at === undefined ? (own ? [own] : []) : storyOf(at, named);
        const whole = unnamed.length === 0 ? story : [...unnamed, ...story].sort((a, b) => +a.at - +b.at);
        return [submission, withWaits(whole)];
      }),
    );
  }

  /** The requests about a message that was not submitted, as a draft. */
  ofMessageId(messageId: string): StoryRequest[] {
    return withWaits(this.#log.list().filter((entry) => entry.messageId === messageId));
  }
}
