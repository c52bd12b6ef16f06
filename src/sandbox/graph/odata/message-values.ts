import type { Item } from '../../model/item.js';

/** Whether Graph calls it a draft: it was never sent, or it still waits in Drafts for its transport. */
export function isDraft({ folder, received, submission }: Item): boolean {
  return !received && (folder === 'drafts' || submission === undefined);
}

/** Milliseconds since 1970. A draft has a time of sending as well: when it was made. */
export function sentAt({ submission, createdAt }: Item): number {
  return submission?.receivedAt ?? createdAt;
}

/** What a lookup can filter by: text, a flag, or a time in milliseconds since 1970. */
export const FILTERED: Readonly<Record<string, (item: Item) => string | boolean | number>> = {
  internetMessageId: ({ message }) => message.messageId,
  subject: ({ message }) => message.subject,
  isDraft,
  isRead: ({ read }) => read,
  receivedDateTime: (item) => (item.received ? item.createdAt : sentAt(item)),
  sentDateTime: sentAt,
  createdDateTime: ({ createdAt }) => createdAt,
  lastModifiedDateTime: ({ modifiedAt }) => modifiedAt,
};

/** What it can sort by. */
export const SORTED: readonly string[] = [
  'receivedDateTime',
  'sentDateTime',
  'createdDateTime',
  'lastModifiedDateTime',
  'subject',
];

/** `2026-11-23T10:00:00Z`, to the second. */
export function graphTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
