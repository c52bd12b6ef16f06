import type { Address } from '../mail/address-list.js';
import { headerAddresses, headerText, type MimePart, writeMime } from '../mail/mime-writer.js';
import type { Mailbox } from './mailbox.js';

export interface JsonContext {
  mailbox: Mailbox;
  /** With angle brackets. */
  messageId: string;
  boundary: string;
}

/** A message that JSON cannot express as asked. */
export interface JsonFault {
  code: string;
  message: string;
}

/** Turns Graph's JSON `message` resource into MIME, so that both ways of sending end as the same thing. */
export function jsonMessageToMime(message: object, context: JsonContext): { raw: Buffer } | JsonFault {
  const source = message as Record<string, unknown>;
  const custom = readCustomHeaders(source.internetMessageHeaders);
  if ('code' in custom) return custom;
  const lists = { To: 'toRecipients', Cc: 'ccRecipients', Bcc: 'bccRecipients', 'Reply-To': 'replyTo' } as const;
  const from = readRecipients([source.from]);
  const headers: [string, string][] = [
    ['From', headerAddresses(from.length > 0 ? from : [{ name: '', address: context.mailbox.address }])],
  ];
  for (const [header, property] of Object.entries(lists)) {
    const recipients = readRecipients(source[property]);
    if (recipients.length > 0) headers.push([header, headerAddresses(recipients)]);
  }
  headers.push(['Subject', headerText(text(source.subject))]);
  headers.push(['Message-ID', context.messageId], ...custom.headers);
  const parts = list(source.attachments).map(readAttachment);
  return { raw: writeMime(headers, readBody(source.body), parts, context.boundary) };
}

function readCustomHeaders(value: unknown): { headers: [string, string][] } | JsonFault {
  const given = list(value);
  if (given.length > 5) {
    const message = 'Maximum number of headers in one message should be less than or equal to 5.';
    return { code: 'InvalidInternetMessageHeaderCollection', message };
  }
  const headers: [string, string][] = [];
  for (const header of given) {
    const name = text(header.name);
    if (!/^x-[\x21-\x39\x3b-\x7e]+$/i.test(name)) {
      const message = `The internet message header name '${name}' should start with 'x-' or 'X-'.`;
      return { code: 'InvalidInternetMessageHeader', message };
    }
    headers.push([name, headerText(text(header.value))]);
  }
  return { headers };
}

function readRecipients(value: unknown): Address[] {
  return list(value)
    .map((recipient) => recipient.emailAddress)
    .filter((address) => isObject(address))
    .map((address) => ({ name: text(address.name), address: text(address.address).replace(/[\r\n]/g, '') }));
}

function readBody(value: unknown): MimePart {
  const body = isObject(value) ? value : {};
  const html = text(body.contentType).toLowerCase() === 'html';
  return { contentType: `text/${html ? 'html' : 'plain'}; charset=utf-8`, content: Buffer.from(text(body.content)) };
}

function readAttachment(attachment: Record<string, unknown>): MimePart {
  const type = text(attachment.contentType);
  const contentId = text(attachment.contentId).replace(/[^\x21-\x7e]|[<>]/g, '');
  return {
    contentType: /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream',
    content: Buffer.from(text(attachment.contentBytes), 'base64'),
    filename: text(attachment.name),
    inline: attachment.isInline === true,
    ...(contentId !== '' && { contentId }),
  };
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
