import { messageHead, type SandboxMessage } from '../exchange/sandbox-message.js';
import type { Submission } from '../exchange/submission.js';
import { filesIn, mimeTree } from '../mail/mime-tree.js';
import type { Attachment } from '../mail/parse-mail.js';
import type { Messages } from './messages.js';
import { countAttempts, type StoryRequest } from './story.js';
import { storyEntryJson } from './story-json.js';

/** Messages as the list shows them; their bodies are not decoded for it. */
export function summariesJson(submissions: readonly Submission[], { stories }: Messages) {
  const requests = stories.ofAll(submissions);
  return submissions.map((submission) => {
    const { raw, ...head } = messageHead(submission);
    return {
      ...head,
      size: raw.length,
      status: stories.status(submission),
      attempts: countAttempts(requests.get(submission) ?? []),
      attachments: attachmentCount(submission),
    };
  });
}

const counted = new WeakMap<Submission, number>();

function attachmentCount(submission: Submission): number {
  const count = counted.get(submission) ?? filesIn(mimeTree(submission.message.raw)).length;
  counted.set(submission, count);
  return count;
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
    story: storyJson(requests),
  };
}

export function storyJson(requests: readonly StoryRequest[]) {
  return requests.map(storyEntryJson);
}

export function attachmentJson({ content, ...attachment }: Attachment) {
  return { ...attachment, size: content.length };
}
