import { randomUUID } from 'node:crypto';
import type { Answer } from '../../http/answer.js';
import { type Denial, denial, denied, isDenial, messageTooLarge } from '../../http/graph-errors.js';
import type { StoredMessage } from '../../model/stored-message.js';
import type { Submission } from '../../model/submission.js';
import { readSendMailBody } from '../body/request-body.js';
import { applyFault } from '../common/apply-fault.js';
import { type Exchange, findDraft, type MailboxCall, type MailboxOperation } from '../common/exchange.js';
import { checkFrom } from '../common/from-mismatch.js';

const NO_RECIPIENTS =
  "At least one recipient is not valid., A message can't be sent because it contains no recipients.";

const NOT_THE_SENDER =
  'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.';

/** `POST /users/{id | userPrincipalName}/sendMail` (Graph documentation, "user: sendMail"). (fact send-19) */
export function sendMailOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.Send'], answer: (request) => sendMail(request, exchange), vanishes: true };
}

async function sendMail(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const upload = readSendMailBody(request, exchange.options);
  if (isDenial(upload)) return denied(upload);
  const { message, saveToSentItems } = upload;
  const submission = prepareSubmission(request, message, saveToSentItems, exchange);
  if (isDenial(submission)) return denied(submission);
  return applyFault('sendMail', request, exchange, [message], () => {
    exchange.store.submit(submission);
    return accepted();
  });
}

/** `POST /users/{id}/messages/{id}/send` (Graph documentation, "message: send"). (fact draft-7) */
export function sendDraftOperation(exchange: Exchange): MailboxOperation {
  return { roles: ['Mail.Send'], answer: (request) => sendDraft(request, exchange) };
}

async function sendDraft(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const draft = findDraft(request, exchange);
  if (isDenial(draft)) return denied(draft);
  const submission = prepareSubmission(request, draft.message, true, exchange);
  if (isDenial(submission)) return denied(submission);
  return applyFault('sendDraft', request, exchange, [draft.message], () => {
    exchange.store.submit(submission, draft);
    return accepted();
  });
}

/** What becomes of a message that is to go out, uploaded by sendMail or sent as a draft; refused in Graph's order. */
function prepareSubmission(
  { call, mailbox, application }: MailboxCall,
  message: StoredMessage,
  saveToSentItems: boolean,
  { fromMismatch, maySendAs, maxMessageSize, options }: Exchange,
): Submission | Denial {
  const { envelope } = message;
  if (envelope.malformed.length > 0) {
    return denial(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
  }
  if (envelope.recipients.length === 0) return denial(400, 'ErrorInvalidRecipients', NO_RECIPIENTS);
  const { recipientLimit, recipientLimitAnswer, customHeaders } = options;
  if (recipientLimitAnswer === '400' && recipientLimit !== false && envelope.recipients.length > recipientLimit) {
    return tooManyRecipients(envelope.recipients.length, recipientLimit);
  }
  const mayUse = (address: string): boolean => maySendAs(mailbox, address);
  const from = checkFrom(envelope, mailbox, fromMismatch, mayUse, options.aliasInFrom);
  if (!from.allowed) return denial(403, 'ErrorSendAsDenied', NOT_THE_SENDER);
  if (message.size > maxMessageSize) return messageTooLarge;
  return {
    id: randomUUID(),
    mailbox,
    message,
    rewrittenFrom: from.rewritten,
    saveToSentItems,
    receivedAt: call.at,
    appId: application.clientId,
    requestId: call.requestId,
    clientRequestId: call.clientRequestId,
    ...(customHeaders === 'drop' && message.uploadedAsMime && { withoutCustomHeaders: true }),
  };
}

/** Which code it has is not known: inferred. */
function tooManyRecipients(given: number, limit: number): Denial {
  const message = `At least one recipient is not valid., The message has ${given} recipients, more than the ${limit} that it may have.`;
  return denial(400, 'ErrorInvalidRecipients', message);
}

/** The answer to a message that was taken. */
function accepted(): Answer {
  return {
    status: 202,
    headers: { 'cache-control': 'private', 'content-type': 'text/plain' },
  };
}
