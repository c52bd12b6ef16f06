import { type Answer, jsonAnswer } from '../../http/answer.js';
import { type Denial, denied, isDenial, itemNotFound, messageTooLarge } from '../../http/graph-errors.js';
import type { Item } from '../../model/item.js';
import type { AddedAttachment } from '../../model/stored-message.js';
import { readFileAttachment } from '../body/file-attachment.js';
import { orDenial } from '../body/json-values.js';
import { readJsonObject } from '../body/request-body.js';
import { applyFault } from '../common/apply-fault.js';
import {
  type Exchange,
  findDraft,
  findItem,
  type MailboxCall,
  type MailboxOperation,
  odataContext,
  READ_ROLES,
} from '../common/exchange.js';
import { ATTACHMENT_PROPERTIES, attachmentResource, attachmentsOf } from '../odata/attachment-resource.js';
import { readQuery } from '../odata/query-options.js';
import { takeApart } from './update-message.js';

/** `POST /users/{id}/messages/{id}/attachments` (Graph documentation, "Add attachment"). (fact draft-14) */
export function addAttachmentOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => addAttachment(request, exchange) };
}

async function addAttachment(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const draft = findDraft(request, exchange);
  if (isDenial(draft)) return denied(draft);
  const { call, mailbox } = request;
  const given = readJsonObject(request.body);
  if (isDenial(given)) return denied(given);
  const attachment = orDenial(() => readFileAttachment(given, call.at));
  if (isDenial(attachment)) return denied(attachment);
  if (draft.message.size + attachment.size > exchange.maxMessageSize) return denied(messageTooLarge);
  return applyFault('addAttachment', request, exchange, [draft.message], () => {
    draft.message.attach(attachment);
    draft.modifiedAt = call.at;
    const context = odataContext(call, mailbox, `messages('${draft.id}')/attachments/$entity`);
    const { contentBytes: _, ...resource } = attachmentResource(attachment, undefined);
    return jsonAnswer(201, { '@odata.context': context, ...resource });
  });
}

/** `DELETE /users/{id}/messages/{id}/attachments/{id}` of a draft (Graph documentation, "Delete attachment"). */
export function deleteAttachmentOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => deleteAttachment(request, exchange) };
}

async function deleteAttachment(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const draft = findDraft(request, exchange);
  if (isDenial(draft)) return denied(draft);
  const { message } = draft;
  const unwanted = request.parameters.attachment;
  if (!(await attachmentsOf(draft)).some(({ id }) => id === unwanted)) return denied(itemNotFound);
  if (!message.attachments.some(({ id }) => id === unwanted)) await takeApart(draft);
  // It may have been sent while its MIME was read.
  if (!exchange.store.isDraft(draft)) return denied(itemNotFound);
  message.edit(
    message.mime,
    message.attachments.filter(({ id }) => id !== unwanted),
  );
  draft.modifiedAt = request.call.at;
  return { status: 204, delay: exchange.latency() };
}

/** `GET /users/{id}/messages/{id}/attachments/{id}` (Graph documentation, "Get attachment"). */
export function getAttachmentOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_ROLES, answer: (request) => getAttachment(request, exchange) };
}

/** The same with `/$value` behind it: its bytes. That they come with their own Content-Type is inferred. */
export function getAttachmentValueOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_ROLES, answer: (request) => getValue(request, exchange) };
}

async function getAttachment(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const query = readQuery(request.call.path.query, ['$select'], ATTACHMENT_PROPERTIES);
  const found = await findAttachment(request, exchange);
  if (isDenial(found)) return denied(found);
  if (isDenial(query)) return denied(query);
  const { item, attachment } = found;
  return applyFault('lookup', request, exchange, [item.message], () => {
    const context = odataContext(request.call, item.mailbox, `messages('${item.id}')/attachments/$entity`);
    return jsonAnswer(200, { '@odata.context': context, ...attachmentResource(attachment, query.properties) });
  });
}

async function getValue(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const found = await findAttachment(request, exchange);
  if (isDenial(found)) return denied(found);
  const { item, attachment } = found;
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(attachment.contentType)
    ? attachment.contentType
    : 'application/octet-stream';
  return applyFault('lookup', request, exchange, [item.message], () => ({
    status: 200,
    headers: { 'content-type': type },
    body: Buffer.concat(attachment.chunks),
  }));
}

async function findAttachment(
  request: MailboxCall,
  exchange: Exchange,
): Promise<{ item: Item; attachment: AddedAttachment } | Denial> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return item;
  const attachment = (await attachmentsOf(item)).find(({ id }) => id === request.parameters.attachment);
  return attachment ? { item, attachment } : itemNotFound;
}

/** `GET /users/{id}/messages/{id}/attachments` (Graph documentation, "List attachments"). */
export function listAttachmentsOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_ROLES, answer: (request) => listAttachments(request, exchange) };
}

async function listAttachments(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  const query = readQuery(request.call.path.query, ['$select'], ATTACHMENT_PROPERTIES);
  if (isDenial(query)) return denied(query);
  return applyFault('lookup', request, exchange, [item.message], async () => {
    const context = odataContext(request.call, item.mailbox, `messages('${item.id}')/attachments`);
    const value = (await attachmentsOf(item)).map((one) => attachmentResource(one, query.properties));
    return jsonAnswer(200, { '@odata.context': context, value });
  });
}
