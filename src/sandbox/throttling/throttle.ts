import type { Answer } from '../http/answer.js';
import { outlookRefusal } from '../http/graph-errors.js';
import { type ConcurrencyKey, ConcurrencyLimit } from './concurrency-limit.js';
import { MessageRate } from './message-rate.js';
import { SlidingWindow } from './sliding-window.js';

interface ThrottleOptions {
  /** In flight at a time. */
  concurrency: number | false;
  concurrencyKey: ConcurrencyKey;
  /** In 10 minutes, by application and mailbox. */
  requests: number | false;
  /** Bytes of body in 5 minutes, by application and mailbox. */
  uploadBytes: number | false;
  /** Messages in a minute, by mailbox. */
  messageRate: number | false;
  /** Requests for message traces in 5 minutes, of the whole tenant. */
  messageTraces: number | false;
  /** `Retry-After` of a refusal for requests in flight; `null` leaves it out of every refusal. */
  retryAfter: string | null;
  now: () => number;
}

/** What a request of an application to a mailbox holds while it is in flight. */
interface RequestSlot {
  /** Why it is refused, if it is; to be asked once, when the body is there. What is not refused counts as uploaded. */
  refuse: (method: string, bytes: number) => Answer | undefined;
  /** It is over; may be called more than once. */
  release: () => void;
}

/** How near the mailboxes are to Graph's limits. */
export interface ThrottlingView {
  /** As the sandbox was told; `null` is off. */
  limits: {
    /** Requests in flight. */
    concurrency: number | null;
    /** Requests in 10 minutes. */
    requests: number | null;
    /** Bytes of POST, PUT and PATCH in 5 minutes. */
    uploadBytes: number | null;
    /** Messages in a minute. */
    messageRate: number | null;
  };
  /** Each application with a mailbox that it has asked for, in the order of their first requests. */
  mailboxes: ThrottlingGauge[];
}

/** What one application used of one mailbox, refused requests included. */
export interface ThrottlingGauge {
  /** Primary address, lower case. */
  mailbox: string;
  appId: string;
  /** Requests in flight now, refused ones that wait for their answer included. */
  inFlight: number;
  /** In the last 10 minutes. */
  requests: number;
  /** Of the last 5 minutes; what was refused is not in it. */
  uploadBytes: number;
  /** Messages of the mailbox, of whatever application, that went out in the last minute. */
  messages: number;
  /** Messages of the mailbox that wait for their turn. */
  queued: number;
}

/** The limits of the Outlook service (Graph documentation, "Throttling limits"). */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #concurrency: ConcurrencyLimit;
  readonly #usages = new Map<string, Usage>();
  readonly messageRate: MessageRate;
  readonly messageTraces: TraceLimit;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#concurrency = new ConcurrencyLimit(options.concurrency, options.concurrencyKey);
    this.messageRate = new MessageRate(options.messageRate);
    this.messageTraces = new TraceLimit(options);
  }

  /** A request arrives; it counts, also when it is refused. `mailbox` in lower case. (fact throttle-8) */
  acquire(appId: string, mailbox: string): RequestSlot {
    const { now, requests, uploadBytes, retryAfter } = this.#options;
    const usage = this.#usage(appId, mailbox);
    const slot = this.#concurrency.acquire(appId, mailbox);
    usage.requests.add(1, now());
    usage.inFlight += 1;
    let released = false;
    return {
      release: () => {
        slot.release();
        if (!released) usage.inFlight -= 1;
        released = true;
      },
      refuse: (method, bytes) => {
        if (!slot.withinLimit) return overLimit('MailboxConcurrency', retryAfter);
        const { requests: made, uploads } = usage;
        const at = now();
        const wait = (seconds: number) => (retryAfter === null ? null : String(seconds));
        if (requests !== false && made.sum(at) > requests) {
          return overLimit('RequestCount', wait(made.secondsUntil(requests - 1, at)));
        }
        if (bytes === 0 || !UPLOADS.includes(method)) return undefined;
        const used = uploads.sum(at);
        // What is larger than the whole limit goes alone: nothing says that it never can.
        if (uploadBytes !== false && used > 0 && used + bytes > uploadBytes) {
          return overLimit('IncomingBytes', wait(uploads.secondsUntil(Math.max(0, uploadBytes - bytes), at)));
        }
        uploads.add(bytes, at);
        return undefined;
      },
    };
  }

  /** The most requests that were in flight at one time, refused ones included, by mailbox address. */
  highestInFlight(): Record<string, number> {
    return this.#concurrency.highest();
  }

  view(): ThrottlingView {
    const { concurrency, requests, uploadBytes, messageRate, now } = this.#options;
    const at = now();
    const orNull = (limit: number | false): number | null => (limit === false ? null : limit);
    return {
      limits: {
        concurrency: orNull(concurrency),
        requests: orNull(requests),
        uploadBytes: orNull(uploadBytes),
        messageRate: orNull(messageRate),
      },
      mailboxes: [...this.#usages.values()].map((usage) => ({
        mailbox: usage.mailbox,
        appId: usage.appId,
        inFlight: usage.inFlight,
        requests: usage.requests.sum(at),
        uploadBytes: usage.uploads.sum(at),
        ...this.messageRate.count(usage.mailbox, at),
      })),
    };
  }

  /** Forgets everything but the requests that are in flight. */
  clear(): void {
    this.#concurrency.clear();
    this.messageRate.clear();
    this.messageTraces.clear();
    for (const [key, usage] of this.#usages) {
      if (usage.inFlight === 0) this.#usages.delete(key);
      else usage.forget();
    }
  }

  #usage(appId: string, mailbox: string): Usage {
    const key = `${appId} ${mailbox}`;
    let usage = this.#usages.get(key);
    if (!usage) {
      usage = new Usage(appId, mailbox);
      this.#usages.set(key, usage);
    }
    return usage;
  }
}

const UPLOADS: readonly string[] = ['POST', 'PUT', 'PATCH'];

// Graph documentation, "Throttling limits": requests by 10 minutes, uploads by 5. (fact throttle-3)
const REQUEST_SECONDS = 600;

const UPLOAD_SECONDS = 300;

/** What one application used of one mailbox. */
class Usage {
  readonly appId: string;
  /** Address, lower case. */
  readonly mailbox: string;
  requests = new SlidingWindow(REQUEST_SECONDS);
  /** Bytes of body. */
  uploads = new SlidingWindow(UPLOAD_SECONDS);
  inFlight = 0;

  constructor(appId: string, mailbox: string) {
    this.appId = appId;
    this.mailbox = mailbox;
  }

  /** All but what is in flight. */
  forget(): void {
    this.requests = new SlidingWindow(REQUEST_SECONDS);
    this.uploads = new SlidingWindow(UPLOAD_SECONDS);
  }
}

// Graph documentation, "Throttling limits": message trace. (fact trace-2)
const SECONDS = 300;

/** Counts the requests for message traces of the whole tenant, refused ones included. */
class TraceLimit {
  readonly #options: { messageTraces: number | false; retryAfter: string | null; now: () => number };
  #requests = new SlidingWindow(SECONDS);

  constructor(options: { messageTraces: number | false; retryAfter: string | null; now: () => number }) {
    this.#options = options;
  }

  /** Counts a request: the `Retry-After` that it is refused with (`null`: without one), or undefined when it is within the limit. */
  refuse(): string | null | undefined {
    const { messageTraces: limit, retryAfter, now } = this.#options;
    const at = now();
    this.#requests.add(1, at);
    if (limit === false || this.#requests.sum(at) <= limit) return undefined;
    return retryAfter === null ? null : String(this.#requests.secondsUntil(limit - 1, at));
  }

  clear(): void {
    this.#requests = new SlidingWindow(SECONDS);
  }
}

/**
 * The limits as the Outlook service names them in its refusals. `MailboxConcurrency` and `IncomingBytes` are reported;
 * `RequestCount` is made after them. (fact throttle-5)
 */
type LimitName = 'MailboxConcurrency' | 'RequestCount' | 'IncomingBytes';

/** A request over a limit; `retryAfter` null leaves the header out. */
function overLimit(limit: LimitName, retryAfter: string | null): Answer {
  const answer = outlookRefusal(429, 'ApplicationThrottled', `Application is over its ${limit} limit.`);
  if (retryAfter !== null) answer.headers = { ...answer.headers, 'retry-after': retryAfter };
  return answer;
}
