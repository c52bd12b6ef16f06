/**
 * To what a scripted fault can be applied, by the request: `token` and `discovery` (all that it publishes) at Entra; `sendMail`;
 * `createDraft` (POST …/messages), `addAttachment`, `createUploadSession`, `uploadChunk` (a PUT to the upload URL),
 * `sendDraft` (POST …/send), `deleteDraft` (DELETE of a message); `lookup` (any GET of messages and their attachments);
 * `messageTrace` (GET …/admin/exchange/tracing/messageTraces).
 */
export type FaultTarget =
  | 'sendMail'
  | 'token'
  | 'discovery'
  | 'createDraft'
  | 'sendDraft'
  | 'addAttachment'
  | 'createUploadSession'
  | 'uploadChunk'
  | 'lookup'
  | 'deleteDraft'
  | 'messageTrace';

/** From `min` to `max` milliseconds, drawn for each request. */
export interface Jitter {
  min: number;
  max: number;
}

/**
 * A scripted fault. It takes the place of a success: a request that the sandbox refuses anyway does not use it up, except
 * by `reset` before or in the body. Rules are tried in the order in which they were given; the first that is due is applied,
 * and the request does not count for those after it.
 */
export interface FaultRule {
  /** One target, several, or `'any'`: all that the other fields can be given with. */
  on: FaultTarget | readonly FaultTarget[] | 'any';
  /** To how many requests it is applied. Default `1`, with `every` or `probability` `Infinity`. */
  times?: number;
  /** How many matching requests it lets through first. Default `0`. */
  after?: number;
  /** Applied to every n-th matching request, after those of `after`. Default `1`. */
  every?: number;
  /** Above 0 and up to 1: how likely it is applied to a request that it matches. Default `1`. */
  probability?: number;
  /** For what is drawn: `probability` and the jitter of `delay`. Default: of the sandbox's `seed` and the rule's place. */
  seed?: number;
  /** Only requests to this mailbox, by address or object id. Not for `token`, `discovery` and `messageTrace`. */
  mailbox?: string;
  /** Only messages to this address; with `lookup`, only when it finds one. Not for `token` and `discovery`. */
  recipient?: string;
  /** Only messages to an address in exactly this domain, as `recipient`. */
  recipientDomain?: string;
  /** Only messages with this whole decoded subject; with `lookup`, only when it finds one. Not for `token`, `discovery`. */
  subject?: string;
  /** Only messages with this text in their decoded subject, in any letter case; as `subject`. */
  subjectContains?: string;
  /**
   * HTTP status of the answer, from 200 to 599; not with `reset`, `silence` and `claimsChallenge`. Without any of them and
   * without `aadsts` the request succeeds, after `delay` and as slowly as `drip` says.
   */
  status?: number;
  /** `error.code` for Graph, `error` for Entra. Default: the service's own for that status (502: HTML without a code). */
  code?: string;
  /** `error.message`, or the words behind the AADSTS code. */
  message?: string;
  /** Only for `token` and `discovery`: the number of an AADSTS code, with Entra's own error, status and words. */
  aadsts?: number;
  /** Headers of the answer, as `{ 'Retry-After': '7' }`. */
  headers?: Record<string, string>;
  /** Body of the answer instead of the service's own: text as it is, anything else as JSON. */
  body?: unknown;
  /**
   * Whether it was done although the answer says otherwise: message delivered, draft created or deleted, attachment or
   * chunk stored. Not for `token`, `discovery`, `lookup` and `messageTrace`, not with a 503 that carries `Retry-After`, and not with a
   * `reset` before or in the body. Default `false`.
   */
  delivered?: boolean;
  /**
   * Tears the connection down (TCP RST). `'before-answer'`: after the request was read. `'before-body'`: on its head.
   * `'mid-body'`: when half of its body has come; for requests that have one. The last two are applied before anything is
   * checked and know no message: they go with `mailbox`, but not with recipient and subject.
   */
  reset?: 'before-answer' | 'before-body' | 'mid-body';
  /** Never answers; the connection stays open. */
  silence?: boolean;
  /**
   * Refuses the token with `401` and a claims challenge (continuous access evaluation), this time and whenever it is
   * shown again. Not for `token`, `discovery` and `uploadChunk`, which take no access token.
   */
  claimsChallenge?: boolean;
  /** Milliseconds to wait before whatever happens, on top of `latency`. Default `0`. */
  delay?: number | Jitter;
  /**
   * Milliseconds in which the answer's body is written, piece by piece; its head goes out at once. An answer without a body
   * ends as late. Not for `deleteDraft`, whose answer ends with its head.
   */
  drip?: number;
}
