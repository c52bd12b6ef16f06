import { type Denial, denial } from '../../http/graph-errors.js';
import type { Address } from '../../mail/address-list.js';
import type { AddedAttachment } from '../../model/stored-message.js';
import { readFileAttachment } from './file-attachment.js';
import {
  JsonRefusal,
  orDenial,
  readFlag,
  readList,
  readProperties,
  readText,
  shown,
  unreadable,
} from './json-values.js';

/** What Graph's JSON `message` says; undefined is not named. (fact send-21) */
export interface JsonMessage {
  subject: string | undefined;
  body: { html: boolean; content: string } | undefined;
  from: Address | undefined;
  sender: Address | undefined;
  to: Address[] | undefined;
  cc: Address[] | undefined;
  bcc: Address[] | undefined;
  replyTo: Address[] | undefined;
  importance: 'low' | 'normal' | 'high' | undefined;
  readReceipt: boolean | undefined;
  deliveryReceipt: boolean | undefined;
  isRead: boolean | undefined;
  internetMessageId: string | undefined;
  headers: [name: string, value: string][] | undefined;
  attachments: AddedAttachment[] | undefined;
}

/** Reads a JSON `message`; `at` is when its attachments were added. */
export function readJsonMessage(message: unknown, at: number): JsonMessage | Denial {
  return orDenial(() => {
    const known = [...WRITABLE, ...READ_ONLY, ...NOT_EMULATED];
    const given = readProperties(message, 'microsoft.graph.message', known);
    const foreign = NOT_EMULATED.find((name) => given[name] !== undefined && !isEmptyList(given[name]));
    if (foreign !== undefined) {
      throw new JsonRefusal(denial(501, 'NotImplemented', `The sandbox does not emulate the property '${foreign}'.`));
    }
    const read = <T>(name: (typeof WRITABLE)[number], how: (value: unknown, name: string) => T): T | undefined =>
      given[name] === undefined ? undefined : how(given[name], name);
    return {
      subject: read('subject', readText),
      body: read('body', readBody),
      from: read('from', readRecipient),
      sender: read('sender', readRecipient),
      to: read('toRecipients', readRecipients),
      cc: read('ccRecipients', readRecipients),
      bcc: read('bccRecipients', readRecipients),
      replyTo: read('replyTo', readRecipients),
      importance: read('importance', readImportance),
      readReceipt: read('isReadReceiptRequested', readFlag),
      deliveryReceipt: read('isDeliveryReceiptRequested', readFlag),
      isRead: read('isRead', readFlag),
      internetMessageId: read('internetMessageId', readText),
      headers: read('internetMessageHeaders', readHeaders),
      attachments: read('attachments', (value, name) =>
        readList(value, name).map((attachment) => readFileAttachment(attachment, at)),
      ),
    };
  });
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function readRecipients(value: unknown, name: string): Address[] {
  return readList(value, name).map((recipient) => readRecipient(recipient, name));
}

function readRecipient(value: unknown, name: string): Address {
  const { emailAddress } = readProperties(value, 'microsoft.graph.recipient', ['emailAddress']);
  const given = readProperties(emailAddress, 'microsoft.graph.emailAddress', ['name', 'address']);
  const address = readText(given.address, `${name}/emailAddress/address`).replace(/[\r\n]/g, '');
  return { name: readText(given.name, `${name}/emailAddress/name`), address };
}

function readBody(value: unknown): { html: boolean; content: string } {
  const given = readProperties(value, 'microsoft.graph.itemBody', ['contentType', 'content']);
  const type = given.contentType === undefined ? 'text' : readText(given.contentType, 'body/contentType').toLowerCase();
  if (type !== 'text' && type !== 'html') {
    throw unreadable(`Cannot read ${shown(given.contentType)} as 'body/contentType': expected "text" or "html".`);
  }
  return { html: type === 'html', content: readText(given.content, 'body/content') };
}

function readImportance(value: unknown, name: string): 'low' | 'normal' | 'high' {
  const importance = readText(value, name).toLowerCase();
  if (importance === 'low' || importance === 'normal' || importance === 'high') return importance;
  throw unreadable(`Cannot read ${shown(value)} as '${name}': expected "low", "normal" or "high".`);
}

function readHeaders(value: unknown, property: string): [string, string][] {
  const given = readList(value, property);
  if (given.length > 5) {
    const message = 'Maximum number of headers in one message should be less than or equal to 5.';
    throw new JsonRefusal(denial(400, 'InvalidInternetMessageHeaderCollection', message));
  }
  return given.map((header) => {
    const fields = readProperties(header, 'microsoft.graph.internetMessageHeader', ['name', 'value']);
    const name = readText(fields.name, `${property}/name`);
    if (/^x-[\x21-\x39\x3b-\x7e]+$/i.test(name)) return [name, readText(fields.value, `${property}/value`)];
    const message = `The internet message header name '${name}' should start with 'x-' or 'X-'.`;
    throw new JsonRefusal(denial(400, 'InvalidInternetMessageHeader', message));
  });
}

/** The properties of Graph's `message` that a client can write in the sandbox. */
const WRITABLE = [
  'subject',
  'body',
  'from',
  'sender',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'importance',
  'isReadReceiptRequested',
  'isDeliveryReceiptRequested',
  'isRead',
  'internetMessageId',
  'internetMessageHeaders',
  'attachments',
] as const;

/** Graph sets these itself; that it takes no notice of what a client says of them is inferred. */
const READ_ONLY = [
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'bodyPreview',
  'uniqueBody',
  'parentFolderId',
  'conversationId',
  'conversationIndex',
  'webLink',
  'isDraft',
] as const;

/** Those that Graph knows and the sandbox does not. */
const NOT_EMULATED = [
  'categories',
  'flag',
  'inferenceClassification',
  'singleValueExtendedProperties',
  'multiValueExtendedProperties',
  'extensions',
] as const;
