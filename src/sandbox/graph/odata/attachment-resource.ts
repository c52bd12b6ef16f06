import { createHash } from 'node:crypto';
import { type Attachment, parseMail } from '../../mail/parse-mail.js';
import type { Item } from '../../model/item.js';
import type { AddedAttachment } from '../../model/stored-message.js';
import { graphTime } from './message-values.js';

const PROPERTIES: Readonly<Record<string, (attachment: AddedAttachment) => unknown>> = {
  lastModifiedDateTime: ({ addedAt }) => graphTime(addedAt),
  name: ({ name }) => name,
  contentType: ({ contentType }) => contentType,
  size: ({ size }) => size,
  isInline: ({ inline }) => inline,
  contentId: ({ contentId }) => contentId ?? null,
  contentBytes: ({ chunks }) => Buffer.concat(chunks).toString('base64'),
};

export const ATTACHMENT_PROPERTIES: readonly string[] = ['id', ...Object.keys(PROPERTIES)];

/** An attachment as Graph's JSON `fileAttachment`; `properties` undefined is all. */
export function attachmentResource(
  attachment: AddedAttachment,
  properties: readonly string[] | undefined,
): Record<string, unknown> {
  const chosen = Object.entries(PROPERTIES).filter(([name]) => !properties || properties.includes(name));
  return {
    '@odata.type': '#microsoft.graph.fileAttachment',
    id: attachment.id,
    ...Object.fromEntries(chosen.map(([name, read]) => [name, read(attachment)])),
  };
}

/** All attachments of a message: those in its MIME, then those that were added. */
export async function attachmentsOf(item: Item): Promise<AddedAttachment[]> {
  return [...(await attachmentsInMime(item)), ...item.message.attachments];
}

/** The attachments that are in the MIME of the upload, under ids that stay. */
export async function attachmentsInMime({ message, immutableId, createdAt }: Item): Promise<AddedAttachment[]> {
  const { attachments } = await parseMail(message.mime);
  return attachments.map((part, index) => ({
    id: `AAMk${createHash('sha384').update(`${immutableId} ${index}`).digest('base64url')}=`,
    name: part.filename ?? 'attachment',
    contentType: part.contentType,
    contentId: part.contentId,
    inline: isInline(part),
    chunks: [part.content],
    size: part.content.length,
    addedAt: createdAt,
  }));
}

/** Whether a part of MIME belongs into the body. Many senders give every attachment a Content-ID: that alone tells little. */
export function isInline({ disposition, contentId }: Attachment): boolean {
  return disposition === 'inline' || (disposition !== 'attachment' && contentId !== undefined);
}
