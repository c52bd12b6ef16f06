import { PostalMime } from '../../vendor/postal-mime.js';
import type { Bounce, BounceAction, BouncedRecipient } from './bounce.js';
import { classifyStatus, isHard } from './bounce-status.js';
import { parseReportText, plainAddress } from './report-text.js';

/** A mail in an Inbox may be anything; a report has few parts. */
const limits = { maxNestingDepth: 20, maxHeadersSize: 128 * 1024 };
// Of a report that holds the whole mail, the report stands first, and the mail's own header soon after. Any stranger can send
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

interface DeliveryStatus {
  reportingMta?: string;
  recipients: BouncedRecipient[];
}

/** The fields of a message/delivery-status part: a block about the message, and one for each recipient (RFC 3464 §2). */
function parseDeliveryStatus(text: string): DeliveryStatus {
  const blocks = text
    .split(/\r?\n[ \t]*\r?\n/)
    .map(fieldsOf)
    .filter((fields) => fields.size > 0);
  const reportingMta = blocks.map((fields) => fields.get('reporting-mta')).find((mta) => mta !== undefined);
  return {
    ...(reportingMta !== undefined && { reportingMta: afterType(reportingMta) }),
    recipients: blocks.flatMap(recipientOf),
  };
}

function recipientOf(fields: Map<string, string>): BouncedRecipient[] {
  // The original one is what the mail was sent to, where it was forwarded.
  const address = plainAddress(fields.get('original-recipient')) ?? plainAddress(fields.get('final-recipient'));
  if (address === undefined) return [];
  const status = /[245]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0];
  const code = fields.get('diagnostic-code');
  const diagnostic = code === undefined ? undefined : afterType(code);
  const action = actionOf(fields.get('action'), status);
  const classified = classifyStatus(status, diagnostic);
  return [
    {
      address,
      action,
      ...(classified.status !== undefined && { status: classified.status }),
      ...(diagnostic !== undefined && { diagnostic }),
      fault: classified.fault,
      hard: isHard(action, classified),
    },
  ];
}

function actionOf(written: string | undefined, status: string | undefined): BounceAction {
  const word = /[a-z]+/i.exec(written ?? '')?.[0].toLowerCase();
  const known = (['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const).find((action) => action === word);
  if (known !== undefined) return known;
  return status?.startsWith('2') ? 'delivered' : 'failed';
}

function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !fields.has(name.toLowerCase()))
      fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

/** What stands behind `dns;`, `smtp;` and their like. */
function afterType(value: string): string {
  return value.replace(/^[\w./+-]+[ \t]*;/, '').trim();
}

/** What a report shows of the mail that it is about. */
interface ReturnedMail {
  messageId?: string;
  /** The addresses in its To. */
  to: string[];
}

// The header is all that counts, and a Received chain is long.
const longestHeader = 100_000;

/** Reads the returned mail, or only its header, as it comes at the end of a report. */
function returnedMail(part: string | undefined): ReturnedMail {
  const head =
    (part ?? '')
      .slice(0, longestHeader)
      .replace(/^\s+/, '')
      .split(/\r?\n\r?\n/)[0] ?? '';
  const field = (name: string) =>
    new RegExp(`^${name}[ \\t]*:(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head)?.[1]?.replace(/\r?\n/g, '');
  const messageId = /<[^<>\s]+>/.exec(field('message-id') ?? '')?.[0];
  const to = (field('to') ?? '').split(',').flatMap((one) => plainAddress(/<[^<>]*>\s*$/.exec(one)?.[0] ?? one) ?? []);
  return { ...(messageId !== undefined && { messageId }), to };
}
