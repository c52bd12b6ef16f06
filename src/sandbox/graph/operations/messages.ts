import { type Answer, jsonAnswer } from '../../http/answer.js';
import { type Denial, denied, isDenial } from '../../http/graph-errors.js';
import { type Item, itemBytes } from '../../model/item.js';
import { applyFault } from '../common/apply-fault.js';
import {
  type Exchange,
  findItem,
  type MailboxCall,
  type MailboxOperation,
  mayReadBody,
  odataContext,
  READ_BASIC_ROLES,
  READ_ROLES,
} from '../common/exchange.js';
import { requireFolder } from '../odata/folder-name.js';
import { MESSAGE_PROPERTIES, messageResource } from '../odata/message-resource.js';
import { page, type Query, readQuery } from '../odata/query-options.js';

/**
 * `GET /users/{id}/messages`, and of one folder `GET /users/{id}/mailFolders/{id}/messages` (Graph documentation, "List
 * messages"). Newest first, unless `$orderby` says otherwise.
 */
export function listMessagesOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_BASIC_ROLES, answer: (request) => listMessages(request, exchange) };
}

/** `GET` of the same with `/$count` behind it: the number alone (Graph documentation, "Query parameters"). */
export function countMessagesOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_BASIC_ROLES, answer: (request) => countMessages(request, exchange) };
}

async function listMessages(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const { call, mailbox, parameters } = request;
  const query = readQuery(
    call.path.query,
    ['$filter', '$select', '$orderby', '$top', '$skip', '$count'],
    MESSAGE_PROPERTIES,
  );
  const found = isDenial(query) ? query : findMessages(request, exchange, query);
  if (isDenial(query) || isDenial(found)) return denied(found as Denial);
  const { properties } = query;
  const { entries, around } = page(found, query, call);
  const messages = entries.map(({ message }) => message);
  return applyFault('lookup', request, exchange, messages, async () => {
    const options = { call, properties, withBody: mayReadBody(request) };
    const value: object[] = [];
    for (const item of entries) value.push(await messageResource(item, options));
    const of = parameters.folder === undefined ? '' : `mailFolders('${parameters.folder}')/`;
    const chosen = properties ? `(${properties.join(',')})` : '';
    const context = odataContext(call, mailbox, `${of}messages${chosen}`);
    return jsonAnswer(200, around(context, value));
  });
}

async function countMessages(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const query = readQuery(request.call.path.query, ['$filter'], MESSAGE_PROPERTIES);
  const found = isDenial(query) ? query : findMessages(request, exchange, query);
  if (isDenial(found)) return denied(found);
  return applyFault('lookup', request, exchange, [], () => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: String(found.length),
  }));
}

function findMessages({ mailbox, parameters }: MailboxCall, { store }: Exchange, query: Query): Item[] | Denial {
  const { folder: name } = parameters;
  const folder = name === undefined ? undefined : requireFolder(mailbox, name);
  if (folder && typeof folder !== 'string') return folder;
  const { filter, order } = query;
  const found = store
    .items(mailbox, folder)
    .filter((item) => filter?.accepts(item) ?? true)
    .reverse();
  return order ? found.sort(order.compare) : found;
}

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
  return applyFault('lookup', request, exchange, [item.message], async () => {
    const context = odataContext(call, mailbox, 'messages/$entity');
    const { properties } = query;
    const resource = await messageResource(item, { call, properties, withBody: mayReadBody(request) });
    return jsonAnswer(200, { '@odata.context': context, ...resource });
  });
}

async function getMime(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const item = findItem(request, exchange);
  if (isDenial(item)) return denied(item);
  return applyFault('lookup', request, exchange, [item.message], () => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: itemBytes(item),
  }));
}
