import { type Answer, jsonAnswer } from '../../http/answer.js';
import { type Denial, denied, isDenial } from '../../http/denial.js';
import type { Item } from '../../model/item.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import { odataContext } from '../common/odata-context.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { requireFolder } from '../odata/folder-name.js';
import { MESSAGE_PROPERTIES, messageResource } from '../odata/message-resource.js';
import { page } from '../odata/page.js';
import { type Query, readQuery } from '../odata/query-options.js';
import { mayReadBody, READ_BASIC_ROLES } from './read-roles.js';

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
  return strike('lookup', request, exchange, messages, async () => {
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
  return strike('lookup', request, exchange, [], () => ({
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
