import { checkFields } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { clearTimeout, setTimeout } from '../http/node-timers.js';
import type { Submission } from '../model/submission.js';
import { FILTER, filterMatcher, type Matcher, type MessageFilter } from './message-filter.js';
import type { Messages } from './messages.js';
import { messageContent, type SandboxMessage } from './sandbox-message.js';

export interface WaitOptions extends MessageFilter {
  /** Milliseconds until it rejects. Default `10_000`. */
  timeout?: number;
  /**
   * Only a message that comes later than this one, or at this time or later by the sandbox's clock. Default: also one that
   * is there already.
   */
  after?: SandboxMessage | Date;
}

/** What `Sandbox` offers to look for messages. */
export function messageApi(messages: Messages, waits: MessageWaits) {
  return {
    messages: async (filter: MessageFilter = {}): Promise<SandboxMessage[]> =>
      messages.readAll(await messages.find(filterMatcher('sandbox.messages', filter))),
    waitFor: async (options: WaitOptions): Promise<SandboxMessage> => {
      checkFields('sandbox.waitFor', options, WAIT);
      const { timeout = 10_000, after, ...filter } = options;
      const matcher = filterMatcher('sandbox.waitFor', filter);
      return messages.read(await waits.for({ matcher, timeout, ...(after !== undefined && { after }) }));
    },
  };
}

const WAIT = {
  ...FILTER,
  timeout: is.milliseconds,
  after: {
    expected: 'a message of this sandbox or a Date',
    accepts: (value: unknown) =>
      value instanceof Date
        ? !Number.isNaN(value.getTime())
        : typeof value === 'object' &&
          value !== null &&
          'id' in value &&
          'receivedAt' in value &&
          value.receivedAt instanceof Date,
  },
};

/** Only what came later than this message, or at this time or later. */
export type After = Pick<SandboxMessage, 'id' | 'receivedAt' | 'subject'> | Date;

export interface Wait {
  matcher: Matcher;
  after?: After;
  /** Milliseconds. */
  timeout: number;
  /** Ends the waiting. */
  signal?: AbortSignal;
}

/** Thrown when no message came in time, or none can come any more. */
export class NoMessage extends Error {}

// Of the messages that were not the one, so many are named.
const NAMED = 3;

/** The waits for a message. Nothing is polled: each is told of every submission. */
export class MessageWaits {
  readonly #messages: Messages;
  /** What ends each of them. Not listeners of one signal: of more than ten Node warns. */
  readonly #stops = new Set<() => void>();
  #closed = false;

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  /** The newest message that fits, or with `after` the first that came after it; if there is none yet, the next. */
  for({ matcher, after, timeout, signal }: Wait): Promise<Submission> {
    const { store, timelines } = this.#messages;
    return new Promise((resolve, reject) => {
      let settled = false;
      let arrived: Submission[] = [];
      let count = 0;
      // One after the other, since reading a body takes time and the order counts.
      let looking = Promise.resolve();
      const settle = (how: () => void): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        for (const end of watching) end();
        this.#stops.delete(stop);
        signal?.removeEventListener('abort', stop);
        how();
      };
      const fail = (why: string): void => {
        const came =
          count > 0 ? `Meanwhile came ${listed(arrived, count)}.` : `None came meanwhile${there(store.list())}.`;
        const what = `no message${matcher.words}${afterWords(after)}`;
        settle(() => reject(new NoMessage(`waitFor: ${what} ${why}. ${came}`)));
      };
      const stop = (): void => fail('came before the waiting was ended, or the sandbox closed');
      const look = (one: Submission): void => {
        if (settled || !matcher.head(one)) return;
        const { body } = matcher;
        if (!body) {
          looking = looking.then(() => settle(() => resolve(one)));
          return;
        }
        looking = looking.then(async () => {
          if (settled) return;
          const fits = body(await messageContent(one));
          // It may have been deleted meanwhile.
          if (fits && store.find(one.id) === one) settle(() => resolve(one));
        });
      };
      const lookAtAll = (): void => {
        const all = store.list();
        for (const one of after === undefined ? all.reverse() : laterThan(after, all)) look(one);
      };
      const watching = [
        store.watch((submission) => {
          if (!submission) {
            if (matcher.changes) lookAtAll();
            return;
          }
          count += 1;
          arrived = [...arrived, submission].slice(-NAMED);
          look(submission);
        }),
        ...(matcher.changes ? [timelines.watch(lookAtAll)] : []),
      ];
      const timer = setTimeout(() => fail(`came within ${timeout} ms`), timeout);
      this.#stops.add(stop);
      signal?.addEventListener('abort', stop);
      if (this.#closed || signal?.aborted) stop();
      else lookAtAll();
    });
  }

  /** Ends every wait. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }
}

/** Oldest first. Of a message that is not kept any more, its time must do. */
function laterThan(after: After, all: Submission[]): Submission[] {
  if (after instanceof Date) return all.filter(({ receivedAt }) => receivedAt >= after.getTime());
  const at = all.findIndex(({ id }) => id === after.id);
  return at < 0 ? all.filter(({ receivedAt }) => receivedAt > after.receivedAt.getTime()) : all.slice(at + 1);
}

function afterWords(after: After | undefined): string {
  if (after === undefined) return '';
  return after instanceof Date ? ` since ${after.toISOString()}` : ` after ${JSON.stringify(after.subject)}`;
}

function there(all: Submission[]): string {
  return all.length === 0 ? '' : `; there had been ${listed(all.slice(-NAMED), all.length)}`;
}

/** As `2 messages: "Hi" to ana@example.com; "Your code" to ben@example.com`. */
function listed(newest: Submission[], count: number): string {
  const named = newest.map(({ message }) => {
    const [first, ...more] = message.envelope.recipients;
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return `${JSON.stringify(message.subject)} to ${first?.address}${others}`;
  });
  const many = count === 1 ? '1 message' : `${count} messages`;
  return `${many}${count > named.length ? ', at last' : ''}: ${named.join('; ')}`;
}
