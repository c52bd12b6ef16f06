import type { HttpAnswer } from '../../graph/http.js';
import { isTlsCode, NetworkFailure } from '../../graph/network-failure.js';
import { parseRetryAfter } from '../../graph/retry-after.js';

/** What became of one request that was to send a message, or to prepare that. */
export type Outcome =
  /** Graph took the message. */
  | { kind: 'sent' }
  /** A request that sends nothing has done what it was for. */
  | { kind: 'done' }
  /** It surely did not; the same request may be made again. `retryAfter` in ms, where Graph said when. */
  | { kind: 'not-sent'; retry: 'later' | 'new-token'; retryAfter?: number | undefined; throttled: boolean }
  /** It surely did not, and would not next time either. */
  | { kind: 'not-sent'; retry: 'never' }
  /** It may have. With `repeat`, the same request may be made again all the same: a second one would have no effect. */
  | { kind: 'unknown'; repeat?: boolean };

/** Answers given before Graph stored anything: the synchronous refusals. (facts outcome-1, outcome-3) */
const refusals = new Set([400, 403, 404, 405, 409, 411, 413, 415]);

/**
 * Classifies the result of one attempt. Conservative: *not sent* only where nothing can have been stored, *sent* only
 * for 202 (other 2xx answers have been reported for messages that never went out), *unknown* for all else. (facts
 * send-5, send-6, outcome-2, outcome-4, outcome-5)
 */
export function classifySubmission(result: HttpAnswer | NetworkFailure, now: number): Outcome {
  if (result instanceof NetworkFailure) {
    if (result.written) return { kind: 'unknown' };
    // The next handshake would meet the same certificate.
    const lasting = result.proxy ? result.proxy.permanent : result.reason === 'aborted' || isTlsCode(result.code);
    return lasting ? { kind: 'not-sent', retry: 'never' } : { kind: 'not-sent', retry: 'later', throttled: false };
  }
  const { status } = result;
  if (status === 202) return { kind: 'sent' };
  if (status === 401) return { kind: 'not-sent', retry: 'new-token', throttled: false };
  if (refusals.has(status)) return { kind: 'not-sent', retry: 'never' };
  // A date in Retry-After is by the server's clock, which may differ from ours.
  const serverNow = Date.parse(result.headers.date ?? '');
  const retryAfter = parseRetryAfter(result.headers['retry-after'], Number.isNaN(serverNow) ? now : serverNow);
  if (status === 429 || (status === 503 && retryAfter !== undefined)) {
    return { kind: 'not-sent', retry: 'later', retryAfter, throttled: true };
  }
  return { kind: 'unknown' };
}

/** What is known of earlier requests of the same operation. */
export interface Earlier {
  /** Whether one may have had its effect. */
  doubtful: boolean;
  /** Whether one has left at all. */
  made: boolean;
}

/** Tells the outcome of a request from its result. */
export type Classify = (result: HttpAnswer | NetworkFailure, now: number, earlier: Earlier) => Outcome;

/** For a request that sends nothing, and has worked only with one of these statuses. */
export function classifyPreparation(...expected: number[]): Classify {
  return (result, now) => {
    if (!(result instanceof NetworkFailure) && expected.includes(result.status)) return { kind: 'done' };
    const outcome = classifySubmission(result, now);
    return outcome.kind === 'sent' ? { kind: 'unknown' } : outcome;
  };
}

/** For a request that sends nothing, and that does no harm when it is made twice. */
export function classifyRepeatable(...expected: number[]): Classify {
  const classifyOnce = classifyPreparation(...expected);
  return (result, now, earlier) => {
    const outcome = classifyOnce(result, now, earlier);
    return outcome.kind === 'unknown' ? { kind: 'unknown', repeat: true } : outcome;
  };
}

/** For a request to an upload URL, where no token goes: a 401 speaks of the session. */
export function classifyUpload(classify: Classify): Classify {
  return (result, now, earlier) => {
    const outcome = classify(result, now, earlier);
    const tokenWanted = outcome.kind === 'not-sent' && outcome.retry === 'new-token';
    return tokenWanted ? { kind: 'not-sent', retry: 'never' } : outcome;
  };
}
