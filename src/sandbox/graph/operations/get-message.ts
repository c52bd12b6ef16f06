import { type Answer, jsonAnswer } from '../../http/answer.js';
import { denied, isDenial } from '../../http/denial.js';
import { itemBytes } from '../../model/item.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { findItem } from '../common/find-item.js';
import { odataContext } from '../common/odata-context.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { MESSAGE_PROPERTIES, messageResource } from '../odata/message-resource.js';
import { readQuery } from '../odata/query-options.js';
import { mayReadBody, READ_BASIC_ROLES, READ_ROLES } from './read-roles.js';

/** `GET /users/{id}/messages/{id}` (Graph documentation, "Get message"). */
export function getMessageOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_BASIC_ROLES, answer: (request) => getMessage(request, exchange) };
}

/** `GET /users/{id}/messages/{id}/$value`: the MIME (Graph documentation, "Get MIME content of a message"). */
export function getMimeOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_ROLES, answer: (request) => getMime(request, exchange) };
}

async function getMessage(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const { call, mailbox } = request;
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  const query = readQuery(call.path.query, ['$select'], MESSAGE_PROPERTIES);
  if (isDenial(query)) return denied(query);
  return strike('lookup', request, exchange, [item.message], async () => {
    const context = odataContext(call, mailbox, 'messages/$entity');
    const { properties } = query;
    const resource = await messageResource(item, { call, properties, withBody: mayReadBody(request) });
    return jsonAnswer(200, { '@odata.context': context, ...resource });
  });
}

async function getMime(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  return strike('lookup', request, exchange, [item.message], () => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: itemBytes(item),
  }));
}
