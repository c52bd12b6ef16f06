import { isGraphMailError } from '../../common/errors.js';
import { quotePowerShell } from '../../common/shell-quoting.js';
import type { GraphSentMessageInfo } from '../../transport/send-message.js';
import type { Configuration } from '../common/configuration.js';
import { EXIT, type ExitCode, exitCodeOfError } from '../common/exit-codes.js';
import { inFlags } from '../common/in-flags.js';
import { startSandbox } from '../common/known-sandbox.js';
import { block, paragraph, printable, printableLines } from '../common/wording.js';
import { MailInputError } from './read-mail.js';

/** What became of the mail, as `--json` prints it. */
export interface SendReport {
  outcome: 'sent' | 'not-sent' | 'unknown';
  exitCode: ExitCode;
  /** As in the MIME; missing when the mail was not composed. */
  messageId?: string | undefined;
  mailbox?: string | undefined;
  recipients?: string[] | undefined;
  /** Bytes of MIME. */
  size?: number | undefined;
  /** Graph's id of the request, for the Graph activity logs. */
  requestId?: string | undefined;
  clientRequestId?: string | undefined;
  attempts?: number | undefined;
  response?: string | undefined;
  /** Where the mail can be seen, in a sandbox. */
  inbox?: string | undefined;
  error?: FailureReport | undefined;
}

/** Why it was not sent, or is not known to be. */
interface FailureReport {
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

/** What is known of a mail before its outcome is. */
export interface SendContext {
  mailbox?: string | undefined;
  messageId?: string | undefined;
  /** The sandbox that it goes to, where it goes to one. */
  sandbox?: { inbox: string | undefined; origin: string | undefined } | undefined;
  /** Whether the user interrupted it. */
  interrupted?: boolean | undefined;
  /** Once it was read. */
  configuration?: Configuration | undefined;
}

export function reportSent(info: GraphSentMessageInfo, { sandbox }: SendContext): SendReport {
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

export function reportFailure(error: unknown, context: SendContext): SendReport {
  const { mailbox, messageId, interrupted, sandbox } = context;
  const failure = isGraphMailError(error) ? error : undefined;
  const outcome = failure?.outcome ?? 'not-sent';
  return {
    outcome,
    exitCode: exitCodeOfFailure(error, outcome, interrupted ?? false),
    messageId,
    mailbox,
    requestId: failure?.requestId,
    clientRequestId: failure?.clientRequestId,
    attempts: failure?.attempts,
    response: failure?.response,
    inbox: sandbox?.inbox,
    error: {
      ...wordsFor(error, context),
      code: failure?.code,
      responseCode: failure?.responseCode,
      graphCode: failure?.graphCode,
      aadsts: failure?.aadsts,
      permanent: failure?.permanent,
      retryAfter: failure?.retryAfter,
      draftId: failure?.draftId,
    },
  };
}

function wordsFor(
  error: unknown,
  { interrupted, sandbox, configuration }: SendContext,
): Pick<FailureReport, 'message' | 'hint'> {
  if (!isGraphMailError(error)) return { message: error instanceof Error ? error.message : String(error) };
  // An interruption closes the transport, which is not what the user wants to read.
  if (interrupted && error.code === 'ECONNECTION') return { message: 'Interrupted before Graph had taken the mail.' };
  const { message, hint } = error;
  const withFlagNames = (text: string) => inFlags(text, { configuration });
  if (sandbox?.origin !== undefined && refusesConnections(error)) {
    return { message: withFlagNames(message), hint: startSandbox(sandbox.origin, sandbox.inbox) };
  }
  return { message: withFlagNames(message), hint: hint === undefined ? undefined : withFlagNames(hint) };
}

/** Whether the cause is that the port does not accept connections. */
function refusesConnections(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' || cause.message.includes('ECONNREFUSED')) return true;
  }
  return false;
}

/** Error codes about the mail itself, whether Graph or the transport refused it. */
const aboutTheMail: ReadonlySet<string> = new Set(['EENVELOPE', 'EMESSAGE', 'EMAXRECIPIENTS', 'ESTREAM']);

/** An unknown outcome takes precedence over everything else: a person must look before the mail is sent again. */
function exitCodeOfFailure(error: unknown, outcome: SendReport['outcome'], interrupted: boolean): ExitCode {
  if (outcome === 'unknown') return EXIT.unknown;
  if (interrupted) return EXIT.interrupted;
  if (error instanceof MailInputError) return EXIT.badInput;
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  // A mailbox that does not exist is an error of the configuration, not of the mail.
  if (code !== undefined && aboutTheMail.has(code) && responseCode !== 404) return EXIT.badInput;
  return exitCodeOfError(error);
}

const headline: Record<SendReport['outcome'], string> = {
  sent: 'Sent: Microsoft Graph has taken the mail. Whether it arrives, a message trace or a bounce tells.',
  'not-sent': 'Not sent.',
  unknown: 'Unknown: the mail may have been sent, or not. Look before you send it again.',
};

/** The report for a person: what became of the mail, why, and how to follow it. */
export function reportText(report: SendReport): string {
  const { outcome, error, inbox } = report;
  const inSandbox = outcome === 'sent' && inbox !== undefined;
  const lines = inSandbox ? [`Sent to the sandbox. See it on ${printable(inbox)}`] : paragraph(headline[outcome]);
  if (outcome === 'unknown' && inbox !== undefined) lines.push(`What the sandbox has got is on ${printable(inbox)}`);
  if (error) {
    lines.push('', ...paragraph(printable(error.message)));
    if (error.hint !== undefined) lines.push(...hintLines(error.hint));
  }
  // A mail that did not leave has nothing to trace but the requests that were made for it.
  if (outcome === 'sent' || report.clientRequestId !== undefined || outcome === 'unknown') {
    lines.push('', ...block(rowsOf(report)), ...traceLines(report));
  }
  return `${lines.join('\n')}\n`;
}

function rowsOf(report: SendReport): [name: string, value: string | undefined][] {
  const { outcome, messageId, mailbox, recipients, size, attempts, requestId, clientRequestId, error } = report;
  return [
    ['Outcome', outcome],
    ['Message-ID', messageId],
    ['Mailbox', mailbox],
    ['Recipients', recipients && `${recipients.length}: ${recipients.join(', ')}`],
    ['Size', size === undefined ? undefined : `${size.toLocaleString('en')} bytes`],
    ['Attempts', attempts === undefined || attempts < 2 ? undefined : String(attempts)],
    ['Left in Drafts', error?.draftId],
    ['request-id', requestId],
    ['client-request-id', clientRequestId],
  ];
}

/** In a hint of several lines, indented lines are commands, which are not wrapped. */
function hintLines(hint: string): string[] {
  return printableLines(hint)
    .split('\n')
    .flatMap((line) => (line.startsWith(' ') ? [`  ${line}`] : paragraph(line, '  ')));
}

function traceLines({ outcome, messageId, requestId, inbox }: SendReport): string[] {
  // A sandbox has neither.
  if (inbox !== undefined) return [];
  const trace = messageId !== undefined && outcome !== 'not-sent' ? traceCommand(messageId) : undefined;
  if (trace === undefined && requestId === undefined) return [];
  return [
    '',
    ...(trace === undefined ? [] : ['To trace it, some minutes later, in Exchange Online PowerShell:', `  ${trace}`]),
    ...(requestId === undefined ? [] : paragraph('The request-id finds the request in the Graph activity logs.')),
  ];
}

function traceCommand(messageId: string): string {
  return `Get-MessageTraceV2 -MessageId ${quotePowerShell(messageId)}`;
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
