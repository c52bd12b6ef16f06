import { quotePowerShell } from '../../common/shell-quoting.js';
import { printable, printableLines } from '../common/wording.js';
import { block, paragraph } from './block.js';
import type { SendReport } from './send-report.js';

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

/** One of several lines holds commands, which stay whole. */
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
