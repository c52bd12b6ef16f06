import { checkFields, type Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { OPERATIONS, type RequestOperation } from '../http/operation.js';
import type { RequestLogEntry } from '../http/request-log.js';
import { bare } from './message-filter.js';

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
