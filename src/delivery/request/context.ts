import type { TokenSource } from '../../auth/token-source.js';
import type { Clock } from '../../common/timers.js';
import type { GraphClient } from '../../graph/client.js';
import type { GateClient } from '../gate/admission.js';
import type { RateLimiter } from '../gate/rate-limiter.js';
import type { Turnstile } from '../gate/request-queue.js';
import type { MessageIds } from './message-ids.js';
import type { AttemptReport } from './operation.js';
import type { RetryLimits } from './retry.js';
import type { RetryBudget } from './retry-budget.js';

/** What delivering needs besides the message. */
export interface DeliveryContext {
  graph: GraphClient;
  tokens: TokenSource;
  budget: RetryBudget;
  clock: Clock;
  limits: RetryLimits;
  /** Milliseconds for one call of a function that the caller gave. */
  timeout: number;
  /** In [0, 1). */
  random: () => number;
  /** What bounds the requests of the whole transport, over all mailboxes. */
  connections?: Turnstile | undefined;
  /** Told when a message really begins to leave. */
  rate?: RateLimiter | undefined;
  /** The messages that are under way in this process. */
  messageIds: Pick<MessageIds, 'enter'>;
  /** The transport, for the gates of its mailboxes. */
  client?: GateClient;
}

/** What one delivery may be given besides. */
export interface DeliveryHooks {
  /** Ends the delivery with `EABORT`. */
  signal?: AbortSignal | undefined;
  attempted?: (report: AttemptReport) => void;
  /** Told when `close()` must leave the message be, and when it need not any more. */
  inFlight?: (yes: boolean) => void;
  /** Told of a draft that is left behind: its id, or `undefined` when nobody knows whether there is one. */
  draftLeft?: (draftId: string | undefined) => void;
}
