import type { ConnectionFault, Link } from './breaking-proxy.js';
import type { Exchange } from './graph-server.js';

export type Outcome = 'sent' | 'not-sent' | 'unknown';

/** What a fault may use, besides the request it strikes. */
export interface Struck extends Exchange {
  link: Link;
  /** Whether the server does what the request asks for, in spite of all. */
  delivered: boolean;
  /** The client's patience ends. */
  timeOut(): void;
}

/** One way for a send to break. */
export interface FaultPoint {
  name: string;
  /** What is known of the message when the fault struck the only attempt. */
  outcome: Outcome;
  /** Whether the server can have done what the request asked for; both, where it has the choice. */
  delivered: readonly boolean[];
  /** Surely not sent, and worth another attempt. */
  retried?: true;
  /** The server cannot be sure to get the request whole, whatever it would do with it. */
  racing?: true;
  /** The answer arrives whole, if oddly. */
  whole?: true;
  /** Needs a request with a body. */
  inBody?: true;
  /** Tried again in any case, with a new token; `outcome` is for when that one strikes it too. */
  renewed?: true;
  /** Nobody listens. */
  refused?: true;
  /** @param size bytes of the request's body */
  connection?: (size: number) => ConnectionFault;
  request?: (exchange: Struck) => unknown;
}

/** For {@link FaultPoint.delivered}. */
export const never = [false] as const;
export const always = [true] as const;
export const either = [false, true] as const;
