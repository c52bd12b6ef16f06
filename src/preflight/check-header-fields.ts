import type { HeaderField } from '../message/header/header.js';
import { finding, type PreflightFinding } from './finding.js';

/**
 * Fields that Exchange is reported to strip (Auto-Submitted: microsoftgraph/msgraph-sdk-dotnet #2209), or that every mail
 * server writes itself (RFC 5321 §4.4). (fact header-6)
 */
const dropped = new Map([
  ['auto-submitted', 'Auto-Submitted is reported to be stripped, so automatic replies may come back.'],
  ['return-path', 'Return-Path is written by Exchange: bounces go to the mailbox, and no other address can be given.'],
  ['received', 'Received is written by Exchange.'],
]);

/** Standard fields of a message; all others are custom ones. */
const ordinary = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'comments',
  'keywords',
  'mime-version',
  'importance',
  'priority',
  'sensitivity',
  'x-priority',
  'x-msmail-priority',
  'thread-topic',
  'thread-index',
  'disposition-notification-to',
  'return-receipt-to',
  'dkim-signature',
]);

/** Finds header fields that may not arrive as they are. */
export function checkHeaderFields(fields: readonly HeaderField[]): PreflightFinding[] {
  const names = new Map(fields.map(({ name }) => [name.toLowerCase(), name]));
  const findings: PreflightFinding[] = [];
  const lost = [...names].filter(([key]) => dropped.has(key));
  if (lost.length > 0) {
    const reasons = lost.map(([key]) => dropped.get(key)).join(' ');
    findings.push(
      finding('header-dropped', `${reasons} Do not rely on ${lost.length === 1 ? 'it' : 'them'} after the move.`, {
        headers: lost.map(([, name]) => name),
      }),
    );
  }
  const own = [...names].filter(([key]) => !(ordinary.has(key) || dropped.has(key) || /^(content|list)-/.test(key)));
  if (own.length > 0) {
    const headers = own.map(([, name]) => name);
    findings.push(
      finding(
        'custom-headers',
        `Custom header fields: ${headers.join(', ')}. They are reported to vanish from mails of mailboxes that have not seen a field of that name before. Send one mail and look at it where it arrives, if something depends on them.`,
        { headers },
      ),
    );
  }
  return findings;
}
