import { GraphMailError } from '../../common/errors.js';
import { type Indivisible, indivisibleAttachment } from './indivisible.js';
import type { Leaf } from './leaves.js';

/** Bytes of file that an upload session takes (Graph documentation, "attachment: createUploadSession"). */
export const maxUpload = 150 * 1024 * 1024;

/** Bytes of MIME, with its base64, of the largest message that an organisation can allow (Exchange Online limits, "Message limits"). */
export const largestMessage = 150 * 1024 * 1024;

/** The failure of a message that fits into no request and cannot be sent otherwise. */
export function indivisibleError({ reason, hint }: Indivisible): GraphMailError {
  return tooLargeError(`The message is too large for one request, and cannot be sent in parts: ${reason}.`, hint);
}

/** Why what is left does not fit: what could not be taken out, where that is what weighs most. */
export function tooMuchLeft(heaviest: Leaf | undefined, limit: number): GraphMailError {
  const stuck = heaviest?.attached ? indivisibleAttachment(heaviest) : undefined;
  return stuck ? indivisibleError(stuck) : restError(limit);
}

/** The failure of a message of which too much is left when all that can be uploaded is out of it. */
function restError(limit: number): GraphMailError {
  return tooLargeError(
    `The message is too large even without its attachments: what stays in it takes more than ${limit.toLocaleString('en')} bytes of MIME.`,
    'Make text and html shorter; put images into attachments with a cid instead of data: URLs.',
  );
}

/** The failure of content that no upload takes; `what` begins the sentence, with its verb. */
export function uploadError(what: string): GraphMailError {
  return tooLargeError(
    `${what} more than the ${maxUpload.toLocaleString('en')} bytes that can be uploaded.`,
    'Exchange Online takes no message of more than 150 MB, which are about 112 MB of files since base64 counts, and most organisations allow less. Send links to such files.',
  );
}

/** Why these files cannot all be uploaded; `undefined` when they can. */
export function refusalOfUpload(files: readonly { name: string; size: number }[]): GraphMailError | undefined {
  const tooHeavy = files.find(({ size }) => size > maxUpload);
  if (tooHeavy) return uploadError(`The attachment ${tooHeavy.name} has ${tooHeavy.size.toLocaleString('en')} bytes,`);
  const sum = files.reduce((bytes, { size }) => bytes + size, 0);
  return sum > maxUpload ? uploadError('The attachments have together') : undefined;
}

function tooLargeError(message: string, hint: string): GraphMailError {
  return new GraphMailError(message, { code: 'EMESSAGE', permanent: true, command: 'API', hint });
}
