import { isGraphMailError } from '../../common/errors.js';
import type { GraphSentMessageInfo } from '../../transport/send-message.js';
import type { Configuration } from '../common/configuration.js';
import { EXIT, type ExitCode, exitCodeOfError } from '../common/exit-codes.js';
import { inFlags } from '../common/in-flags.js';
import { startSandbox } from '../common/known-sandbox.js';
import { MailInputError } from './mail-input.js';

/** What became of the mail, as `--json` prints it. */
export interface SendReport {
  outcome: 'sent' | 'not-sent' | 'unknown';
  exitCode: ExitCode;
  /** As it stands in the bytes; missing when the mail did not come so far. */
  messageId?: string | undefined;
  mailbox?: string | undefined;
  recipients?: string[] | undefined;
  /** Bytes of MIME. */
  size?: number | undefined;
  /** Graph's; leads to the Graph activity logs. */
  requestId?: string | undefined;
  clientRequestId?: string | undefined;
  attempts?: number | undefined;
  response?: string | undefined;
  /** Where the mail can be seen, in a sandbox. */
  inbox?: string | undefined;
  error?: FailureReport | undefined;
}

/** Why it was not sent, or is not known to be. */
export interface FailureReport {
  message: string;
  hint?: string | undefined;
  code?: string | undefined;
  responseCode?: number | undefined;
  graphCode?: string | undefined;
  aadsts?: number | undefined;
  permanent?: boolean | undefined;
  /** Milliseconds. */
  retryAfter?: number | undefined;
  /** Left behind in Drafts. */
  draftId?: string | undefined;
}

/** What is known of a mail that failed, from before it did. */
export interface MailOnItsWay {
  mailbox?: string | undefined;
  messageId?: string | undefined;
  /** The sandbox that it goes to, where it goes to one. */
  sandbox?: { inbox: string | undefined; origin: string | undefined } | undefined;
  /** Whether somebody asked for it to end. */
  interrupted?: boolean | undefined;
  /** Once it was read. */
  configuration?: Configuration | undefined;
}

export function reportSent(info: GraphSentMessageInfo, { sandbox }: MailOnItsWay): SendReport {
  const { messageId, mailbox, accepted, messageSize, requestId, clientRequestId, attempts, response } = info;
  return {
    outcome: 'sent',
    exitCode: EXIT.ok,
    messageId,
    mailbox,
    recipients: accepted,
    size: messageSize,
    requestId,
    clientRequestId,
    attempts,
    response,
    inbox: sandbox?.inbox,
  };
}

export function reportFailure(error: unknown, way: MailOnItsWay): SendReport {
  const { mailbox, messageId, interrupted, sandbox } = way;
  const told = isGraphMailError(error) ? error : undefined;
  const outcome = told?.outcome ?? 'not-sent';
  return {
    outcome,
    exitCode: exitCodeOfFailure(error, outcome, interrupted ?? false),
    messageId,
    mailbox,
    requestId: told?.requestId,
    clientRequestId: told?.clientRequestId,
    attempts: told?.attempts,
    response: told?.response,
    inbox: sandbox?.inbox,
    error: {
      ...wordsFor(error, way),
      code: told?.code,
      responseCode: told?.responseCode,
      graphCode: told?.graphCode,
      aadsts: told?.aadsts,
      permanent: told?.permanent,
      retryAfter: told?.retryAfter,
      draftId: told?.draftId,
    },
  };
}

function wordsFor(
  error: unknown,
  { interrupted, sandbox, configuration }: MailOnItsWay,
): Pick<FailureReport, 'message' | 'hint'> {
  if (!isGraphMailError(error)) return { message: error instanceof Error ? error.message : String(error) };
  // An interruption closes the transport, which is nobody's concern.
  if (interrupted && error.code === 'ECONNECTION') return { message: 'Interrupted before Graph had taken the mail.' };
  const { message, hint } = error;
  const told = (text: string) => inFlags(text, { configuration });
  if (sandbox?.origin !== undefined && refusesConnections(error)) {
    return { message: told(message), hint: startSandbox(sandbox.origin, sandbox.inbox) };
  }
  return { message: told(message), hint: hint === undefined ? undefined : told(hint) };
}

/** Whether nobody listens there. */
function refusesConnections(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' || cause.message.includes('ECONNREFUSED')) return true;
  }
  return false;
}

/** What is the matter with the mail, whoever says so. */
const aboutTheMail: ReadonlySet<string> = new Set(['EENVELOPE', 'EMESSAGE', 'EMAXRECIPIENTS', 'ESTREAM']);

/** That nobody knows whether it was sent goes before everything else: a person must look before it is sent again. */
function exitCodeOfFailure(error: unknown, outcome: SendReport['outcome'], interrupted: boolean): ExitCode {
  if (outcome === 'unknown') return EXIT.unknown;
  if (interrupted) return EXIT.interrupted;
  if (error instanceof MailInputError) return EXIT.badInput;
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  // A mailbox that is not there is configured, and the mail is right.
  if (code !== undefined && aboutTheMail.has(code) && responseCode !== 404) return EXIT.badInput;
  return exitCodeOfError(error);
}

/** For the help. */
export const SEND_EXIT_CODES_HELP = `
Exit codes:
  0    Graph has taken the mail     69   Microsoft Graph cannot be reached
  1    refused for another reason   75   temporary: send it again later
  2    the command is not right     77   the application lacks a permission
  3    unknown whether it was sent  78   the configuration is wrong
  65   the mail is not right        130  interrupted; it was not sent

--dry-run prints the MIME on stdout and notes on stderr; nobody signs in for it.`;
