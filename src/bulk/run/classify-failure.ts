import { type GraphMailError, isGraphMailError } from '../../common/errors.js';

/**
 * What a failed send means for its row and for the run:
 * - `rejected`: surely not sent, and it would be refused again;
 * - `unknown`: it may have been sent;
 * - `later`: surely not sent; trying again may help. `retryAfter` (ms) is what the service asked for;
 * - `called-off`: surely not sent, because the run was ended;
 * - `hits-all`: surely not sent, for a reason that would stop every row.
 */
export type FailureClass =
  | { kind: 'rejected' | 'unknown' | 'called-off' | 'hits-all' }
  | { kind: 'later'; retryAfter: number | undefined };

/** Classifies the error of any Nodemailer transport. */
export function classifyFailure(error: unknown): FailureClass {
  return isGraphMailError(error) ? classifyGraphError(error) : classifyOtherError(error);
}

// Failures of the network to Graph, which every mail has in common, and which pass.
const networkCodes: ReadonlySet<string> = new Set(['ESOCKET', 'EDNS', 'ETLS', 'ETIMEDOUT', 'EPROXY']);

// Of Graph, in answers that are neither 401, 403 nor 404, and that are about the mailbox and not about the message.
const mailboxFaults: ReadonlySet<string> = new Set([
  'ErrorQuotaExceeded',
  'ErrorAccountDisabled',
  'MailboxNotEnabledForRESTAPI',
  'MailboxNotSupportedForRESTAPI',
]);

function classifyGraphError(error: GraphMailError): FailureClass {
  const { outcome, code, command, responseCode, permanent, graphCode, retryAfter } = error;
  if (outcome === 'unknown') return { kind: 'unknown' };
  if (code === 'EABORT') return { kind: 'called-off' };
  // It is unforeseen, and nothing has left: it need not be the row's fault.
  if (code === 'EGRAPH' && command === 'API') return { kind: 'hits-all' };
  // The transport is closed: no row would get through.
  if (code === 'ECONFIG' || code === 'ECONNECTION') return { kind: 'hits-all' };
  // Content that cannot be read concerns one message, and waiting for it would hold up the others.
  if (code === 'ESTREAM') return { kind: 'rejected' };
  // Entra, too, fails for a while.
  if (networkCodes.has(code) || !permanent) return { kind: 'later', retryAfter: withinDay(retryAfter) };
  // A draft that was deleted concerns one message, too.
  const mailboxMissing = responseCode === 404 && graphCode !== 'ErrorItemNotFound';
  if (code === 'EAUTH' || responseCode === 401 || responseCode === 403 || mailboxMissing) return { kind: 'hits-all' };
  if (graphCode !== undefined && mailboxFaults.has(graphCode)) return { kind: 'hits-all' };
  return { kind: 'rejected' };
}

/** A pause beyond a day is a mistake of the service, and must not outlive it by much. */
function withinDay(retryAfter: number | undefined): number | undefined {
  return retryAfter === undefined ? undefined : Math.min(retryAfter, 86_400_000);
}

/** Whether Graph refused the mailbox that a mail was to go from, and nothing else. */
export function isAboutMailbox(error: unknown): boolean {
  if (!isGraphMailError(error) || error.outcome !== 'not-sent') return false;
  return error.responseCode === 403 || (error.responseCode === 404 && error.graphCode !== 'ErrorItemNotFound');
}

/** What Nodemailer's own transports put on their errors. */
interface ForeignError {
  code?: unknown;
  message?: unknown;
  /** Of the server's reply. */
  responseCode?: unknown;
  /** The reply itself, which begins with that code. */
  response?: unknown;
  /** The SMTP command that failed; `'CONN'` for whatever happens to a connection, at any time. */
  command?: unknown;
  syscall?: unknown;
  /** Of attempts to connect to several addresses. */
  errors?: unknown;
}

const later: FailureClass = { kind: 'later', retryAfter: undefined };

// Before a connection, or in setting it up.
const setupCodes: ReadonlySet<unknown> = new Set(['EDNS', 'ETLS', 'EPROXY']);

// Nodemailer 10 has `timeoutType` besides; the words are those of all versions.
const setupTimeout = /^(?:Connection timeout|Greeting never received|TLS handshake timed out)$/;

const configCodes: ReadonlySet<unknown> = new Set(['ENOAUTH', 'EOAUTH2', 'ECONFIG', 'EREQUIRETLS']);

// About one message. `EMESSAGE` and `EENVELOPE` come with a reply or before anything was asked.
const messageCodes: ReadonlySet<unknown> = new Set([
  'EENVELOPE',
  'EMESSAGE',
  'ESTREAM',
  'EMAXRECIPIENTS',
  'EFILEACCESS',
  'EURLACCESS',
]);

/**
 * Nodemailer's SMTP errors do not say what became of a message. A negative reply does; so does a connection that never
 * came about. A connection that broke may have broken after the message was taken, and a reply that is neither yes nor no
 * says nothing.
 */
function classifyOtherError(error: unknown): FailureClass {
  const fault = (typeof error === 'object' && error !== null ? error : {}) as ForeignError;
  const { code, message, command } = fault;
  if (configCodes.has(code)) return { kind: 'hits-all' };
  if (setupCodes.has(code) || neverConnected(fault)) return later;
  if (code === 'ETIMEDOUT' && setupTimeout.test(String(message))) return later;
  const reply = classifyReply(fault);
  // It refuses to talk to us, whatever the mail.
  if (reply?.kind === 'rejected' && (code === 'EAUTH' || code === 'EPROTOCOL')) return { kind: 'hits-all' };
  // A recipient that is not taken now does not hold up the others.
  if (reply?.kind === 'later' && command === 'RCPT TO') return { kind: 'rejected' };
  if (reply) return reply;
  if (code === 'EAUTH') return { kind: 'hits-all' };
  if (code === 'EMESSAGE' && command === 'DATA') return { kind: 'unknown' };
  return { kind: messageCodes.has(code) ? 'rejected' : 'unknown' };
}

function neverConnected({ syscall, errors }: ForeignError): boolean {
  if (Array.isArray(errors) && errors.length > 0) return errors.every((error) => neverConnected(Object(error)));
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

/** What a negative reply means; nothing where there was none. Only SMTP's: a 504 of HTTP says something else. */
function classifyReply({ responseCode, response }: ForeignError): FailureClass | undefined {
  if (typeof responseCode !== 'number' || responseCode < 400 || responseCode > 599) return undefined;
  if (!String(response).startsWith(String(responseCode))) return undefined;
  // Authentication required (RFC 4954): of every mail.
  if (responseCode === 530) return { kind: 'hits-all' };
  // A bad sequence of commands is the connection's fault, and not the message's.
  return responseCode < 500 || responseCode === 503 ? later : { kind: 'rejected' };
}
