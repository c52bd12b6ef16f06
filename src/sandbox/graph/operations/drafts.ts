import { type Answer, jsonAnswer } from '../../http/answer.js';
import { denial, denied, gatewayRefusal, isDenial, messageTooLarge } from '../../http/graph-errors.js';
import { readDraftBody } from '../body/request-body.js';
import { applyFault } from '../common/apply-fault.js';
import { type Exchange, findItem, type MailboxCall, type MailboxOperation, odataContext } from '../common/exchange.js';
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
  return applyFault('createDraft', request, exchange, [message], async () => {
    const draft = exchange.store.createDraft(mailbox, message, call.at);
    const context = odataContext(call, mailbox, 'messages/$entity');
    const resource = await messageResource(draft, { call, properties: undefined, withBody: true });
    return jsonAnswer(201, { '@odata.context': context, ...resource });
  });
}

/** `POST /users/{id}/mailFolders/{id}/messages`: Graph takes JSON there and refuses MIME (reported). (fact draft-9) */
export const createInFolderOperation: MailboxOperation = {
  roles: ['Mail.ReadWrite'],
  answer: async ({ call }) => {
    const type = call.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json') return denied(unreadable);
    return gatewayRefusal(call, 501, 'NotImplemented', 'The sandbox creates drafts at /v1.0/users/{id}/messages only.');
  },
};

const unreadable = denial(400, 'UnableToDeserializePostBody', 'were unable to deserialize ');

/**
 * `DELETE /users/{id}/messages/{id}` (Graph documentation, "Delete message"). It moves to Deleted Items under another id;
 * from there it is gone. Where Exchange puts it is inferred. (fact draft-8)
 */
export function deleteMessageOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => deleteMessage(request, exchange) };
}

async function deleteMessage(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  return applyFault('deleteDraft', request, exchange, [item.message], () => {
    exchange.store.discard(item, request.call.at);
    return { status: 204 };
  });
}
