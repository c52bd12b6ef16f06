import { type FailedOutcome, GraphMailError, maybeSent } from '../errors.js';
import { readGraphFault, responseLine } from '../graph/answer.js';
import { type HttpAnswer, NetworkFailure } from '../graph/http.js';
import { describeNetworkFailure } from '../graph/network-error.js';
import { explainRefusal } from './hints.js';

/** What is known of the attempt that failed, besides its result. */
export interface FailedAttempt {
  outcome: FailedOutcome;
  permanent: boolean;
  attempts: number;
  clientRequestId: string;
  retryAfter: number | undefined;
  host: string;
  mailbox: string;
}

/** The error for a send whose last attempt ended with `result`. */
export function sendFailure(result: HttpAnswer | NetworkFailure, attempt: FailedAttempt): GraphMailError {
  const { host, mailbox, ...fields } = attempt;
  const shared = { ...fields, command: 'sendMail' };
  if (result instanceof NetworkFailure) {
    const { code, text, hint } = describeNetworkFailure(result, host);
    return new GraphMailError(
      `${text}${attempt.outcome === 'unknown' ? '; whether the message was sent is unknown' : ''}.`,
      {
        ...shared,
        code,
        hint: attempt.outcome === 'unknown' ? maybeSent : hint,
        // What the caller aborted with is what it looks for.
        cause: result.reason === 'aborted' ? (result.cause as Error).cause : result,
      },
    );
  }
  const fault = readGraphFault(result);
  const response = responseLine(result, fault);
  const answered = {
    ...shared,
    responseCode: result.status,
    response,
    graphCode: fault.code,
    requestId: result.headers['request-id'],
  };
  if (attempt.outcome === 'unknown') {
    return new GraphMailError(`Graph answered ${response}; whether the message was sent is unknown.`, {
      ...answered,
      code: 'EGRAPH',
      hint: maybeSent,
    });
  }
  if (!attempt.permanent) {
    const wait =
      attempt.retryAfter === undefined ? '' : `, to be asked again in ${Math.ceil(attempt.retryAfter / 1000)} s`;
    return new GraphMailError(`Graph throttles ${mailbox} (${response}${wait}); the message was not sent.`, {
      ...answered,
      code: 'EGRAPH',
      hint: 'Send later or more slowly: Exchange Online takes about 30 messages a minute from a mailbox. A longer maxWait or more maxRetries wait more patiently.',
    });
  }
  const { code, hint } = explainRefusal(result.status, fault.code, fault.message);
  return new GraphMailError(`Graph refused the message for ${mailbox}: ${response}`, { ...answered, code, hint });
}
