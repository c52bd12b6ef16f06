import { createHash } from 'node:crypto';
import { describe, faultAnswer, onlyDelays } from '../../faults/fault-answer.js';
import type { FaultList } from '../../faults/fault-list.js';
import type { FaultTarget } from '../../faults/fault-rule.js';
import { type FaultSubject, isTarget } from '../../faults/rule-matching.js';
import type { AppliedFault } from '../../faults/scripted-fault.js';
import type { Answer } from '../../http/answer.js';
import type { Call } from '../../http/call.js';
import { claimsChallenge, gatewayRefusal, outlookRefusal, tokenRefused } from '../../http/graph-errors.js';
import { operationOf } from '../../http/operation.js';
import type { Mailbox } from '../../model/mailbox.js';
import type { StoredMessage } from '../../model/stored-message.js';
import type { UploadSessions } from '../../model/upload-sessions.js';
import type { Exchange } from './exchange.js';

/** A request to a mailbox, to which a fault may be applied. */
interface TargetRequest {
  call: Call;
  mailbox: Mailbox;
  body?: Buffer;
  /** The id of the access token that was shown, if one was. */
  tokenId?: string;
}

/**
 * Does what was asked, unless a scripted fault takes the place of its success; answered after the sandbox's latency in
 * either case. `messages` are those that the request is about.
 */
export async function applyFault(
  on: Exclude<FaultTarget, 'token' | 'discovery' | 'messageTrace'>,
  request: TargetRequest,
  exchange: Pick<Exchange, 'faults' | 'challenged' | 'latency'>,
  messages: readonly StoredMessage[],
  succeed: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const { faults, challenged } = exchange;
  const [first, second] = messages;
  if (first && !second) request.call.note({ messageId: first.messageId });
  const latency = exchange.latency();
  const fault = faults.take(on, new RequestSubject(request, messages));
  if (!fault) {
    if (on === 'sendMail' || on === 'sendDraft') request.call.note({ delivered: true });
    const answer = await succeed();
    return latency > 0 ? { ...answer, delay: latency } : answer;
  }
  if (fault.claimsChallenge && request.tokenId !== undefined) challenged.add(request.tokenId);
  const delivered = onlyDelays(fault) || fault.delivered === true;
  if (on !== 'lookup') request.call.note({ delivered });
  const success = delivered ? await succeed() : undefined;
  const own = success && onlyDelays(fault) ? success : graphFaultAnswer(fault, request.call);
  return faultAnswer(fault, own, latency);
}

/** What a request to a mailbox is about; worked out when a rule asks. */
class RequestSubject implements FaultSubject {
  readonly #call: Call;
  readonly #mailbox: Mailbox;
  readonly #messages: readonly StoredMessage[];
  readonly #body: Buffer | undefined;

  constructor(
    { call, mailbox, body }: { call: Call; mailbox: Mailbox; body?: Buffer },
    messages: readonly StoredMessage[],
  ) {
    this.#call = call;
    this.#mailbox = mailbox;
    this.#messages = messages;
    this.#body = body;
  }

  get mailbox(): string[] {
    return [this.#mailbox.id.toLowerCase(), ...this.#mailbox.addresses];
  }

  get recipients(): string[] {
    return this.#messages.flatMap(({ envelope }) => envelope.recipients.map(({ address }) => address.toLowerCase()));
  }

  get subjects(): string[] {
    return this.#messages.map(({ subject }) => subject);
  }

  /** The Message-ID; where the sandbox made one up at every attempt, the digest of what was sent. */
  get message(): string {
    const [message] = this.#messages;
    if (!message) return '';
    // A draft has its Message-ID for good, and no body when it is sent.
    if (!this.#body?.length) return message.messageId;
    const json = this.#call.headers['content-type']?.toLowerCase().startsWith('application/json');
    if (message.envelope.messageId !== undefined && !json) return message.messageId;
    return createHash('sha256').update(this.#body).digest('base64');
  }
}

// Code and message by status: what Graph is known to answer (Graph documentation, "Error responses" and "Throttling").
// (fact throttle-6)
const OWN: Readonly<Record<number, readonly [code: string, message: string]>> = {
  403: ['ErrorAccessDenied', 'Access is denied. Check credentials and try again.'],
  404: ['ErrorItemNotFound', 'The specified object was not found in the store.'],
  413: ['BadRequest', 'The maximum request length supported is 4MB.'],
  429: ['TooManyRequests', 'Please retry again later.'],
  500: ['ErrorInternalServerError', 'An internal server error occurred. The operation failed.'],
  503: ['ServiceUnavailable', 'The service is temporarily unavailable.'],
};

/** What Graph answers with the status of a fault. */
export function graphFaultAnswer(fault: AppliedFault, call: Call): Answer {
  if (fault.claimsChallenge) return claimsChallenge(call);
  const { status = 504, code, message } = fault;
  if (status < 300) return { status };
  if (status === 401) return tokenRefused(call, message ?? 'Access token has expired or is not yet valid.');
  // The edge in front of Graph writes HTML (inferred), and knows no codes. (fact error-11)
  if (status === 502 && code === undefined && message === undefined) return badGateway;
  const [ownCode, ownMessage] = OWN[status] ?? ['UnknownError', ''];
  const words = [code ?? ownCode, message ?? ownMessage] as const;
  return status === 413 || status === 429 ? gatewayRefusal(call, status, ...words) : outlookRefusal(status, ...words);
}

const badGateway: Answer = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
};

/** A connection to tear down before the request has come in. */
export interface EarlyFault {
  /** For the request log. */
  fault: string;
  /** How much of the request's body is awaited. */
  after: 'head' | 'half';
}

interface Parties {
  faults: FaultList;
  directory: { find: (user: string) => Mailbox | undefined };
  uploads: UploadSessions;
}

/** The fault to apply to a request on its head, if any: nothing of it has been checked. */
export function earlyFault(call: Call, { faults, directory, uploads }: Parties): EarlyFault | undefined {
  if (!faults.hasEarly) return undefined;
  const { segments } = call.path;
  const { operation, itemId = '' } = operationOf(call.method, segments);
  if (!isTarget(operation)) return undefined;
  const mailbox = operation === 'uploadChunk' ? uploads.find(itemId)?.draft.mailbox : directory.find(segments[2] ?? '');
  const fault = faults.takeEarly(operation, {
    mailbox: mailbox ? [mailbox.id.toLowerCase(), ...mailbox.addresses] : [],
    recipients: [],
    subjects: [],
    message: '',
  });
  if (!fault) return undefined;
  if (mailbox) call.about(mailbox.address);
  return { fault: describe(fault), after: fault.reset === 'mid-body' ? 'half' : 'head' };
}
