import { createHash } from 'node:crypto';
import { findItem } from '../drafts/find-item.js';
import { denied, isDenial } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import type { Item } from '../exchange/item.js';
import type { AddedAttachment } from '../exchange/stored-message.js';
import { strike } from '../faults/strike.js';
import { parseMail } from '../mail/parse-mail.js';
import { type Answer, jsonAnswer } from '../wire/answer.js';
import { ATTACHMENT_PROPERTIES, attachmentResource } from './attachment-resource.js';
import { readQuery } from './query-options.js';
import { READ_ROLES } from './read-roles.js';

/** `GET /users/{id}/messages/{id}/attachments` (Graph documentation, "List attachments"). */
export function listAttachmentsOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_ROLES, answer: (request) => listAttachments(request, exchange) };
}

async function listAttachments(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  const query = readQuery(request.call.path.query, ['$select'], ATTACHMENT_PROPERTIES);
  if (isDenial(query)) return denied(query);
  return strike('lookup', request, exchange, [item.message], async () => {
    const attachments = [...(await uploaded(item)), ...item.message.attachments];
    const context = `${exchange.origin()}/v1.0/$metadata#users('${item.mailbox.id}')/messages('${item.id}')/attachments`;
    const value = attachments.map((attachment) => attachmentResource(attachment, query.properties));
    return jsonAnswer(200, { '@odata.context': context, value });
  });
}

/** The attachments that are in the MIME of the upload. */
async function uploaded({ message, immutableId, createdAt }: Item): Promise<AddedAttachment[]> {
  const { attachments } = await parseMail(message.mime);
  return attachments.map(({ filename, contentType, contentId, disposition, content }, index) => ({
    id: `AAMk${createHash('sha384').update(`${immutableId} ${index}`).digest('base64url')}=`,
    name: filename ?? 'attachment',
    contentType,
    contentId,
    inline: disposition === 'inline' || contentId !== undefined,
    chunks: [content],
    size: content.length,
    addedAt: createdAt,
  }));
}
