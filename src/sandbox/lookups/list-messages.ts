import { denial, denied, isDenial } from '../exchange/denial.js';
import type { Exchange } from '../exchange/exchange.js';
import type { MailboxCall, MailboxOperation } from '../exchange/graph-service.js';
import { preferenceApplied } from '../exchange/immutable-ids.js';
import { strike } from '../faults/strike.js';
import { type Answer, jsonAnswer } from '../wire/answer.js';
import { findFolder } from './folder-name.js';
import { MESSAGE_PROPERTIES, messageResource } from './message-resource.js';
import { readQuery } from './query-options.js';
import { mayReadBody, READ_BASIC_ROLES } from './read-roles.js';

/**
 * `GET /users/{id}/messages`, and of one folder `GET /users/{id}/mailFolders/{id}/messages` (Graph documentation, "List
 * messages"). Newest first.
 */
export function listMessagesOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_BASIC_ROLES, answer: (request) => listMessages(request, exchange) };
}

async function listMessages(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const { call, mailbox, parameters } = request;
  const { folder: name } = parameters;
  const folder = name === undefined ? undefined : findFolder(mailbox, name);
  if (name !== undefined && folder === undefined) return denied(unknownFolder(name));
  const query = readQuery(call.path.query, ['$filter', '$select', '$top', '$skip'], MESSAGE_PROPERTIES);
  if (isDenial(query)) return denied(query);
  const { messageId, properties, top, skip } = query;
  const found = exchange.store
    .items(mailbox, folder)
    .filter(({ message }) => messageId === undefined || message.messageId === messageId)
    .reverse();
  const page = found.slice(skip, skip + top);
  const messages = page.map(({ message }) => message);
  return strike('lookup', request, exchange, messages, async () => {
    const options = { call, properties, withBody: mayReadBody(request) };
    const value: object[] = [];
    for (const item of page) value.push(await messageResource(item, options));
    const of = name === undefined ? '' : `/mailFolders('${name}')`;
    const chosen = properties ? `(${properties.join(',')})` : '';
    const next = new URLSearchParams(call.path.query);
    next.set('$skip', String(skip + top));
    const path = call.path.segments.map(encodeURIComponent).join('/');
    const answer = {
      '@odata.context': `${exchange.origin()}/v1.0/$metadata#users('${mailbox.id}')${of}/messages${chosen}`,
      value,
      ...(found.length > skip + top && { '@odata.nextLink': `${exchange.origin()}/${path}?${next}` }),
    };
    return jsonAnswer(200, answer, preferenceApplied(call));
  });
}

function unknownFolder(name: string) {
  const message = `The sandbox has no folder '${name}', but drafts, outbox, sentitems and inbox.`;
  return denial(404, 'ErrorItemNotFound', message);
}
