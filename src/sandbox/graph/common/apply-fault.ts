import { onlyDelays, struckAnswer } from '../../faults/fault-answer.js';
import type { FaultTarget } from '../../faults/fault-rule.js';
import type { Answer } from '../../http/answer.js';
import type { Call } from '../../http/call.js';
import type { Mailbox } from '../../model/mailbox.js';
import type { StoredMessage } from '../../model/stored-message.js';
import type { Exchange } from './exchange.js';
import { graphFaultAnswer } from './graph-fault-answer.js';
import { RequestSubject } from './request-subject.js';

export interface StruckRequest {
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
export async function strike(
  on: Exclude<FaultTarget, 'token' | 'discovery' | 'messageTrace'>,
  request: StruckRequest,
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
  return struckAnswer(fault, own, latency);
}
