import type { Exchange } from '../exchange/exchange.js';
import type { Mailbox } from '../exchange/mailbox.js';
import type { StoredMessage } from '../exchange/stored-message.js';
import type { Answer } from '../wire/answer.js';
import type { Call } from '../wire/call.js';
import type { FaultTarget } from './fault-rule.js';
import { graphFaultAnswer } from './graph-fault-answer.js';
import { onlyDelays, struckAnswer } from './struck-answer.js';

export interface StruckRequest {
  call: Call;
  mailbox: Mailbox;
  /** The id of the access token that was shown, if one was. */
  tokenId?: string;
}

/** Does what was asked, unless a scripted fault takes the place of its success. `messages` are those it is about. */
export async function strike(
  on: Exclude<FaultTarget, 'token'>,
  { call, mailbox, tokenId }: StruckRequest,
  { faults, challenged, origin }: Exchange,
  messages: readonly StoredMessage[],
  succeed: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const fault = faults.take(on, () => ({
    mailbox: [mailbox.id.toLowerCase(), ...mailbox.addresses],
    recipients: messages.flatMap(({ envelope }) => envelope.recipients.map(({ address }) => address.toLowerCase())),
    subjects: messages.map(({ subject }) => subject),
  }));
  if (!fault) return succeed();
  if (fault.claimsChallenge && tokenId !== undefined) challenged.add(tokenId);
  if (onlyDelays(fault)) return struckAnswer(fault, await succeed());
  if (fault.delivered) await succeed();
  return struckAnswer(fault, graphFaultAnswer(fault, call, origin()));
}
