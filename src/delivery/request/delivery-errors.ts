import { type FailedOutcome, GraphMailError, isGraphMailError, maybeSent } from '../../common/errors.js';
import { withoutSecrets } from '../../common/redact.js';
import { readGraphFault, responseLine } from '../../graph/answer.js';
import { type HttpAnswer, NetworkFailure } from '../../graph/http.js';
import { describeNetworkFailure } from '../../graph/network-error.js';
import { explainRefusal } from './error-hints.js';
import type { Command } from './types.js';

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
  return readCommands.has(command);
}

const readCommands: ReadonlySet<Command> = new Set([
  'findMessages',
  'getMessage',
  'listInbox',
  'getMime',
  'listMessageTraces',
]);

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
  listMessageTraces: 'a request',
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
): GraphMailError {
  if (doubtful) return asUnknown(error, submission, attempts);
  const failure = failureOfSend(error, false);
  if (attempts === 0 || failure.attempts !== undefined) return failure;
  return new GraphMailError(failure.message, { ...failure, cause: failure.cause, attempts });
}

/**
 * The failure of a send, whatever ended it. What became of the message is judged by whether a request that may carry it has
 * left, and not by the error: functions, agents and plugins of the caller's may throw anything.
 */
export function failureOfSend(error: unknown, mayBeSent: boolean): GraphMailError {
  if (!isGraphMailError(error)) return unforeseen(error, mayBeSent);
  if ((error.outcome === 'unknown') === mayBeSent) return error;
  if (mayBeSent) return asUnknown(error, true, error.attempts);
  // It speaks of another message, or of nothing that we know.
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

/** The message waited for its turn as long as it may. */
export function waitedTooLong(maxWait: number, pause: number, mailbox: string, command: Command): GraphMailError {
  return new GraphMailError(
    `It was not the message's turn at ${mailbox} within the ${maxWait} ms of its maxWait${notSentEither}`,
    {
      code: 'EGRAPH',
      command,
      retryAfter: pause > 0 ? pause : undefined,
      hint: 'Send later, or give graph.maxWait of the message a longer time.',
    },
  );
}

/** The mailbox was paused between the announcement of a request and the request, which was not made. */
export function pausedBefore(pause: number, mailbox: string, command: Command): GraphMailError {
  return new GraphMailError(`The request was not made, since ${mailbox} was paused just before it${notSentEither}`, {
    code: 'EGRAPH',
    command,
    retryAfter: pause > 0 ? pause : undefined,
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
