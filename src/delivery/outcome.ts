import { type HttpAnswer, NetworkFailure } from '../graph/http.js';
import { isTlsCode } from '../graph/network-error.js';
import { parseRetryAfter } from '../graph/retry-after.js';

/** What became of one request that carried a message. */
export type Outcome =
  /** Graph took it. */
  | { kind: 'sent' }
  /** It surely did not; the same request may be made again. `retryAfter` in ms, where Graph said when. */
  | { kind: 'not-sent'; retry: 'later' | 'new-token'; retryAfter?: number | undefined; throttled: boolean }
  /** It surely did not, and would not next time either. */
  | { kind: 'not-sent'; retry: 'never' }
  /** It may have. */
  | { kind: 'unknown' };

/** Answers given before Graph stored anything: the synchronous refusals. */
const refusals = new Set([400, 403, 404, 405, 409, 411, 413, 415]);

/**
 * Judges one attempt. Sound rather than hopeful: *not sent* only where nothing can have been stored, *sent* only for 202
 * (other 2xx answers have been reported for messages that never went out), *unknown* for all the rest.
 */
export function judge(result: HttpAnswer | NetworkFailure, now: number): Outcome {
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
  // A date is meant by the server's clock, which may differ from ours.
  const serverNow = Date.parse(result.headers.date ?? '');
  const retryAfter = parseRetryAfter(result.headers['retry-after'], Number.isNaN(serverNow) ? now : serverNow);
  if (status === 429 || (status === 503 && retryAfter !== undefined)) {
    return { kind: 'not-sent', retry: 'later', retryAfter, throttled: true };
  }
  return { kind: 'unknown' };
}
