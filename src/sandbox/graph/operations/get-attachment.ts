import { type Answer, jsonAnswer } from '../../http/answer.js';
import { type Denial, denied, isDenial, itemNotFound } from '../../http/denial.js';
import type { Item } from '../../model/item.js';
import type { AddedAttachment } from '../../model/stored-message.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { findItem } from '../common/find-item.js';
import { odataContext } from '../common/odata-context.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { ATTACHMENT_PROPERTIES, attachmentResource } from '../odata/attachment-resource.js';
import { attachmentsOf } from '../odata/attachments-of.js';
import { readQuery } from '../odata/query-options.js';
import { READ_ROLES } from './read-roles.js';

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
  return strike('lookup', request, exchange, [item.message], () => {
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
  return strike('lookup', request, exchange, [item.message], () => ({
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
