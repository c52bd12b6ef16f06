import type { Answer } from '../http/answer.js';
import { outlookRefusal } from '../http/graph-errors.js';
import { newId } from '../model/ids.js';
import type { UploadSession } from '../model/upload-sessions.js';
import { strike } from './common/apply-fault.js';
import { parseContentRange } from './content-range.js';
import { type UploadRequest, uploadStatus } from './upload-progress.js';

/** `PUT` to the upload URL: 200 for a chunk, 201 for the last one. */
export async function uploadChunk({ call, session, exchange, body }: UploadRequest): Promise<Answer> {
  const refusal = judgeChunk(call.headers['content-range'], body.length, session);
  if (refusal) return refusal;
  const { draft } = session;
  const target = { call, mailbox: draft.mailbox };
  return strike('uploadChunk', target, exchange, [draft.message], () => {
    session.chunks.push(body);
    session.received += body.length;
    if (session.received < session.file.size) return uploadStatus(session, call);
    const id = newId();
    draft.message.attach({ ...session.file, id, chunks: session.chunks, addedAt: call.at });
    draft.modifiedAt = call.at;
    exchange.uploads.end(session);
    const message = `${call.origin}/api/v2.0/Users('${draft.mailbox.id}')/Messages('${draft.id}')`;
    return { status: 201, headers: { location: `${message}/Attachments('${id}')` } };
  });
}

/** Status and code are inferred; chunks must come in order (Graph documentation, "Attach large files"). */
function judgeChunk(header: string | undefined, length: number, session: UploadSession): Answer | undefined {
  const range = parseContentRange(header);
  const given = header === undefined ? 'missing' : JSON.stringify(header);
  if (!range) return invalid(`is ${given}, expected one such as "bytes 0-2097151/3483322"`);
  if (range.size !== session.file.size) {
    return invalid(`names a file of ${range.size} bytes, expected ${session.file.size} as in createUploadSession`);
  }
  const named = range.last - range.first + 1;
  if (named !== length) return invalid(`names ${named} bytes, but the body has ${length}`);
  if (range.first === session.received) return undefined;
  const message = `The chunk begins at ${range.first}, expected ${session.received}: chunks must come in order.`;
  return outlookRefusal(416, 'ErrorInvalidRange', message);
}

function invalid(what: string): Answer {
  return outlookRefusal(400, 'ErrorInvalidContentRange', `Content-Range ${what}.`);
}
