import { messageHead, type SandboxMessage } from '../exchange/sandbox-message.js';
import type { Submission } from '../exchange/submission.js';

/** A message as the list shows it; read from its header alone. */
export function summaryJson(submission: Submission) {
  const { raw, ...head } = messageHead(submission);
  return { ...head, size: raw.length };
}

/** A message with everything but the contents of its attachments. */
export function messageJson({ raw, attachments, delivered, ...message }: SandboxMessage) {
  return {
    ...message,
    html: message.html !== undefined,
    size: raw.length,
    recipients: delivered.map(({ recipient }) => recipient),
    attachments: attachments.map(({ content, ...attachment }) => ({ ...attachment, size: content.length })),
  };
}
