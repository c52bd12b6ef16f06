import { type Answer, jsonAnswer } from '../../http/answer.js';
import { denied, isDenial, messageTooLarge } from '../../http/denial.js';
import { readDraftBody } from '../body/request-body.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { odataContext } from '../common/odata-context.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { messageResource } from '../odata/message-resource.js';

/** `POST /users/{id}/messages` (Graph documentation, "Create message"). (facts draft-15, draft-16) */
export function createDraftOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => createDraft(request, exchange) };
}

async function createDraft(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const { call, mailbox } = request;
  const message = readDraftBody(request, exchange.options);
  if (isDenial(message)) return denied(message);
  if (message.size > exchange.maxMessageSize) return denied(messageTooLarge);
  return strike('createDraft', request, exchange, [message], async () => {
    const draft = exchange.store.createDraft(mailbox, message, call.at);
    const context = odataContext(call, mailbox, 'messages/$entity');
    const resource = await messageResource(draft, { call, properties: undefined, withBody: true });
    return jsonAnswer(201, { '@odata.context': context, ...resource });
  });
}
