import { randomUUID } from 'node:crypto';
import type { Address } from '../mail/address-list.js';
import { headerLength } from '../mail/header-fields.js';
import { headerText } from '../mail/mime-writer.js';
import { deliveredBytes, type Submission } from './submission.js';

/** Why a recipient cannot get a message. */
export interface Bounce {
  recipient: Address;
  /** Enhanced status code (RFC 3463). */
  status: string;
  /** The words of the server that refused it, with its SMTP code. */
  diagnostic: string;
  /** Name of that server when it is not Exchange itself. */
  remote?: string;
  /** A sentence for the sender. */
  explanation: string;
}

// The same local part in every organisation of Exchange. (fact bounce-5)
const POSTMASTER = 'MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e';

/**
 * The report of non-delivery that comes to the mailbox that sent a message: multipart/report (RFC 6522) with a text for
 * people, the delivery status (RFC 3464), and the header of the message as it went out.
 */
export function nonDeliveryReport(submission: Submission, bounces: readonly Bounce[], at: number): Buffer {
  const { mailbox, message } = submission;
  const domain = mailbox.address.slice(mailbox.address.lastIndexOf('@') + 1);
  const boundary = randomUUID();
  const messageId = oneLine(message.messageId);
  const original = deliveredBytes(submission);
  const before = [
    `From: Microsoft Outlook <${POSTMASTER}@${domain}>`,
    `To: <${mailbox.address}>`,
    `Date: ${mailDate(at)}`,
    `Subject: ${headerText(`Undeliverable: ${message.subject}`)}`,
    `Message-ID: <${randomUUID()}@${domain}>`,
    `In-Reply-To: ${messageId}`,
    `References: ${messageId}`,
    'Content-Language: en-US',
    'Auto-Submitted: auto-replied',
    'X-MS-Exchange-Message-Is-Ndr:',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
    'Content-Transfer-Encoding: 8bit',
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset="utf-8"',
    'Content-Transfer-Encoding: 8bit',
    '',
    ...forPeople(bounces, `mail.${domain}`),
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    ...deliveryStatus(submission, bounces, `mail.${domain}`),
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    'Content-Transfer-Encoding: 8bit',
    '',
    '',
  ];
  const header = original.subarray(0, headerLength(original));
  return Buffer.concat([Buffer.from(before.join('\r\n')), header, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

function forPeople(bounces: readonly Bounce[], server: string): string[] {
  return [
    'Delivery has failed to these recipients or groups:',
    '',
    ...bounces.flatMap(({ recipient, explanation }) => [
      oneLine(recipient.name ? `${recipient.name} (${recipient.address})` : recipient.address),
      explanation,
      '',
    ]),
    'Diagnostic information for administrators:',
    '',
    `Generating server: ${server}`,
    '',
    ...bounces.flatMap(({ recipient, diagnostic, remote }) => [
      oneLine(recipient.address),
      ...(remote === undefined ? [] : [remote]),
      `Remote Server returned '${oneLine(diagnostic)}'`,
      '',
    ]),
  ];
}

/** A block of fields about the message, and one for each recipient. */
function deliveryStatus({ receivedAt }: Submission, bounces: readonly Bounce[], server: string): string[] {
  return [
    `Reporting-MTA: dns;${server}`,
    `Arrival-Date: ${mailDate(receivedAt)}`,
    ...bounces.flatMap(({ recipient, status, diagnostic, remote }) => [
      '',
      `Final-Recipient: ${typedAddress(recipient.address)}`,
      'Action: failed',
      `Status: ${status}`,
      `Diagnostic-Code: smtp;${asciiLine(diagnostic)}`,
      ...(remote === undefined ? [] : [`Remote-MTA: dns;${asciiLine(remote)}`]),
      ...(recipient.name === '' ? [] : [`X-Display-Name: ${headerText(recipient.name)}`]),
    ]),
    '',
  ];
}

/** RFC 5322 §3.3, in UTC. */
function mailDate(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}

/** With the type of the address: the block is ASCII, so any other address comes as utf-8-addr-xtext (RFC 6533 §3). */
function typedAddress(address: string): string {
  const line = oneLine(address);
  return /^[\x20-\x7e]*$/.test(line) ? `rfc822;${line}` : `utf-8;${embedded(line, /[^\x21-\x7e]|[+=\\]/gu)}`;
}

function asciiLine(text: string): string {
  return embedded(oneLine(text), /[^\x20-\x7e]/gu);
}

function embedded(text: string, unwanted: RegExp): string {
  return text.replace(unwanted, (char) => `\\x{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
}
