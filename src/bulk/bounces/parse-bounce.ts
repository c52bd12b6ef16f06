import { PostalMime } from '../../vendor/postal-mime.js';
import type { Bounce } from './bounce.js';
import { parseDeliveryStatus } from './delivery-status.js';
import { plainAddress } from './plain-address.js';
import { parseReportText } from './report-text.js';
import { type ReturnedMail, returnedMail } from './returned-mail.js';

/** A mail in an Inbox may be anything; a report has few parts. */
const limits = { maxNestingDepth: 20, maxHeadersSize: 128 * 1024 };
// Of a report that holds the whole mail, the report stands first, and the mail's own header soon after. Anybody can send
// something that looks like one, and the parser takes a time that grows with the square of the lines.
const longestMime = 256 * 1024;
const mostLines = 5000;
const longestText = 200_000;
// No mail goes to more: what names more is no answer to one.
const mostRecipients = 1000;

type Mail = Awaited<ReturnType<typeof PostalMime.parse>>;

/**
 * Reads a delivery report: RFC 3464, what Exchange Online writes for people when that part is missing, and the forms of Exim,
 * Google and qmail. Undefined for any other mail: automatic replies, read receipts, spam complaints, and what cannot be read
 * as mail. Pure: the same bytes always give the same.
 * @param mime the mail as MIME
 */
export async function parseBounce(mime: Uint8Array | string): Promise<Bounce | undefined> {
  const mail = await PostalMime.parse(beginningOf(mime), { ...limits, forceRfc822Attachments: true }).catch(
    () => undefined,
  );
  if (mail === undefined || !isReport(mail)) return undefined;
  const returned = returnedMail(
    partOf(mail, /^(?:message\/(?:rfc822|global)|(?:text|message)\/(?:rfc822-|global-)headers)$/),
  );
  const status = parseDeliveryStatus(partOf(mail, /^message\/(?:global-)?delivery-status$/) ?? '');
  const recipients = status.recipients.length > 0 ? status.recipients : fromText(mail, returned);
  if (recipients.length === 0) return undefined;
  const originalMessageId = returned.messageId ?? repliedTo(mail) ?? idInText(mail);
  const reportedAt = new Date(mail.date ?? '');
  return {
    ...(originalMessageId !== undefined && { originalMessageId }),
    recipients: recipients.slice(0, mostRecipients),
    ...(!Number.isNaN(reportedAt.getTime()) && { reportedAt: reportedAt.toISOString() }),
    ...(status.reportingMta !== undefined && { reportingMta: status.reportingMta }),
  };
}

function beginningOf(mime: Uint8Array | string): Buffer {
  const bytes = Buffer.from(mime.slice(0, longestMime));
  let end = 0;
  for (let line = 0; line < mostLines; line++) {
    end = bytes.indexOf('\n', end) + 1;
    if (end === 0) return bytes;
  }
  return bytes.subarray(0, end);
}

function isReport(mail: Mail): boolean {
  const type = header(mail, 'content-type') ?? '';
  if (/^\s*multipart\/report\b/i.test(type)) {
    const kind = /report-type\s*=\s*"?([\w-]+)/i.exec(type)?.[1];
    if (kind !== undefined) return /^(?:global-)?delivery-status$/i.test(kind);
  }
  return (
    partOf(mail, /^message\/(?:global-)?delivery-status$/) !== undefined ||
    header(mail, 'x-ms-exchange-message-is-ndr') !== undefined ||
    header(mail, 'x-failed-recipients') !== undefined ||
    // QSBMF (cr.yp.to/proto/qsbmf.txt): the first paragraph always begins like this.
    /^\s*Hi\. This is the /.test(mail.text ?? '')
  );
}

function fromText(mail: Mail, returned: ReturnedMail) {
  const failed = (header(mail, 'x-failed-recipients') ?? '').split(',').flatMap((one) => plainAddress(one) ?? []);
  const text = mail.text ?? (mail.html ?? '').replace(/<[^<>]*>/g, '\n');
  return parseReportText(text.slice(0, longestText), { failed, sentTo: returned.to });
}

function repliedTo(mail: Mail): string | undefined {
  const ids = `${header(mail, 'references') ?? ''} ${header(mail, 'in-reply-to') ?? ''}`.match(/<[^<>\s]+>/g);
  return ids?.at(-1);
}

/** The headers of the mail that come as part of the text: the last ones, as those of other servers may stand before. */
function idInText(mail: Mail): string | undefined {
  const text = (mail.text ?? '').slice(0, longestText);
  return [...text.matchAll(/^Message-ID:\s*(<[^<>\s]+>)/gim)].at(-1)?.[1];
}

function header(mail: Mail, name: string): string | undefined {
  return mail.headers.find(({ key }) => key === name)?.value;
}

function partOf(mail: Mail, type: RegExp): string | undefined {
  const content = mail.attachments.find(({ mimeType }) => type.test(mimeType))?.content;
  if (content === undefined || typeof content === 'string') return content;
  return new TextDecoder().decode(content);
}
