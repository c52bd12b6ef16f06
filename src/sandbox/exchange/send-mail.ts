import { randomUUID } from 'node:crypto';
import type { FaultList } from '../faults/fault-list.js';
import { sendMailFaultAnswer } from '../faults/send-mail-fault-answer.js';
import { onlyDelays } from '../faults/struck-answer.js';
import type { Answer } from '../wire/answer.js';
import type { Call } from '../wire/call.js';
import { type FromMismatch, judgeFrom } from './from-mismatch.js';
import type { MailboxCall, MailboxOperation } from './graph-service.js';
import type { MailStore } from './mail-store.js';
import { outlookRefusal } from './refusals.js';
import { readRequestBody } from './request-body.js';
import { type Envelope, readEnvelope, type Submission } from './submission.js';

export interface SendMailOptions {
  store: MailStore;
  faults: FaultList;
  fromMismatch: FromMismatch;
  /** Bytes of MIME that a mailbox takes. */
  maxMessageSize: number;
  /** Milliseconds until the answer. */
  latency: number;
  /** Tokens that a claims challenge has refused. */
  challenged: Set<string>;
  origin: () => string;
}

const NO_RECIPIENTS =
  "At least one recipient is not valid., A message can't be sent because it contains no recipients.";
const NOT_THE_SENDER =
  'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.';

/** `POST /users/{id | userPrincipalName}/sendMail` (Graph documentation, "user: sendMail"). */
export function sendMailOperation(options: SendMailOptions): MailboxOperation {
  return { roles: ['Mail.Send'], answer: (request) => sendMail(request, options) };
}

function sendMail(request: MailboxCall, options: SendMailOptions): Answer {
  const { call, mailbox } = request;
  const upload = readRequestBody(call.headers['content-type'], request.body, mailbox);
  if ('code' in upload) return outlookRefusal(upload.status, upload.code, upload.message);
  const envelope = readEnvelope(upload.raw);
  if (envelope.malformed.length > 0) {
    return outlookRefusal(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
  }
  if (envelope.recipients.length === 0) return outlookRefusal(400, 'ErrorInvalidRecipients', NO_RECIPIENTS);
  const from = judgeFrom(envelope, mailbox, options.fromMismatch);
  if (!from.allowed) return outlookRefusal(403, 'ErrorSendAsDenied', NOT_THE_SENDER);
  if (upload.raw.length > options.maxMessageSize) {
    const message = 'The message exceeds the maximum supported size.';
    return outlookRefusal(400, 'ErrorMessageSizeExceeded', message);
  }
  const submit = (): Answer => {
    options.store.submit(toSubmission(request, upload, envelope, from.rewritten));
    return accepted(call, options.latency);
  };
  return strike(request, envelope, options, submit) ?? submit();
}

function strike(
  request: MailboxCall,
  envelope: Envelope,
  options: SendMailOptions,
  submit: () => Answer,
): Answer | undefined {
  const { call, mailbox } = request;
  const fault = options.faults.take('sendMail', () => ({
    mailbox: [mailbox.id.toLowerCase(), ...mailbox.addresses],
    recipients: envelope.recipients.map(({ address }) => address.toLowerCase()),
  }));
  if (!fault) return undefined;
  if (fault.claimsChallenge) options.challenged.add(request.tokenId);
  if (fault.delivered && !onlyDelays(fault)) submit();
  return sendMailFaultAnswer(fault, call, submit, options.origin());
}

function toSubmission(
  { call, mailbox, application }: MailboxCall,
  upload: { raw: Buffer; saveToSentItems: boolean },
  envelope: Envelope,
  rewrittenFrom: string | undefined,
): Submission {
  return {
    id: randomUUID(),
    mailbox,
    raw: upload.raw,
    envelope,
    recipients: envelope.recipients,
    messageId: envelope.messageId ?? `<${randomUUID()}@${mailbox.address.split('@').at(-1)}>`,
    rewrittenFrom,
    saveToSentItems: upload.saveToSentItems,
    receivedAt: call.at,
    appId: application.clientId,
    requestId: call.requestId,
    clientRequestId: call.clientRequestId,
  };
}

function accepted(call: Call, latency: number): Answer {
  const answer: Answer = { status: 202, headers: { 'cache-control': 'private', 'content-type': 'text/plain' } };
  const { prefer } = call.headers;
  if (typeof prefer === 'string' && /\bIdType\s*=\s*"?ImmutableId"?/i.test(prefer)) {
    answer.headers = { ...answer.headers, 'preference-applied': 'IdType="ImmutableId"' };
  }
  if (latency > 0) answer.delay = latency;
  return answer;
}
