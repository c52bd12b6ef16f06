import { type FailedOutcome, GraphMailError, isGraphMailError, maybeSent } from '../errors.js';
import { readGraphFault, responseLine } from '../graph/answer.js';
import { type HttpAnswer, NetworkFailure } from '../graph/http.js';
import { describeNetworkFailure } from '../graph/network-error.js';
import { explainRefusal } from './hints.js';
import type { Command } from './step.js';

/** What is known of the attempt that failed, besides its result. */
export interface FailedAttempt {
  command: Command;
  /** Whether the request was to send the message, or only to prepare that. */
  submission: boolean;
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
  const { host, mailbox, submission, ...shared } = attempt;
  const unknown = attempt.outcome === 'unknown';
  if (result instanceof NetworkFailure) {
    const { code, text, hint } = describeNetworkFailure(result, host);
    return new GraphMailError(unknown && submission ? unknownWhether(text) : `${text}.`, {
      ...shared,
      code,
      hint: unknown && submission ? maybeSent : hint,
      // What the caller aborted with is what it looks for.
      cause: result.reason === 'aborted' ? (result.cause as Error).cause : result,
    });
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
  if (unknown) {
    const text = `Graph answered ${response}`;
    return new GraphMailError(submission ? unknownWhether(text) : `${text} to ${attempt.command}.`, {
      ...answered,
      code: 'EGRAPH',
      hint: submission ? maybeSent : undefined,
    });
  }
  if (!attempt.permanent) {
    const reading = onlyReads(attempt.command);
    const wait =
      attempt.retryAfter === undefined ? '' : `, to be asked again in ${Math.ceil(attempt.retryAfter / 1000)} s`;
    return new GraphMailError(`Graph throttles ${mailbox} (${response}${wait})${reading ? '.' : notSentEither}`, {
      ...answered,
      code: 'EGRAPH',
      hint: reading
        ? readLater
        : 'Send later or more slowly: Exchange Online takes about 30 messages a minute from a mailbox. A longer maxWait or more maxRetries wait more patiently.',
    });
  }
  const { code, hint } = explainRefusal(result.status, fault.code, fault.message, attempt.command);
  return new GraphMailError(`Graph refused ${refused[attempt.command]} for ${mailbox}: ${response}`, {
    ...answered,
    // Whoever sends the message again makes a new draft.
    permanent: fault.code !== 'ErrorItemNotFound' || !aboutDraft(attempt.command),
    code,
    hint,
  });
}

const notSentEither = '; the message was not sent.';
const readLater = 'Read later, or give the option maxWait a longer time.';

/** Whether a command has nothing to do with a message's being sent now. */
function onlyReads(command: Command): boolean {
  return command === 'findMessages' || command === 'getMessage' || command === 'listInbox' || command === 'getMime';
}

function aboutDraft(command: Command): boolean {
  return command !== 'sendMail' && !onlyReads(command);
}

/** What is refused, in words. */
const refused: Record<Command, string> = {
  sendMail: 'the message',
  createDraft: 'a draft of the message',
  sendDraft: 'to send the draft',
  deleteDraft: 'to delete the draft',
  findMessages: 'to look for the message',
  getMessage: 'to show the draft',
  listInbox: 'to list the Inbox',
  getMime: 'to give a message of the Inbox',
  addAttachment: 'an attachment of the message',
  createUploadSession: 'an attachment of the message',
  uploadChunk: 'a part of an attachment',
  uploadStatus: 'to tell what it has of an attachment',
};

/** What happened, and that nobody knows what it did. */
export function unknownWhether(text: string): string {
  return `${withoutStop(text)}; whether the message was sent is unknown.`;
}

/** What happened, where it says nothing of what became of the message. */
export function withoutVerdict(text: string): string {
  return withoutStop(text).replace(/; (?:the message was not sent|whether the message was sent is unknown)$/, '');
}

/** A sentence that is to go on. */
export function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}

/**
 * The failure of a step, whatever ended it. All messages that waited for one token request get its error; each gets one of
 * its own, with its own count. And what ended a wait knows nothing of an earlier request that may have had its effect.
 */
export function failureOfStep(
  error: unknown,
  { submission }: { submission: boolean },
  { attempts, doubtful }: { attempts: number; doubtful: boolean },
): unknown {
  if (doubtful) return asUnknown(error, submission, attempts);
  if (attempts === 0 || !isGraphMailError(error) || error.attempts !== undefined) return error;
  return new GraphMailError(error.message, { ...error, cause: error.cause, attempts });
}

function asUnknown(error: unknown, submission: boolean, attempts: number): GraphMailError {
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

/**
 * A pause longer than anybody would wait fails what comes now, instead of keeping it for that long.
 * @param pause milliseconds
 */
export function longPause(pause: number, mailbox: string, command: Command, doubtful = false): GraphMailError {
  const text = `Graph wants no requests for ${mailbox} for another ${Math.ceil(pause / 1000)} s, which is longer than maxWait`;
  const reading = onlyReads(command);
  return new GraphMailError(doubtful ? text : `${text}${reading ? '.' : notSentEither}`, {
    code: 'EGRAPH',
    command,
    retryAfter: pause,
    hint: reading ? readLater : 'Send later, or give the option maxWait a longer time.',
  });
}
