import { checkFields, type Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { OPERATIONS, type RequestOperation } from '../http/operation.js';
import type { RequestLog, RequestLogEntry } from '../http/request-log.js';
import { ApiRefusal, type ApiRoute, json, nearestName, pageOf } from './api-routes.js';
import { bare, same } from './message-filter.js';
import { requestJson } from './message-json.js';
import { checkNames } from './message-search.js';
import { type StoryRequest, waitBetween } from './message-timelines.js';

/** Which requests; all that is given must fit. */
export interface RequestFilter {
  /** Address of the mailbox that the path names, in any letter case. */
  mailbox?: string;
  /** With or without angle brackets. */
  messageId?: string;
  operation?: RequestOperation;
  /** Status of the answer. */
  status?: number;
}

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

const FILTER: Kinds<RequestFilter> = {
  mailbox: is.text,
  messageId: is.text,
  operation: is.oneOf(...OPERATIONS),
  status: is.integer(100, 599),
};

/** Throws an Error that names the field when the filter is wrong. */
export function requestMatcher(what: string, filter: RequestFilter): (entry: RequestLogEntry) => boolean {
  checkFields(what, filter, FILTER);
  const { mailbox, messageId, operation, status } = filter;
  return (entry) =>
    (mailbox === undefined || entry.mailbox?.toLowerCase() === mailbox.toLowerCase()) &&
    (messageId === undefined || (entry.messageId !== undefined && bare(entry.messageId) === bare(messageId))) &&
    (operation === undefined || entry.operation === operation) &&
    (status === undefined || entry.status === status);
}
