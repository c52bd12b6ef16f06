import { type GraphMailError, isGraphMailError } from '../../errors.js';

/**
 * What a failed send means for its row and for the run:
 * - `rejected`: surely not sent, and it would be refused again;
 * - `unknown`: it may have been sent;
 * - `later`: surely not sent; trying again may help. `retryAfter` (ms) is what the service asked for;
 * - `called-off`: surely not sent, because somebody ended the run;
 * - `hits-all`: surely not sent, for a reason that would stop every row.
 */
export type Verdict =
  | { kind: 'rejected' | 'unknown' | 'called-off' | 'hits-all' }
  | { kind: 'later'; retryAfter: number | undefined };

/** Judges the error of any Nodemailer transport. */
export function judgeFailure(error: unknown): Verdict {
  return isGraphMailError(error) ? judgeGraph(error) : judgeOther(error);
}

// Trouble of the way to Graph, which every mail has in common, and which passes.
const networkCodes: ReadonlySet<string> = new Set(['ESOCKET', 'EDNS', 'ETLS', 'ETIMEDOUT', 'EPROXY']);

// Of Graph, in answers that are neither 401, 403 nor 404, and that are about the mailbox and not about the message.
const mailboxFaults: ReadonlySet<string> = new Set([
  'ErrorQuotaExceeded',
  'ErrorAccountDisabled',
  'MailboxNotEnabledForRESTAPI',
  'MailboxNotSupportedForRESTAPI',
]);

function judgeGraph(error: GraphMailError): Verdict {
  const { outcome, code, responseCode, permanent, graphCode, retryAfter } = error;
  if (outcome === 'unknown') return { kind: 'unknown' };
  if (code === 'EABORT') return { kind: 'called-off' };
  // The transport is closed: no row would get through.
  if (code === 'EAUTH' || code === 'ECONFIG' || code === 'ECONNECTION') return { kind: 'hits-all' };
  // A draft that somebody took away is one message's misfortune.
  const mailboxMissing = responseCode === 404 && graphCode !== 'ErrorItemNotFound';
  if (responseCode === 401 || responseCode === 403 || mailboxMissing) return { kind: 'hits-all' };
  if (graphCode !== undefined && mailboxFaults.has(graphCode)) return { kind: 'hits-all' };
  if (networkCodes.has(code) || !permanent) return { kind: 'later', retryAfter };
  return { kind: 'rejected' };
}

/** What Nodemailer's own transports put on their errors. */
interface ForeignError {
  code?: unknown;
  responseCode?: unknown;
  syscall?: unknown;
  name?: unknown;
}

/**
 * Nodemailer's SMTP errors do not say what became of a message. A negative reply does; so does a connection that never
 * came about. A connection that broke may have broken after the message was taken.
 */
function judgeOther(error: unknown): Verdict {
  const { code, responseCode, syscall } = (typeof error === 'object' && error !== null ? error : {}) as ForeignError;
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2' || code === 'ECONFIG') return { kind: 'hits-all' };
  if (code === 'EENVELOPE' || code === 'EMESSAGE' || code === 'ESTREAM' || code === 'EMAXRECIPIENTS') {
    return isTemporaryReply(responseCode) ? { kind: 'later', retryAfter: undefined } : { kind: 'rejected' };
  }
  if (code === 'EFILEACCESS' || code === 'EURLACCESS') return { kind: 'rejected' };
  if (code === 'EDNS' || code === 'ETLS' || code === 'EPROXY') return { kind: 'later', retryAfter: undefined };
  if (syscall === 'connect' || syscall === 'getaddrinfo') return { kind: 'later', retryAfter: undefined };
  if (isTemporaryReply(responseCode)) return { kind: 'later', retryAfter: undefined };
  if (typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600) return { kind: 'rejected' };
  return { kind: 'unknown' };
}

function isTemporaryReply(responseCode: unknown): boolean {
  return typeof responseCode === 'number' && responseCode >= 400 && responseCode < 500;
}
