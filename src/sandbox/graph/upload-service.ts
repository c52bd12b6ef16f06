import { type Answer, jsonAnswer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { gatewayRefusal, methodNotAllowed, outlookRefusal } from '../http/graph-errors.js';
import { RouteTable } from '../http/route-table.js';
import { newId } from '../model/ids.js';
import type { UploadSession } from '../model/upload-sessions.js';
import type { Throttle } from '../throttling/throttle.js';
import { applyFault } from './common/apply-fault.js';
import type { Exchange } from './common/exchange.js';

// Each PUT must be smaller than 4 MB (Graph documentation, "Attach large files to Outlook messages"). (fact upload-5)
const LARGEST_CHUNK = 4_194_303;

interface UploadServiceOptions {
  exchange: Exchange;
  throttle: Throttle;
}

/** A request to an upload URL whose session is open. */
interface UploadRequest {
  call: Call;
  session: UploadSession;
  exchange: Exchange;
  body: Buffer;
}

type UploadAnswer = (request: UploadRequest) => Promise<Answer>;

/**
 * The upload URLs. They belong to outlook.office.com, not to Graph: the URL itself is the permission. That they count
 * against the mailbox's limits, and the status of every refusal, are inferred.
 */
export class UploadService {
  readonly #options: UploadServiceOptions;
  readonly #routes = new RouteTable<UploadAnswer>()
    .add('PUT', '/upload/{session}', uploadChunk)
    .add('GET', '/upload/{session}', async ({ session, call }) => uploadStatus(session, call))
    .add('DELETE', '/upload/{session}', async ({ session, exchange }) => {
      exchange.uploads.end(session);
      return { status: 204 };
    });

  constructor(options: UploadServiceOptions) {
    this.#options = options;
  }

  /** Undefined when the path is no upload URL. */
  answer(call: Call): Promise<Answer> | undefined {
    const match = this.#routes.find(call.method, call.path.segments);
    if (match.kind === 'unknown-segment' || match.kind === 'not-emulated') return undefined;
    const [, name = ''] = call.path.segments;
    const id = /^AttachmentSessions\('(.+)'\)$/i.exec(name)?.[1];
    if (id === undefined) return undefined;
    return match.kind === 'found'
      ? this.#upload(call, id, match.operation)
      : Promise.resolve(methodNotAllowed(call, match.allowed));
  }

  async #upload(call: Call, id: string, answer: UploadAnswer): Promise<Answer> {
    const { exchange, throttle } = this.#options;
    const named = exchange.uploads.find(id);
    const { mailbox } = named?.draft ?? {};
    const slot = named && mailbox && throttle.acquire(named.appId, mailbox.address.toLowerCase());
    if (mailbox) call.about(mailbox.address);
    if (slot) call.whenSettled(slot.release);
    const body = await call.body(LARGEST_CHUNK);
    if (body.tooLarge) {
      return gatewayRefusal(call, 413, 'BadRequest', 'The maximum request length supported is 4MB.');
    }
    if (call.headers.authorization !== undefined) {
      return outlookRefusal(401, 'InvalidAuthenticationToken', 'The upload URL takes no Authorization header.');
    }
    // Asked again: the session may have ended while the body came in.
    const session = exchange.uploads.find(id);
    if (!session) return outlookRefusal(404, 'ErrorItemNotFound', 'The upload session was not found.');
    if (call.path.query.get('authtoken') !== session.authToken) {
      return outlookRefusal(401, 'InvalidAuthenticationToken', 'The authtoken of the upload URL is not valid.');
    }
    const overLimit = slot?.refuse(call.method, body.bytes.length);
    if (overLimit) return overLimit;
    return answer({ call, session, exchange, body: body.bytes });
  }
}

/** `PUT` to the upload URL: 200 for a chunk, 201 for the last one. */
async function uploadChunk({ call, session, exchange, body }: UploadRequest): Promise<Answer> {
  const refusal = checkChunk(call.headers['content-range'], body.length, session);
  if (refusal) return refusal;
  const { draft } = session;
  const target = { call, mailbox: draft.mailbox };
  return applyFault('uploadChunk', target, exchange, [draft.message], () => {
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
function checkChunk(header: string | undefined, length: number, session: UploadSession): Answer | undefined {
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

/** `GET` of the upload URL: how far the upload is. That Outlook answers it, and how, is inferred. */
function uploadStatus(session: UploadSession, { origin }: Call): Answer {
  return jsonAnswer(200, {
    '@odata.context': `${origin}/api/v2.0/$metadata#Users('${session.draft.mailbox.id}')/Messages/AttachmentSessions/$entity`,
    // Written with a capital here, unlike Graph's own answer (Graph documentation, "Attach large files").
    ExpirationDateTime: new Date(session.expiresAt).toISOString(),
    nextExpectedRanges: [String(session.received)],
  });
}

/** A part of a file: offsets of its first and last byte, and the bytes of the whole. */
interface ContentRange {
  first: number;
  last: number;
  size: number;
}

/** Reads `bytes 0-2097151/3483322` (RFC 9110 §14.4). Undefined for anything else, an unknown length included. */
function parseContentRange(value: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(value?.trim() ?? '');
  if (!match) return undefined;
  const [first = 0, last = 0, size = 0] = match.slice(1).map(Number);
  return first <= last && last < size ? { first, last, size } : undefined;
}
