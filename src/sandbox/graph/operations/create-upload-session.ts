import { type Answer, jsonAnswer } from '../../http/answer.js';
import { type Denial, denial, denied, isDenial, messageTooLarge } from '../../http/graph-errors.js';
import type { UploadSession } from '../../model/upload-sessions.js';
import { readTraits } from '../body/file-attachment.js';
import { isObject, orDenial, readProperties } from '../body/json-values.js';
import { readJsonObject } from '../body/request-body.js';
import { applyFault } from '../common/apply-fault.js';
import { type Exchange, findDraft, type MailboxCall, type MailboxOperation } from '../common/exchange.js';

// 150 MB (Graph documentation, "attachment: createUploadSession"). (fact upload-2)
const LARGEST_FILE = 157_286_400;

const PROPERTIES = ['attachmentType', 'name', 'size', 'contentType', 'contentId', 'isInline'] as const;

/** `POST /users/{id}/messages/{id}/attachments/createUploadSession` (Graph documentation, page of that name). */
export function createUploadSessionOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.ReadWrite'], answer: (request) => createUploadSession(request, exchange) };
}

async function createUploadSession(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const draft = findDraft(request, exchange);
  if (isDenial(draft)) return denied(draft);
  const file = readAttachmentItem(request.body);
  if (isDenial(file)) return denied(file);
  if (file.size < exchange.minUploadSize) return denied(tooSmall);
  const whole = draft.message.size + file.size;
  if (file.size > LARGEST_FILE || whole > exchange.maxMessageSize) return denied(messageTooLarge);
  return applyFault('createUploadSession', request, exchange, [draft.message], () => {
    const session = exchange.uploads.open(draft, file, request.application.clientId);
    const { origin } = request.call;
    return jsonAnswer(201, {
      '@odata.context': `${origin}/v1.0/$metadata#microsoft.graph.uploadSession`,
      uploadUrl: `${exchange.uploadOrigin(origin)}/upload/AttachmentSessions('${session.id}')?authtoken=${session.authToken}`,
      expirationDateTime: new Date(session.expiresAt).toISOString(),
      nextExpectedRanges: ['0-'],
    });
  });
}

function readAttachmentItem(body: Buffer): UploadSession['file'] | Denial {
  const request = readJsonObject(body);
  if (isDenial(request)) return request;
  const parameters = orDenial(() => readProperties(request, 'createUploadSession', ['AttachmentItem']));
  if (isDenial(parameters)) return parameters;
  const { AttachmentItem: item } = parameters;
  if (!isObject(item))
    return denial(400, 'ErrorInvalidParameter', "The value of the parameter 'AttachmentItem' is empty.");
  const properties = orDenial(() => readProperties(item, 'microsoft.graph.attachmentItem', PROPERTIES));
  if (isDenial(properties)) return properties;
  const { attachmentType, name, size } = properties;
  if (typeof attachmentType !== 'string' || attachmentType.toLowerCase() !== 'file') {
    return unusable('attachmentType', attachmentType, '"file"');
  }
  if (typeof name !== 'string' || name === '') return unusable('name', name, 'text that is not empty');
  if (!Number.isSafeInteger(size) || (size as number) < 0) return unusable('size', size, 'a number of bytes');
  const traits = orDenial(() => readTraits(properties));
  return isDenial(traits) ? traits : { name, size: size as number, ...traits };
}

/** Code and words are the sandbox's own. */
function unusable(property: string, given: unknown, expected: string): Denial {
  const message = `AttachmentItem: "${property}" is ${JSON.stringify(given)}, expected ${expected}.`;
  return denial(400, 'ErrorInvalidParameter', message);
}

const tooSmall = denial(
  400,
  'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
  'Attachment size must be greater than the minimum size.',
);
