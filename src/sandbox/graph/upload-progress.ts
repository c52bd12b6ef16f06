import { type Answer, jsonAnswer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import type { UploadSession } from '../model/upload-sessions.js';
import type { Exchange } from './common/exchange.js';

/** A request to an upload URL whose session is open. */
export interface UploadRequest {
  call: Call;
  session: UploadSession;
  exchange: Exchange;
  body: Buffer;
}

export type UploadAnswer = (request: UploadRequest) => Promise<Answer>;

/** `GET` of the upload URL: how far the upload is. That Outlook answers it, and how, is inferred. */
export function uploadStatus(session: UploadSession, { origin }: Call): Answer {
  return jsonAnswer(200, {
    '@odata.context': `${origin}/api/v2.0/$metadata#Users('${session.draft.mailbox.id}')/Messages/AttachmentSessions/$entity`,
    // Written with a capital here, unlike Graph's own answer (Graph documentation, "Attach large files").
    ExpirationDateTime: new Date(session.expiresAt).toISOString(),
    nextExpectedRanges: [String(session.received)],
  });
}
