import type { RequestLogEntry } from '../http/request-log.js';
import type { StoryRequest } from './message-timeline.js';

/** A request as the story of a message shows it. */
export function storyEntryJson({ at, status, durationMs, wait, ...entry }: StoryRequest) {
  const { method, path, operation, retryAfter, code, requestId, clientRequestId, fault, delivered, instead } = entry;
  return {
    at,
    method,
    path,
    operation,
    status: status ?? null,
    durationMs: durationMs ?? null,
    wait,
    retryAfter,
    code,
    requestId,
    clientRequestId,
    fault,
    delivered,
    instead,
  };
}

/** A request as the log shows it: with what names the message that it was about. */
export function requestJson(entry: StoryRequest) {
  const { mailbox, userAgent, messageId, itemId }: RequestLogEntry = entry;
  return { ...storyEntryJson(entry), mailbox, userAgent, messageId, itemId };
}
