import { createHash } from 'node:crypto';
import type { Call } from '../../http/call.js';
import { type Address, parseAddressList } from '../../mail/address-list.js';
import { fieldValue, type HeaderField, readHeaderFields } from '../../mail/header-fields.js';
import { type ParsedMail, parseMail } from '../../mail/parse-mail.js';
import { textOfHtml } from '../../mail/text-of-html.js';
import { type Item, itemBytes } from '../../model/item.js';
import { idFor } from '../common/immutable-ids.js';
import { isInline } from './attachment-resource.js';
import { folderId } from './folder-name.js';
import { FILTERED, graphTime, isDraft, sentAt } from './message-values.js';

interface Source {
  item: Item;
  /** Of the upload: what was attached later is listed in the item. Reads the body once, when it is first asked for. */
  parsed: () => Promise<ParsedMail>;
}

/** The properties of Graph's `message` resource that the sandbox knows. */
const PROPERTIES: Readonly<Record<string, (source: Source) => unknown>> = {
  createdDateTime: ({ item }) => graphTime(item.createdAt),
  lastModifiedDateTime: ({ item }) => graphTime(item.modifiedAt),
  changeKey: ({ item }) => changeKey(item),
  receivedDateTime: ({ item }) => graphTime(Number(FILTERED.receivedDateTime?.(item))),
  sentDateTime: ({ item }) => graphTime(sentAt(item)),
  hasAttachments,
  internetMessageId: ({ item }) => item.message.messageId,
  subject: ({ item }) => item.message.subject,
  bodyPreview,
  importance: ({ item }) => importanceOf(item.message.envelope.fields),
  parentFolderId: ({ item }) => folderId(item.mailbox, item.folder),
  isRead: ({ item }) => item.read,
  isDraft: ({ item }) => isDraft(item),
  isReadReceiptRequested: ({ item }) => hasField(item, 'disposition-notification-to'),
  isDeliveryReceiptRequested: ({ item }) => hasField(item, 'return-receipt-to'),
  body,
  sender: ({ item }) => recipient(sender(item)),
  from: ({ item }) => recipient(from(item)),
  toRecipients: ({ item }) => item.message.envelope.to.map(recipient),
  ccRecipients: ({ item }) => item.message.envelope.cc.map(recipient),
  bccRecipients: ({ item }) => (item.received ? [] : item.message.envelope.bcc.map(recipient)),
  replyTo: ({ item }) =>
    parseAddressList(fieldValue(item.message.envelope.fields, 'reply-to') ?? '').addresses.map(recipient),
};

/** Those that come only when they are selected (Graph documentation, "message resource type"). */
const ON_REQUEST: Readonly<Record<string, (source: Source) => unknown>> = {
  internetMessageHeaders: ({ item }) =>
    readHeaderFields(itemBytes(item))
      .filter(({ name }) => name !== '')
      .map(({ name, value }) => ({ name, value })),
};

export const MESSAGE_PROPERTIES: readonly string[] = ['id', ...Object.keys(PROPERTIES), ...Object.keys(ON_REQUEST)];

const BODY_PROPERTIES = ['body', 'bodyPreview'];

interface ResourceOptions {
  call: Call;
  /** Undefined: all. `id` comes in any case, as Graph has it. */
  properties: readonly string[] | undefined;
  /** `false` leaves the body out, as the role Mail.ReadBasic does. */
  withBody: boolean;
}

/** An item as Graph's JSON `message`. */
export async function messageResource(item: Item, options: ResourceOptions): Promise<Record<string, unknown>> {
  const resource: Record<string, unknown> = { '@odata.etag': `W/"${changeKey(item)}"`, id: idFor(options.call, item) };
  let parsing: Promise<ParsedMail> | undefined;
  const parsed = (): Promise<ParsedMail> => {
    parsing ??= parseMail(item.message.mime);
    return parsing;
  };
  const { properties } = options;
  for (const [name, read] of Object.entries(properties ? { ...PROPERTIES, ...ON_REQUEST } : PROPERTIES)) {
    if (properties && !properties.includes(name)) continue;
    if (BODY_PROPERTIES.includes(name) && !options.withBody) continue;
    resource[name] = await read({ item, parsed });
  }
  return resource;
}

async function hasAttachments({ item, parsed }: Source): Promise<boolean> {
  if (item.message.attachments.some(({ inline }) => !inline)) return true;
  const { attachments } = await parsed();
  return !attachments.every(isInline);
}

async function bodyPreview({ parsed }: Source): Promise<string> {
  const { html, text } = await parsed();
  return (text ?? textOfHtml(html ?? '')).replace(/\s+/g, ' ').trim().slice(0, 255);
}

async function body({ parsed }: Source): Promise<object> {
  const { html, text } = await parsed();
  return html === undefined ? { contentType: 'text', content: text ?? '' } : { contentType: 'html', content: html };
}

function from(item: Item): Address {
  const [given] = item.message.envelope.from;
  return given && item.submission?.rewrittenFrom === undefined ? given : sender(item);
}

/** The mailbox that the message is or was sent from. */
function sender({ mailbox, submission, received, message }: Item): Address {
  // A report of non-delivery comes from no mailbox.
  const [postmaster] = message.envelope.from;
  if (received && !submission && postmaster) return postmaster;
  const { displayName, address } = submission?.mailbox ?? mailbox;
  return { name: displayName, address };
}

function recipient({ name, address }: Address): object {
  return { emailAddress: { name: name || address, address } };
}

function hasField({ message }: Item, name: string): boolean {
  return fieldValue(message.envelope.fields, name) !== undefined;
}

function changeKey({ immutableId, modifiedAt, folder }: Item): string {
  return createHash('sha256').update(`${immutableId} ${modifiedAt} ${folder}`).digest('base64').slice(0, 40);
}

/** From `Importance`, or from `X-Priority` without one ([MS-OXCMAIL]). */
function importanceOf(fields: readonly HeaderField[]): 'low' | 'normal' | 'high' {
  const importance = fieldValue(fields, 'importance')?.toLowerCase();
  if (importance === 'low' || importance === 'normal' || importance === 'high') return importance;
  const priority = Number.parseInt(fieldValue(fields, 'x-priority') ?? '', 10);
  if (priority === 1 || priority === 2) return 'high';
  return priority === 4 || priority === 5 ? 'low' : 'normal';
}
