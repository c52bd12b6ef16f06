import type { Answer } from '../../http/answer.js';
import { denied, isDenial, itemNotFound } from '../../http/denial.js';
import type { Exchange } from '../common/exchange.js';
import { findDraft } from '../common/find-item.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { attachmentsOf } from '../odata/attachments-of.js';
import { takeApart } from './take-apart.js';

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
