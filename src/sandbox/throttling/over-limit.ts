import type { Answer } from '../http/answer.js';
import { outlookRefusal } from '../http/graph-errors.js';

/**
 * The limits as the Outlook service names them in its refusals. `MailboxConcurrency` and `IncomingBytes` are reported;
 * `RequestCount` is made after them. (fact throttle-5)
 */
export type LimitName = 'MailboxConcurrency' | 'RequestCount' | 'IncomingBytes';

/** A request over a limit; `retryAfter` null leaves the header out. */
export function overLimit(limit: LimitName, retryAfter: string | null): Answer {
  const answer = outlookRefusal(429, 'ApplicationThrottled', `Application is over its ${limit} limit.`);
  if (retryAfter !== null) answer.headers = { ...answer.headers, 'retry-after': retryAfter };
  return answer;
}
