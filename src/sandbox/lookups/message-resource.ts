import { createHash } from 'node:crypto';
import { idFor } from '../exchange/immutable-ids.js';
import type { Item } from '../exchange/item.js';
import { type Address, parseAddressList } from '../mail/address-list.js';
import { fieldValue } from '../mail/header-fields.js';
import { type ParsedMail, parseMail } from '../mail/parse-mail.js';
import type { Call } from '../wire/call.js';
import { folderId } from './folder-name.js';
import { graphTime } from './graph-time.js';

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
  // A draft has both as well: when it was made.
  receivedDateTime: ({ item }) => graphTime(item.submission?.receivedAt ?? item.createdAt),
  sentDateTime: ({ item }) => graphTime(item.submission?.receivedAt ?? item.createdAt),
  hasAttachments,
  internetMessageId: ({ item }) => item.message.messageId,
  subject: ({ item }) => item.message.subject,
  bodyPreview: async ({ parsed }) => ((await parsed()).text ?? '').replace(/\s+/g, ' ').trim().slice(0, 255),
  importance: () => 'normal',
  parentFolderId: ({ item }) => folderId(item.mailbox, item.folder),
  isRead: ({ item }) => item.folder !== 'inbox',
  isDraft: ({ item }) => item.folder === 'drafts',
  body,
  sender: ({ item }) => recipient(sender(item)),
  from: ({ item }) => recipient(from(item)),
  toRecipients: ({ item }) => item.message.envelope.to.map(recipient),
  ccRecipients: ({ item }) => item.message.envelope.cc.map(recipient),
  bccRecipients: ({ item }) => (item.folder === 'inbox' ? [] : item.message.envelope.bcc.map(recipient)),
  replyTo: ({ item }) =>
    parseAddressList(fieldValue(item.message.envelope.fields, 'reply-to') ?? '').addresses.map(recipient),
};

export const MESSAGE_PROPERTIES: readonly string[] = ['id', ...Object.keys(PROPERTIES)];

const BODY_PROPERTIES = ['body', 'bodyPreview'];

export interface ResourceOptions {
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
  for (const [name, read] of Object.entries(PROPERTIES)) {
    if (options.properties && !options.properties.includes(name)) continue;
    if (BODY_PROPERTIES.includes(name) && !options.withBody) continue;
    resource[name] = await read({ item, parsed });
  }
  return resource;
}

async function hasAttachments({ item, parsed }: Source): Promise<boolean> {
  if (item.message.attachments.some(({ inline }) => !inline)) return true;
  const { attachments } = await parsed();
  return attachments.some(({ disposition, contentId }) => disposition !== 'inline' && contentId === undefined);
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
function sender({ mailbox, submission }: Item): Address {
  const { displayName, address } = submission?.mailbox ?? mailbox;
  return { name: displayName, address };
}

function recipient({ name, address }: Address): object {
  return { emailAddress: { name: name || address, address } };
}

function changeKey({ immutableId, modifiedAt, folder }: Item): string {
  return createHash('sha256').update(`${immutableId} ${modifiedAt} ${folder}`).digest('base64').slice(0, 40);
}
