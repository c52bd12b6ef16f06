import { type FailedOutcome, GraphMailError, maybeSent } from '../../common/errors.js';
import { readGraphFault, responseLine } from '../../graph/error-answer.js';
import type { HttpAnswer } from '../../graph/http.js';
import { describeNetworkFailure, NetworkFailure } from '../../graph/network-failure.js';
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

/** The error for an operation whose last request ended with `result`. */
export function requestError(result: HttpAnswer | NetworkFailure, attempt: FailedAttempt): GraphMailError {
  const { host, mailbox, submission, ...shared } = attempt;
  const unknown = attempt.outcome === 'unknown';
  if (result instanceof NetworkFailure) {
    const { code, text, hint } = describeNetworkFailure(result, host);
    return new GraphMailError(unknown && submission ? unknownWhether(text) : `${text}.`, {
      ...shared,
      code,
      hint: unknown && submission ? maybeSent : hint,
      // The caller looks for what it aborted with.
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
    // When the message is sent again, a new draft is made.
    permanent: fault.code !== 'ErrorItemNotFound' || !aboutDraft(attempt.command),
    code,
    hint,
  });
}

export const notSentEither = '; the message was not sent.';
export const readLater = 'Read later, or give the option maxWait a longer time.';

/** Whether a command has nothing to do with a message's being sent now. */
export function onlyReads(command: Command): boolean {
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

/** What happened, and that it is not known what it did. */
export function unknownWhether(text: string): string {
  return `${withoutStop(text)}; whether the message was sent is unknown.`;
}

/** The mailbox was paused between the announcement of a request and the request, which was not made. */
export function pausedBefore(pause: number, mailbox: string, command: Command): GraphMailError {
  return new GraphMailError(`The request was not made, since ${mailbox} was paused just before it${notSentEither}`, {
    code: 'EGRAPH',
    command,
    retryAfter: pause > 0 ? pause : undefined,
  });
}

/** A sentence that is to go on. */
export function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
