import type { AddedAttachment } from '../../model/stored-message.js';
import { graphTime } from './graph-time.js';

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
