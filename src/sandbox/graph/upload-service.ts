import type { Answer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { gatewayRefusal, methodNotAllowed, outlookRefusal } from '../http/graph-errors.js';
import { RouteTable } from '../http/route-table.js';
import type { Throttle } from '../throttling/throttle.js';
import type { Exchange } from './common/exchange.js';
import { uploadChunk } from './upload-chunk.js';
import { type UploadAnswer, uploadStatus } from './upload-progress.js';

// Each PUT must be smaller than 4 MB (Graph documentation, "Attach large files to Outlook messages"). (fact upload-5)
const LARGEST_CHUNK = 4_194_303;

export interface UploadServiceOptions {
  exchange: Exchange;
  throttle: Throttle;
}

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
    const place = named && mailbox && throttle.enter(named.appId, mailbox.address.toLowerCase());
    if (mailbox) call.about(mailbox.address);
    if (place) call.whenSettled(place.leave);
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
    const overLimit = place?.refuse(call.method, body.bytes.length);
    if (overLimit) return overLimit;
    return answer({ call, session, exchange, body: body.bytes });
  }
}
