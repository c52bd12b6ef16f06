import { type Answer, jsonAnswer } from '../../http/answer.js';
import { denied, isDenial, messageTooLarge } from '../../http/denial.js';
import { readFileAttachment } from '../body/file-attachment.js';
import { orDenial } from '../body/json-values.js';
import { readJsonObject } from '../body/request-body.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { findDraft } from '../common/find-item.js';
import { odataContext } from '../common/odata-context.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { attachmentResource } from '../odata/attachment-resource.js';

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
