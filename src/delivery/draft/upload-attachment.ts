import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { nextPosition } from '../../graph/client.js';
import type { HttpAnswer } from '../../graph/http.js';
import type { HeavyAttachment } from '../../message/large/heavy-attachment.js';
import { classifyPreparation, classifyRepeatable, classifyUpload } from '../request/outcome.js';
import type { Requests } from '../request/requests.js';
import type { OperationResult } from '../request/types.js';

/**
 * Bytes. Smaller files go in one request; an upload session may refuse them (Graph documentation, "Attach large files").
 * (fact upload-3)
 */
const sessionMinimum = 3 * 1024 * 1024;

/** Bytes of one piece: under 4 MB, as documented. (fact upload-5) */
const chunkSize = 12 * 320 * 1024;

/**
 * Attaches a file to a draft.
 * @param maxRequestSize bytes of HTTP body
 * @returns why it is not known whether it is attached, so that the draft is of no use any more; nothing when it is
 * @throws GraphMailError
 */
export async function uploadFile(
  requests: Requests,
  draftId: string,
  file: HeavyAttachment,
  maxRequestSize: number,
): Promise<GraphMailError | undefined> {
  const atOnce = Math.ceil(file.size / 3) * 4 + 1_000 + 6 * file.name.length <= maxRequestSize;
  if (file.size < sessionMinimum && atOnce) return attachAtOnce(requests, draftId, file);
  const url = await openSession(requests, draftId, file);
  if (url === undefined) return attachAtOnce(requests, draftId, file);
  return sendChunks(requests, url, file, Math.min(chunkSize, maxRequestSize));
}

async function attachAtOnce(
  requests: Requests,
  draftId: string,
  file: HeavyAttachment,
): Promise<GraphMailError | undefined> {
  const { name, contentType, inline: isInline, contentId } = file;
  const contentBytes = (await file.read(0, file.size)).toString('base64');
  const type = '#microsoft.graph.fileAttachment';
  const body = Buffer.from(
    JSON.stringify({ '@odata.type': type, name, contentType, isInline, contentId, contentBytes }),
  );
  const { graph, mailbox } = requests;
  return unlessDoubtful(
    requests.perform({
      command: 'addAttachment',
      submission: false,
      bytes: body.length,
      classify: classifyPreparation(201),
      request: (call) => graph.addAttachment(mailbox, draftId, body, call),
    }),
  );
}

/** The URL that the file goes to; `undefined` when Graph finds it too small for that. */
async function openSession(requests: Requests, draftId: string, file: HeavyAttachment): Promise<string | undefined> {
  const { name, contentType, inline: isInline, contentId, size } = file;
  const { graph, mailbox } = requests;
  try {
    const { answer } = await requests.perform({
      command: 'createUploadSession',
      submission: false,
      bytes: 0,
      // A session that is not used attaches nothing.
      classify: classifyRepeatable(201),
      request: (call) =>
        graph.createUploadSession(mailbox, draftId, { name, contentType, isInline, contentId, size }, call),
    });
    const { uploadUrl = '' } = answer;
    if (URL.canParse(uploadUrl) && new URL(uploadUrl).protocol === 'https:') return uploadUrl;
  } catch (error) {
    if (isGraphMailError(error) && error.graphCode === 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize')
      return undefined;
    throw error;
  }
  throw new GraphMailError('Graph opened an upload session without telling where to upload.', {
    code: 'EGRAPH',
    command: 'createUploadSession',
  });
}

/** All of the file in order. After a failure it goes on where the session says that it should. */
async function sendChunks(
  requests: Requests,
  url: string,
  file: HeavyAttachment,
  chunk: number,
): Promise<GraphMailError | undefined> {
  let position = 0;
  let failures = 0;
  for (;;) {
    const bytes = await file.read(position, Math.min(chunk, file.size - position));
    const end = position + bytes.length;
    const sent = await sendChunk(requests, { url, bytes, position, size: file.size });
    const doubt = isGraphMailError(sent) ? sent : undefined;
    if (!isGraphMailError(sent) && sent.answer.status === 201 && end === file.size) return undefined;
    let next = isGraphMailError(sent) ? undefined : nextPosition(sent.answer, file.size);
    // More than was sent is not what became of it.
    if (next === undefined || next <= position || next > end) {
      if (!(await requests.delayBeforeRepeating(++failures))) return doubt ?? unclear(file);
      next = await statusOf(requests, url, file.size);
      // Without a position to go on from, a refusal of the piece itself would only be met again.
      if (next === undefined && doubt?.responseCode === 400) throw doubt;
      if (next === undefined || next > end) return doubt ?? unclear(file);
      // The same piece would be refused again.
      if (doubt?.permanent && next === position && failures > 1) throw doubt;
    } else failures = 0;
    position = next;
  }
}

/** Its failure, where it is not known what became of it or the session may want something else. */
async function sendChunk(
  requests: Requests,
  chunk: Parameters<Requests['graph']['uploadChunk']>[0],
): Promise<OperationResult<HttpAnswer> | GraphMailError> {
  try {
    return await requests.perform({
      command: 'uploadChunk',
      submission: false,
      bytes: chunk.bytes.length,
      classify: classifyUpload(classifyPreparation(200, 201, 202)),
      host: new URL(chunk.url).host,
      request: (call) => requests.graph.uploadChunk(chunk, call),
    });
  } catch (error) {
    if (isDoubtful(error) || isLost(error)) return error;
    throw error;
  }
}

async function statusOf(requests: Requests, url: string, size: number): Promise<number | undefined> {
  try {
    const { answer } = await requests.perform({
      command: 'uploadStatus',
      submission: false,
      bytes: 0,
      classify: classifyUpload(classifyRepeatable(200)),
      host: new URL(url).host,
      request: (call) => requests.graph.uploadStatus(url, call),
    });
    return nextPosition(answer, size);
  } catch (error) {
    if (!isGraphMailError(error) || error.responseCode === undefined) throw error;
    return undefined;
  }
}

async function unlessDoubtful(work: Promise<unknown>): Promise<GraphMailError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isDoubtful(error)) return error;
    throw error;
  }
}

function isDoubtful(error: unknown): error is GraphMailError {
  return isGraphMailError(error) && error.outcome === 'unknown' && error.code !== 'EABORT';
}

/** The session is gone, or has another idea of what comes next. */
function isLost(error: unknown): error is GraphMailError {
  return isGraphMailError(error) && [400, 401, 403, 404, 409].includes(error.responseCode ?? 0);
}

function unclear({ name }: HeavyAttachment): GraphMailError {
  return new GraphMailError(`Graph did not say whether it has all of ${name}.`, {
    code: 'EGRAPH',
    command: 'uploadChunk',
    outcome: 'unknown',
    hint: 'Try again later: the connection broke at the end of the file.',
  });
}
