import { type Answer, jsonAnswer } from '../../http/answer.js';
import { denial, denied, isDenial, itemNotFound, messageTooLarge } from '../../http/graph-errors.js';
import { withBody } from '../../mail/edit-header.js';
import { writePart } from '../../mail/mime-writer.js';
import { parseMail } from '../../mail/parse-mail.js';
import type { Item } from '../../model/item.js';
import { type JsonMessage, readJsonMessage } from '../body/json-message.js';
import { isMessageId, readJsonObject } from '../body/request-body.js';
import { writeContent } from '../body/write-message.js';
import { type Exchange, findItem, type MailboxCall, type MailboxOperation, odataContext } from '../common/exchange.js';
import { attachmentsInMime } from '../odata/attachment-resource.js';
import { messageResource } from '../odata/message-resource.js';

/** `PATCH /users/{id}/messages/{id}` (Graph documentation, "Update message"). (facts draft-10, draft-11) */
export function updateMessageOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => updateMessage(request, exchange) };
}

async function updateMessage(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const { call, mailbox } = request;
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  const json = readJsonObject(request.body);
  if (isDenial(json)) return denied(json);
  const content = readJsonMessage(json, call.at);
  if (isDenial(content)) return denied(content);
  const { isRead, attachments, internetMessageId, ...ofDraft } = content;
  if (attachments) return denied(notHere);
  const changes: JsonMessage = {
    ...ofDraft,
    isRead: undefined,
    attachments: undefined,
    internetMessageId: isMessageId(internetMessageId) ? internetMessageId : undefined,
  };
  if (Object.values({ ...ofDraft, internetMessageId }).some((value) => value !== undefined)) {
    if (!exchange.store.isDraft(item)) return denied(onlyOfDrafts);
    if (changes.body) await takeApart(item);
    // It may have been sent while its MIME was read.
    if (!exchange.store.isDraft(item)) return denied(itemNotFound);
    const { message } = item;
    const edited = writeContent(message.mime, changes, mailbox.address);
    if (message.size - message.mime.length + edited.length > exchange.maxMessageSize) return denied(messageTooLarge);
    message.edit(edited);
  }
  if (isRead !== undefined) item.read = isRead;
  item.modifiedAt = call.at;
  const context = odataContext(call, mailbox, 'messages/$entity');
  const resource = await messageResource(item, { call, properties: undefined, withBody: true });
  return { ...jsonAnswer(200, { '@odata.context': context, ...resource }), delay: exchange.latency() };
}

/** Documented for most properties (Graph documentation, "Update message"); status, code and words are inferred. */
const onlyOfDrafts = denial(
  400,
  'ErrorInvalidOperation',
  'The message is not a draft: of a message that was sent already, only isRead can be changed.',
);

const notHere = denial(
  400,
  'ErrorInvalidOperation',
  'Attachments cannot be changed with the message: use /messages/{id}/attachments.',
);

/**
 * Makes a draft of MIME one that can be edited, as Exchange stores it: one body, and its attachments beside it. The tree of
 * the upload is lost, with its alternatives; recipients get what is put together from the pieces. (fact draft-13)
 */
export async function takeApart(item: Item): Promise<void> {
  const { message } = item;
  for (;;) {
    const { mime } = message;
    const [{ html, text }, attachments] = [await parseMail(mime), await attachmentsInMime(item)];
    // Another request may have edited it meanwhile.
    if (mime !== message.mime) continue;
    if (attachments.length === 0) return;
    const contentType = html === undefined ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8';
    const body = writePart({ contentType, content: Buffer.from(html ?? text ?? '') });
    message.edit(withBody(mime, body), [...attachments, ...message.attachments]);
    return;
  }
}
