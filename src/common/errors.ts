/**
 * Every code that a {@link GraphMailError} can carry, with what it means. All but `EGRAPH` are Nodemailer's own, so that
 * code written for SMTP goes on working.
 */
export const ERROR_CODES = {
  EAUTH: 'Signing in failed, or the application may not send from this mailbox',
  EENVELOPE: 'Sender or recipients cannot be sent as they are',
  EMESSAGE: 'The message itself was refused, for instance for its size',
  ECONNECTION: 'The transport is closed',
  ESOCKET: 'The connection failed or broke',
  EDNS: 'A host name could not be resolved',
  ETLS: 'The TLS handshake failed',
  ETIMEDOUT: 'No answer in time',
  ESTREAM: 'Content of the message could not be read',
  EABORT: 'The caller aborted the send',
  ECONFIG: 'An option is missing, unknown or contradictory',
  EPROXY: 'The proxy refused or failed',
  EMAXRECIPIENTS: 'More recipients than `maxRecipients` allows',
  EFILEACCESS: 'The message names a file although file access is disabled',
  EURLACCESS: 'The message names a URL although URL access is disabled',
  EGRAPH: 'Microsoft Graph answered with an error that no other code fits',
} as const;

/**
 * What to do about an error of which nothing more is known than its code.
 * @internal
 */
export const HINTS: Record<keyof typeof ERROR_CODES, string> = {
  EAUTH: 'Check the credential options, and the permissions and certificates of the app registration in Entra.',
  EENVELOPE:
    'Check from and the recipients of the message: each must be an address, and at least one recipient is needed.',
  EMESSAGE: 'Check the message that is sent: its size, its header fields and its attachments.',
  ECONNECTION: 'Make a new transport: one that was closed sends no more. Close it only after the last message.',
  ESOCKET:
    'Check that this machine may connect to port 443 of Microsoft 365, directly or through a proxy; then send again.',
  EDNS: 'Check the name servers of this machine, and whether it needs a proxy to reach Microsoft 365.',
  ETLS: 'Check what answers between this machine and Microsoft 365; trust its CA with GRAPH_MAIL_CA or NODE_EXTRA_CA_CERTS if it is meant to.',
  ETIMEDOUT: "Check the network between this machine and Microsoft 365; the option 'timeout' waits longer.",
  ESTREAM: 'Check the file, URL or stream that is given as content or attachment.',
  EABORT: "Nothing is wrong: the message's signal or close({ force: true }) ended it.",
  ECONFIG: 'Correct the option that the message names; the README lists each with what it expects.',
  EPROXY: "Check the proxy in HTTPS_PROXY or the option 'proxy', and that this machine may use it.",
  EMAXRECIPIENTS: 'Send it in several messages, or allow more with the option maxRecipients.',
  EFILEACCESS: 'Give the content itself instead of a path, or allow files with disableFileAccess: false.',
  EURLACCESS: 'Give the content itself instead of a URL, or allow URLs with disableUrlAccess: false.',
  EGRAPH: "Try again later; if it stays, give Microsoft's support the requestId of this error.",
};

/** What to do whenever a message may have been sent, whatever the code. */
export const maybeSent =
  'The message may have been sent. Look for its Message-ID in the Sent Items of the mailbox (or in a message trace) before sending it again.';

/** One of {@link ERROR_CODES}. */
export type GraphMailErrorCode = keyof typeof ERROR_CODES;

/** What became of a message whose send failed. */
export type FailedOutcome = 'not-sent' | 'unknown';

/** The fields of a {@link GraphMailError}, as they are given when one is made. */
export interface GraphMailErrorFields {
  code: GraphMailErrorCode;
  outcome?: FailedOutcome | undefined;
  permanent?: boolean | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  command?: string | undefined;
  graphCode?: string | undefined;
  aadsts?: number | undefined;
  retryAfter?: number | undefined;
  requestId?: string | undefined;
  clientRequestId?: string | undefined;
  attempts?: number | undefined;
  draftId?: string | undefined;
  rejected?: string[] | undefined;
  hint?: string | undefined;
  cause?: unknown;
}

const brand = Symbol.for('nodemailer-graph-transport.error');

/**
 * The one error that sending, `verify()` and construction fail with. What the caller must know before sending again is
 * {@link GraphMailError.outcome}.
 */
export class GraphMailError extends Error {
  /** What kind of failure it is: one of Nodemailer's codes, or `EGRAPH`. */
  declare readonly code: GraphMailErrorCode;
  /**
   * `'not-sent'`: Graph did not take the message; sending it again cannot make a duplicate.
   * `'unknown'`: the message may have been sent; sending it again may make a duplicate.
   *
   * Nodemailer 10 answers some aborts itself, before this transport is asked, with an error that is no `GraphMailError` and
   * has no outcome: nothing was sent then.
   */
  declare readonly outcome: FailedOutcome;
  /** `true` when the same message would fail again until something is changed. */
  declare readonly permanent: boolean;
  /** HTTP status of Graph's or Entra's answer, when there was one. */
  declare readonly responseCode?: number;
  /** The answer in one line: status, code and message. */
  declare readonly response?: string;
  /**
   * The operation that failed: `'API'` (before any request), `'TOKEN'`, or what was asked of Graph: `'sendMail'`; with drafts
   * `'createDraft'`, `'addAttachment'`, `'createUploadSession'`, `'uploadChunk'`, `'uploadStatus'`, `'sendDraft'`.
   */
  declare readonly command?: string;
  /** `error.code` of Graph's answer, for instance `ErrorAccessDenied`. */
  declare readonly graphCode?: string;
  /** The number of an `AADSTS…` error of Entra. */
  declare readonly aadsts?: number;
  /** Milliseconds after which the service wants to be asked again. */
  declare readonly retryAfter?: number;
  /** `request-id` of Graph's answer: what Microsoft's support asks for. */
  declare readonly requestId?: string;
  /** `client-request-id` that was sent with the last attempt. */
  declare readonly clientRequestId?: string;
  /** Attempts made for this message, the failed one included; one that got no token counts too. */
  declare readonly attempts?: number;
  /** The draft that was left behind in Drafts of the mailbox, where one may have been. */
  declare readonly draftId?: string;
  /** The recipients that could not be sent to, where the failure is about recipients. */
  declare readonly rejected?: string[];
  /** What to do about it, in words for the administrator of the mailbox or the application. */
  declare readonly hint: string;

  constructor(message: string, fields: GraphMailErrorFields) {
    const { cause, ...rest } = fields;
    super(message, cause === undefined ? undefined : { cause });
    // The name that aborts have everywhere, so that code which looks for it finds it.
    if (fields.code === 'EABORT')
      Object.defineProperty(this, 'name', { value: 'AbortError', configurable: true, writable: true });
    Object.defineProperty(this, brand, { value: true });
    const { code, outcome = 'not-sent', permanent = false } = rest;
    const hint = rest.hint ?? (outcome === 'unknown' ? maybeSent : HINTS[code]);
    for (const [key, value] of Object.entries({ ...rest, code, outcome, permanent, hint })) {
      if (value !== undefined)
        Object.defineProperty(this, key, { value, enumerable: true, configurable: true, writable: true });
    }
  }
}
// An own `name` would be printed with every error and copied by loggers that spread it.
Object.defineProperty(GraphMailError.prototype, 'name', {
  value: 'GraphMailError',
  configurable: true,
  writable: true,
});

/** Whether `error` is a {@link GraphMailError}, also one of another copy of this package in the same process. */
export function isGraphMailError(error: unknown): error is GraphMailError {
  return typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true;
}

/** A fault in the configuration: thrown at construction, before anything is sent. */
export function configError(message: string, hint?: string, cause?: unknown): GraphMailError {
  return new GraphMailError(message, { code: 'ECONFIG', permanent: true, command: 'API', hint, cause });
}
