import { OPERATIONS } from '../http/operation.js';
import type { RequestLog, RequestLogEntry } from '../http/request-log.js';
import { ApiRefusal, type ApiRoute, json, nearestName, pageOf } from './api-routes.js';
import { same } from './message-filter.js';
import { checkNames } from './message-search.js';
import { type StoryRequest, waitBetween } from './message-timeline.js';
import { requestJson } from './timeline-json.js';

/** `GET /api/requests`: the log of the HTTPS side, newest first. */
export function requestRoutes(log: RequestLog): ApiRoute[] {
  return [
    [
      'GET',
      '/api/requests',
      ({ query }) => {
        const { limit, offset } = pageOf(query);
        const matched = withWaits(log.list()).filter(readFilter(query)).reverse();
        const requests = matched.slice(offset, offset + limit).map(requestJson);
        return json(200, { total: log.size, matched: matched.length, requests });
      },
    ],
  ];
}

/** Waits are those between the requests about one message. */
function withWaits(entries: readonly RequestLogEntry[]): StoryRequest[] {
  const last = new Map<string, RequestLogEntry>();
  return entries.map((entry) => {
    const before = entry.messageId === undefined ? undefined : last.get(entry.messageId);
    if (entry.messageId !== undefined) last.set(entry.messageId, entry);
    return { ...entry, wait: before ? waitBetween(before, entry) : 0 };
  });
}

/** The mailbox is searched for by a part of it, in any letter case. */
function readFilter(query: URLSearchParams): (entry: RequestLogEntry) => boolean {
  checkNames(query, ['mailbox', 'status', 'operation', 'messageId', 'limit', 'offset']);
  const mailbox = query.get('mailbox')?.toLowerCase();
  const [status, operation, messageId] = ['status', 'operation', 'messageId'].map((name) => query.get(name));
  if (status && !/^[1-5]\d\d$/.test(status))
    throw new ApiRefusal(400, `"status" is "${status}", expected an HTTP status.`);
  if (operation && !OPERATIONS.some((one) => same(one, operation)))
    throw new ApiRefusal(400, `"operation" is "${operation}". ${nearestName(operation, OPERATIONS)}`);
  return (entry) =>
    (!mailbox || (entry.mailbox?.toLowerCase().includes(mailbox) ?? false)) &&
    (!status || entry.status === Number(status)) &&
    (!operation || same(entry.operation, operation)) &&
    (!messageId || (entry.messageId?.includes(messageId) ?? false));
}
