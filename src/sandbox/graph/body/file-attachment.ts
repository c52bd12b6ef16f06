import { denial } from '../../http/graph-errors.js';
import { newId } from '../../model/ids.js';
import type { AddedAttachment } from '../../model/stored-message.js';
import { JsonRefusal, readFlag, readProperties, readText, unreadable } from './json-values.js';
import { decodeBase64Body } from './mime-body.js';

const PROPERTIES = [
  '@odata.type',
  'name',
  'contentType',
  'contentBytes',
  'contentId',
  'isInline',
  // Graph sets these itself.
  'id',
  'size',
  'lastModifiedDateTime',
  'contentLocation',
] as const;

const NOT_EMULATED: readonly unknown[] = ['#microsoft.graph.itemAttachment', '#microsoft.graph.referenceAttachment'];

/** Reads Graph's JSON `fileAttachment`. Throws a refusal for anything else. */
export function readFileAttachment(value: unknown, addedAt: number): AddedAttachment {
  const type = (value as { '@odata.type'?: unknown } | null)?.['@odata.type'];
  if (NOT_EMULATED.includes(type)) {
    const message = `The sandbox does not emulate ${type}, but #microsoft.graph.fileAttachment.`;
    throw new JsonRefusal(denial(501, 'NotImplemented', message));
  }
  const given = readProperties(value, 'microsoft.graph.fileAttachment', PROPERTIES);
  if (typeof type !== 'string' || type.toLowerCase() !== '#microsoft.graph.fileattachment') {
    throw unusable('@odata.type', type, '"#microsoft.graph.fileAttachment"');
  }
  const { name, contentBytes } = given;
  if (typeof name !== 'string' || name === '') throw unusable('name', name, 'text that is not empty');
  const content = typeof contentBytes === 'string' ? decodeBase64Body(Buffer.from(contentBytes)) : undefined;
  if (!content) throw unusable('contentBytes', typeof contentBytes, 'base64');
  return {
    id: newId(),
    name,
    ...readTraits(given),
    chunks: [content],
    size: content.length,
    addedAt,
  };
}

/** What an attachment says of itself beside its name, in a request with its bytes or in one that opens an upload session. */
export function readTraits(given: {
  contentType?: unknown;
  contentId?: unknown;
  isInline?: unknown;
}): Pick<AddedAttachment, 'contentType' | 'contentId' | 'inline'> {
  return {
    contentType: readText(given.contentType, 'contentType') || 'application/octet-stream',
    contentId: given.contentId === undefined ? undefined : readText(given.contentId, 'contentId'),
    inline: given.isInline !== undefined && readFlag(given.isInline, 'isInline'),
  };
}

/** Code and words are the sandbox's own. */
function unusable(property: string, given: unknown, expected: string): JsonRefusal {
  const message = `The attachment's "${property}" is ${JSON.stringify(given)}, expected ${expected}.`;
  return property === '@odata.type'
    ? unreadable(message)
    : new JsonRefusal(denial(400, 'ErrorInvalidParameter', message));
}
