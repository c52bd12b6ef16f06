import { randomUUID } from 'node:crypto';
import { version } from '../../common/version.js';
import { readGraphFault } from '../../graph/error-answer.js';
import { addressOf, send } from '../../graph/http.js';
import { describeNetworkFailure, NetworkFailure } from '../../graph/network-failure.js';
import type { Examination } from './common/environment.js';
import { userAgent } from './world.js';

/** How Graph answered a mail without recipients. */
export interface SendAnswer {
  /** `undefined`: no answer, and `message` says why. */
  status: number | undefined;
  code: string | undefined;
  message: string;
}

/** A product token of its own, for telling whether the transport's is what keeps it out. */
export const otherUserAgent = `graph-mail-doctor/${version}`;

/** It must never carry a recipient: nobody is to get it. */
const body = Buffer.from(
  JSON.stringify({
    message: { subject: 'Send check', body: { contentType: 'Text', content: 'Send check' }, toRecipients: [] },
    saveToSentItems: false,
  }),
);

/**
 * Asks Graph to send a mail without recipients from a mailbox. Whoever may not send from it is refused for that; whoever may
 * is refused for the recipients. That the permission is judged first is inferred, not documented.
 * (facts send-12, send-13, send-14)
 */
export async function askToSend(mailbox: string, examination: Examination, product = userAgent): Promise<SendAnswer> {
  const { cloud, token, agent, world } = examination;
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
    const answer = await send({ method: 'POST', url, headers, body, agent, timeout: world.timeout });
    const { code, message = '' } = readGraphFault(answer);
    return { status: answer.status, code, message };
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    const { text } = describeNetworkFailure(error, new URL(origin).host);
    return { status: undefined, code: undefined, message: text };
  }
}
