import { GraphMailError, isGraphMailError, maybeSent } from '../../common/errors.js';
import { withoutSecrets } from '../../common/redact.js';
import { notSentEither, unknownWhether, withoutStop } from './request-errors.js';

/**
 * The failure of an operation, whatever ended it. All messages that waited for one token request get its error; each
 * gets one of its own, with its own count. And an error that ends a wait does not tell whether an earlier request took
 * effect.
 */
export function failureOfOperation(
  error: unknown,
  { submission }: { submission: boolean },
  { attempts, doubtful }: { attempts: number; doubtful: boolean },
): GraphMailError {
  if (doubtful) return asUnknown(error, submission, attempts);
  const failure = failureOfSend(error, false);
  if (attempts === 0 || failure.attempts !== undefined) return failure;
  return new GraphMailError(failure.message, { ...failure, cause: failure.cause, attempts });
}

/**
 * The failure of a send, whatever ended it. What became of the message follows from whether a request that may carry it
 * has left, and not from the error: functions, agents and plugins of the caller's may throw anything.
 */
export function failureOfSend(error: unknown, mayBeSent: boolean): GraphMailError {
  if (!isGraphMailError(error)) return unforeseen(error, mayBeSent);
  if ((error.outcome === 'unknown') === mayBeSent) return error;
  if (mayBeSent) return asUnknown(error, true, error.attempts);
  // It speaks of another message, or of nothing that is known here.
  return new GraphMailError(`${withoutVerdict(error.message)}${notSentEither}`, {
    ...error,
    cause: error.cause,
    outcome: 'not-sent',
    hint: error.hint === maybeSent ? undefined : error.hint,
  });
}

/** An error that is not one of ours. A bulk run tells it by `EGRAPH` from `'API'`, and ends. */
function unforeseen(cause: unknown, mayBeSent: boolean): GraphMailError {
  const text = `Sending failed: ${withoutStop(withoutSecrets(cause instanceof Error ? cause.message : String(cause)))}`;
  return mayBeSent
    ? new GraphMailError(unknownWhether(text), { code: 'EGRAPH', outcome: 'unknown', cause })
    : new GraphMailError(`${text}${notSentEither}`, { code: 'EGRAPH', command: 'API', cause, hint: lookAtCause });
}

const lookAtCause =
  'This error was not foreseen. Its cause shows where it comes from: often a function, agent or plugin that was given.';

function asUnknown(error: unknown, submission: boolean, attempts: number | undefined): GraphMailError {
  if (isGraphMailError(error) && error.outcome === 'unknown') return error;
  const known = isGraphMailError(error);
  const text = error instanceof Error ? error.message : String(error);
  return new GraphMailError(submission ? unknownWhether(text) : text, {
    attempts,
    ...(known ? error : { code: 'EGRAPH' }),
    cause: known ? error.cause : error,
    outcome: 'unknown',
    permanent: false,
    hint: maybeSent,
  });
}

/** What happened, where it says nothing of what became of the message. */
export function withoutVerdict(text: string): string {
  return withoutStop(text).replace(/; (?:the message was not sent|whether the message was sent is unknown)$/, '');
}
