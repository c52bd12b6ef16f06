import type { Answer } from '../http/answer.js';
import { readHeaderFields } from '../mail/header-fields.js';
import { mimeTree } from '../mail/mime-tree.js';
import { FOLDER_NAMES, type FolderName, type Item, itemBytes } from '../model/item.js';
import type { MailStore } from '../model/mail-store.js';
import type { Mailbox } from '../model/mailbox.js';
import { type ApiHandler, ApiRefusal, type ApiRequest, type ApiRoute, json, pageOf } from './api-routes.js';
import { attachmentAnswer, htmlAnswer, rawAnswer } from './mail-answers.js';
import { attachmentJson, timelineJson } from './message-json.js';
import type { MessageTimelines } from './message-timelines.js';
import { headerLines, readContent } from './sandbox-message.js';

export interface MailboxApiOptions {
  store: MailStore;
  timelines: MessageTimelines;
  /** The users of the tenant. */
  mailboxes: () => readonly Mailbox[];
  /** By address, alias or object id. */
  mailbox: (name: string) => Mailbox | undefined;
}

const SHOWN: readonly FolderName[] = ['drafts', 'sentItems', 'inbox', 'deletedItems'];

/** What lies in the folders of the tenant's mailboxes. */
export function mailboxApiRoutes(options: MailboxApiOptions): ApiRoute[] {
  const { store, timelines } = options;
  const folder = '/api/mailboxes/{address}/{folder}';
  const one = `${folder}/{id}`;
  const found =
    (answer: (item: Item, request: ApiRequest) => Answer | Promise<Answer>): ApiHandler =>
    (request) => {
      const { mailbox, name } = folderOf(request, options);
      const item = store.item(mailbox, request.parameters.id ?? '');
      if (item?.folder !== name) throw new ApiRefusal(404, 'There is no such message in this folder (any more).');
      return answer(item, request);
    };
  const content = (item: Item) => readContent(itemBytes(item), item.message.subject);
  return [
    [
      'GET',
      '/api/mailboxes',
      () => json(200, { mailboxes: options.mailboxes().map((one) => mailboxJson(one, store)) }),
    ],
    [
      'GET',
      folder,
      (request) => {
        const { mailbox, name } = folderOf(request, options);
        const { limit, offset } = pageOf(request.query);
        const items = store.items(mailbox, name).reverse();
        return json(200, { total: items.length, items: items.slice(offset, offset + limit).map(itemJson) });
      },
    ],
    ['GET', one, found(async (item) => json(200, await itemDetailJson(item, timelines)))],
    ['GET', `${one}/raw`, found((item, request) => rawAnswer(itemBytes(item), item.folder, request))],
    [
      'GET',
      `${one}/html`,
      found(async (item) => {
        const { html, attachments } = await content(item);
        return htmlAnswer(html, attachments);
      }),
    ],
    [
      'GET',
      `${one}/attachments/{index}`,
      found(async (item, request) => attachmentAnswer((await content(item)).attachments, request)),
    ],
  ];
}

function folderOf(
  { parameters }: ApiRequest,
  { mailbox: find }: MailboxApiOptions,
): { mailbox: Mailbox; name: FolderName } {
  const { address = '', folder = '' } = parameters;
  const mailbox = find(address);
  if (!mailbox) throw new ApiRefusal(404, `The sandbox's tenant has no mailbox "${address}".`);
  const name = FOLDER_NAMES.find((one) => one.toLowerCase() === folder.toLowerCase());
  if (!name) throw new ApiRefusal(404, `A mailbox has no folder "${folder}", but ${SHOWN.join(', ')}.`);
  return { mailbox, name };
}

function mailboxJson(mailbox: Mailbox, store: MailStore) {
  const { id, address, displayName, kind } = mailbox;
  const counts = Object.fromEntries(SHOWN.map((name) => [name, 0]));
  for (const { folder } of store.items(mailbox)) if (counts[folder] !== undefined) counts[folder] += 1;
  return { id, address, displayName, kind, counts };
}

function itemJson(item: Item) {
  const { id, message, submission } = item;
  const { from, to } = message.envelope;
  return {
    id,
    messageId: message.messageId,
    subject: message.subject,
    from: from[0],
    to,
    receivedAt: new Date(item.createdAt),
    size: message.size,
    submission: submission?.id,
  };
}

async function itemDetailJson(item: Item, timelines: MessageTimelines) {
  const { message, mailbox, submission, received } = item;
  const raw = itemBytes(item);
  const { html, attachments, ...content } = await readContent(raw, message.subject);
  const { cc, bcc } = message.envelope;
  return {
    ...itemJson(item),
    mailbox: mailbox.address,
    cc,
    // Its recipients do not see it.
    bcc: received ? [] : bcc,
    ...content,
    html: html !== undefined,
    size: raw.length,
    headers: headerLines({ fields: readHeaderFields(raw) }),
    attachments: attachments.map(attachmentJson),
    tree: mimeTree(raw),
    ...(submission && { status: timelines.status(submission) }),
    story: timelineJson(submission ? timelines.of(submission) : timelines.ofMessageId(message.messageId)),
  };
}
