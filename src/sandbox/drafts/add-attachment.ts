import { type Denial, denial, denied, isDenial, messageTooLarge } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import { newId } from '../exchange/item.js';
import { decodeBase64Body } from '../exchange/mime-body.js';
import { readJsonObject } from '../exchange/request-body.js';
import type { AddedAttachment } from '../exchange/stored-message.js';
import { strike } from '../faults/strike.js';
import { attachmentResource } from '../lookups/attachment-resource.js';
import { type Answer, jsonAnswer } from '../wire/answer.js';
import { findDraft } from './find-item.js';

/** `POST /users/{id}/messages/{id}/attachments` (Graph documentation, "Add attachment"). */
export function addAttachmentOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => addAttachment(request, exchange) };
}

async function addAttachment(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const draft = findDraft(request, exchange);
  if (isDenial(draft)) return denied(draft);
  const { call, mailbox } = request;
  const attachment = readAttachment(request.body, call.at);
  if (isDenial(attachment)) return denied(attachment);
  if (draft.message.size + attachment.size > exchange.maxMessageSize) return denied(messageTooLarge);
  return strike('addAttachment', request, exchange, [draft.message], () => {
    draft.message.attach(attachment);
    draft.modifiedAt = call.at;
    const context = `${exchange.origin()}/v1.0/$metadata#users('${mailbox.id}')/messages('${draft.id}')/attachments/$entity`;
    const { contentBytes: _, ...resource } = attachmentResource(attachment, undefined);
    return jsonAnswer(201, { '@odata.context': context, ...resource });
  });
}

function readAttachment(body: Buffer, addedAt: number): AddedAttachment | Denial {
  const given = readJsonObject(body);
  if (isDenial(given)) return given;
  const { '@odata.type': type, name, contentType, contentBytes, contentId, isInline } = given;
  if (type !== '#microsoft.graph.fileAttachment') {
    return unusable('@odata.type', type, '"#microsoft.graph.fileAttachment", which alone the sandbox takes');
  }
  if (typeof name !== 'string' || name === '') return unusable('name', name, 'text that is not empty');
  const content = typeof contentBytes === 'string' ? decodeBase64Body(Buffer.from(contentBytes)) : undefined;
  if (!content) return unusable('contentBytes', typeof contentBytes, 'base64');
  return {
    id: newId(),
    name,
    contentType: typeof contentType === 'string' ? contentType : 'application/octet-stream',
    contentId: typeof contentId === 'string' ? contentId : undefined,
    inline: isInline === true,
    chunks: [content],
    size: content.length,
    addedAt,
  };
}

/** Code and words are the sandbox's own. */
function unusable(property: string, given: unknown, expected: string): Denial {
  const message = `The attachment's "${property}" is ${JSON.stringify(given)}, expected ${expected}.`;
  return denial(400, 'ErrorInvalidParameter', message);
}
