/**
 * What a scripted fault can strike, by the request: `token` at Entra; `sendMail`; `createDraft` (POST …/messages),
 * `addAttachment`, `createUploadSession`, `uploadChunk` (a PUT to the upload URL), `sendDraft` (POST …/send),
 * `deleteDraft` (DELETE of a message); `lookup` (any GET of messages and their attachments).
 */
export type FaultTarget =
  | 'sendMail'
  | 'token'
  | 'createDraft'
  | 'sendDraft'
  | 'addAttachment'
  | 'createUploadSession'
  | 'uploadChunk'
  | 'lookup'
  | 'deleteDraft';

/**
 * A scripted fault. It takes the place of a success: a request that the sandbox refuses anyway does not use it up.
 * Rules are tried in the order in which they were given, the first that matches strikes.
 */
export interface FaultRule {
  on: FaultTarget;
  /** How many requests it strikes. Default `1`; `Infinity` is allowed. */
  times?: number;
  /** Only requests to this mailbox, by address or object id. Not for `token`. */
  mailbox?: string;
  /** Only messages to this address; with `lookup`, only when it finds one. Not for `token`. */
  recipient?: string;
  /** Only messages with this whole decoded subject; with `lookup`, only when it finds one. Not for `token`. */
  subject?: string;
  /** HTTP status of the answer. Without it, `reset`, `silence` and `claimsChallenge` the request succeeds, after `delay`. */
  status?: number;
  /** `error.code` for Graph, `error` for a token. Default: the service's own for that status (502: HTML without a code). */
  code?: string;
  /** `error.message`, or the words behind the AADSTS code. */
  message?: string;
  /** Headers of the answer, as `{ 'Retry-After': '7' }`. */
  headers?: Record<string, string>;
  /** Body of the answer instead of the service's own: text as it is, anything else as JSON. */
  body?: unknown;
  /**
   * Whether it was done although the answer says otherwise: message delivered, draft created or deleted, attachment or
   * chunk stored. Not for `token` and `lookup`, and not with a 503 that carries `Retry-After`. Default `false`.
   */
  delivered?: boolean;
  /** Tears the connection down (TCP RST) after the request was read. */
  reset?: 'before-answer';
  /** Never answers; the connection stays open. */
  silence?: boolean;
  /**
   * Refuses the token with `401` and a claims challenge (continuous access evaluation), this time and whenever it is
   * shown again. Not for `token` and `uploadChunk`, which take no access token.
   */
  claimsChallenge?: boolean;
  /** Milliseconds to wait before whatever happens. Default `0`. */
  delay?: number;
}
