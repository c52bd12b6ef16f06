import type { RequestLogEntry } from '../http/request-log.js';
import { filesIn, mimeTree, readMime } from '../mail/mime-tree.js';
import type { Attachment } from '../mail/parse-mail.js';
import type { Submission } from '../model/submission.js';
import { countAttempts, type StoryRequest } from './message-timelines.js';
import type { Messages } from './messages.js';
import { previewOf } from './preview.js';
import { messageHead, type SandboxMessage } from './sandbox-message.js';

/** Messages as the list shows them; no more of a body is decoded than its first words. */
export function summariesJson(submissions: readonly Submission[], { timelines }: Messages) {
  const requests = timelines.ofAll(submissions);
  return submissions.map((submission) => {
    const { raw, ...head } = messageHead(submission);
    return {
      ...head,
      size: raw.length,
      status: timelines.status(submission),
      attempts: countAttempts(requests.get(submission) ?? []),
      ...glance(submission),
    };
  });
}

const glances = new WeakMap<Submission, { attachments: number; preview: string }>();

/** What reading its parts tells; they stay as they are. */
function glance(submission: Submission): { attachments: number; preview: string } {
  const known = glances.get(submission);
  if (known) return known;
  const message = readMime(submission.message.raw);
  const read = { attachments: filesIn(message).length, preview: previewOf(message) };
  glances.set(submission, read);
  return read;
}

/** A message with everything but the contents of its attachments. */
export function messageJson({ raw, attachments, delivered, requests, ...message }: SandboxMessage) {
  return {
    ...message,
    html: message.html !== undefined,
    size: raw.length,
    attempts: countAttempts(requests),
    recipients: delivered.map(({ recipient }) => recipient),
    attachments: attachments.map(attachmentJson),
    tree: mimeTree(raw),
    story: timelineJson(requests),
  };
}

export function timelineJson(requests: readonly StoryRequest[]) {
  return requests.map(timelineEntryJson);
}

export function attachmentJson({ content, ...attachment }: Attachment) {
  return { ...attachment, size: content.length };
}

/** A request as the timeline of a message shows it. */
function timelineEntryJson({ at, status, durationMs, wait, ...entry }: StoryRequest) {
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
  return { ...timelineEntryJson(entry), mailbox, userAgent, messageId, itemId };
}
