import { denied, isDenial, messageTooLarge } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import { readFileAttachment } from '../exchange/file-attachment.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import { orDenial } from '../exchange/json-values.js';
import { odataContext } from '../exchange/odata-context.js';
import { readJsonObject } from '../exchange/request-body.js';
import { strike } from '../faults/strike.js';
import { attachmentResource } from '../lookups/attachment-resource.js';
import { type Answer, jsonAnswer } from '../wire/answer.js';
import { findDraft } from './find-item.js';

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
  return strike('addAttachment', request, exchange, [draft.message], () => {
    draft.message.attach(attachment);
    draft.modifiedAt = call.at;
    const context = odataContext(call, mailbox, `messages('${draft.id}')/attachments/$entity`);
    const { contentBytes: _, ...resource } = attachmentResource(attachment, undefined);
    return jsonAnswer(201, { '@odata.context': context, ...resource });
  });
}
