import type { SendAnswer } from './send-check.js';

/** What an answer to a mail without recipients lets one infer about sending from that mailbox. */
export type SendVerdict =
  | 'allowed'
  /** By permission, policy or scope. */
  | 'denied'
  /** There is no mailbox that could send. */
  | 'no-mailbox'
  /** Graph does not take the token. */
  | 'token-refused'
  /** Throttled or troubled: it says nothing. */
  | 'busy'
  | 'no-answer'
  | 'unclear';

/** "Access to OData is disabled": refused for this mailbox, not for want of a permission. */
export function isOutOfScope({ status, message }: SendAnswer): boolean {
  return status === 403 && message.startsWith('Access to OData is disabled');
}

/** The wording that EWS lists, which go by User-Agent, may have: [RAOP] names policy and scope. */
export function mayBeUserAgent(answer: SendAnswer): boolean {
  return isOutOfScope(answer) && !answer.message.includes('[RAOP]');
}

export function judgeSendAnswer({ status, code }: SendAnswer): SendVerdict {
  if (status === undefined) return 'no-answer';
  if (status === 400) return code === 'ErrorInvalidRecipients' ? 'allowed' : 'unclear';
  if (code === 'NoPermissionsInAccessToken' || status === 403) return 'denied';
  if (status === 401) return 'token-refused';
  if (status === 404) return 'no-mailbox';
  return status === 429 || status >= 500 ? 'busy' : 'unclear';
}

/** The answer in one line, without the full stop of its sentence. */
export function answerInWords({ status, code, message }: SendAnswer): string {
  const text = message.replace(/\.$/, '');
  return status === undefined ? text : `${[status, code].filter(Boolean).join(' ')}${text ? `: ${text}` : ''}`;
}
