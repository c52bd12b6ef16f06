import { randomUUID } from 'node:crypto';
import { version } from '../../../common/version.js';
import { readGraphFault } from '../../../graph/error-answer.js';
import { addressOf, send } from '../../../graph/http.js';
import { describeNetworkFailure, NetworkFailure } from '../../../graph/network-failure.js';
import type { CheckContext } from '../common/check-context.js';
import { userAgent } from '../common/environment.js';

/** Graph's answer to a mail without recipients. */
export interface SendAnswer {
  /** `undefined`: no answer, and `message` says why. */
  status: number | undefined;
  code: string | undefined;
  message: string;
}

/** Another product token, which tells whether the transport's own is the reason for a refusal. */
export const otherUserAgent = `graph-mail-doctor/${version}`;

/** It must never have a recipient, so that it cannot be delivered. */
const body = Buffer.from(
  JSON.stringify({
    message: { subject: 'Send check', body: { contentType: 'Text', content: 'Send check' }, toRecipients: [] },
    saveToSentItems: false,
  }),
);

/**
 * Asks Graph to send a mail without recipients from a mailbox. An application that may not send from it is refused for that;
 * one that may is refused for the recipients. That the permission is checked first is inferred, not documented.
 * (facts send-12, send-13, send-14)
 */
export async function askToSend(mailbox: string, context: CheckContext, product = userAgent): Promise<SendAnswer> {
  const { cloud, token, agent, environment } = context;
  const origin = cloud?.graphHost ?? '';
  const { hostname, port } = addressOf(origin);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'client-request-id': randomUUID(),
    'user-agent': product,
  };
  const url = { hostname, port, path: `/v1.0/users/${encodeURIComponent(mailbox)}/sendMail` };
  try {
    const answer = await send({ method: 'POST', url, headers, body, agent, timeout: environment.timeout });
    const { code, message = '' } = readGraphFault(answer);
    return { status: answer.status, code, message };
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    const { text } = describeNetworkFailure(error, new URL(origin).host);
    return { status: undefined, code: undefined, message: text };
  }
}

/** What an answer to a mail without recipients lets one infer about sending from that mailbox. */
type SendVerdict =
  | 'allowed'
  /** By permission, policy or scope. */
  | 'denied'
  /** There is no mailbox that could send. */
  | 'no-mailbox'
  /** Graph does not accept the token. */
  | 'token-refused'
  /** Throttled or out of order: the answer says nothing about the permission. */
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

export function classifySendAnswer({ status, code }: SendAnswer): SendVerdict {
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
