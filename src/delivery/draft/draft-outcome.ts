import { readGraphFault } from '../../graph/error-answer.js';
import type { HttpAnswer } from '../../graph/http.js';
import { NetworkFailure } from '../../graph/network-failure.js';
import {
  type Classify,
  classifyRepeatable,
  classifySubmission,
  type Earlier,
  type Outcome,
} from '../request/outcome.js';

/**
 * Classifies the result of sending a draft. It goes out at most once: sending it moves it away, and its id with it, so that
 * a second request finds nothing. That makes a repetition safe, and tells what became of the first. (Reported, not
 * documented.)
 * (facts draft-4, draft-5)
 */
export function classifyDraftSend(result: HttpAnswer | NetworkFailure, now: number, earlier: Earlier): Outcome {
  const outcome = classifySubmission(result, now);
  if (outcome.kind === 'unknown') return { kind: 'unknown', repeat: true };
  if (outcome.kind !== 'not-sent' || outcome.retry !== 'never') return outcome;
  // Refused before, as it was said, and yet it is gone.
  if (!earlier.doubtful) return earlier.made && isGone(result) ? { kind: 'unknown' } : outcome;
  if (result instanceof NetworkFailure) return { kind: 'unknown' };
  if (result.status !== 404) return { kind: 'unknown', repeat: result.status === 409 };
  // A 404 with another code speaks of the mailbox; one without comes from something in between, or was cut off.
  return isGone(result) ? { kind: 'sent' } : { kind: 'unknown', repeat: readGraphFault(result).code === undefined };
}

/** Classifies the result of deleting a draft, which does no harm when it is done twice. */
export const classifyDraftDeletion: Classify = (result, now, earlier) =>
  // Without an earlier request, something else took it away.
  earlier.doubtful && isGone(result) ? { kind: 'done' } : classifyRepeatable(200, 204)(result, now, earlier);

/** Whether Graph says that there is no such draft. */
function isGone(result: HttpAnswer | NetworkFailure): boolean {
  return 'status' in result && result.status === 404 && readGraphFault(result).code === 'ErrorItemNotFound';
}
