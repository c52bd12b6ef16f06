import type { Answer } from '../../http/answer.js';
import { denied, isDenial } from '../../http/denial.js';
import { readSendMailBody } from '../body/request-body.js';
import { strike } from '../common/apply-fault.js';
import type { Exchange } from '../common/exchange.js';
import type { MailboxCall, MailboxOperation } from '../graph-service.js';
import { accepted, prepareSubmission } from './submit.js';

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
  return strike('sendMail', request, exchange, [message], () => {
    exchange.store.submit(submission);
    return accepted();
  });
}
