import { GraphMailError, isGraphMailError } from '../errors.js';
import type { Composition, Deliverable } from './composition.js';
import type { DeliveryWay } from './deliver.js';
import type { Requests } from './requests.js';

/**
 * Calls a function that the caller gave, and waits for it no longer than the message is wanted.
 * @param consequence what follows when it fails, in words
 * @throws GraphMailError `EMESSAGE` when it fails, `EABORT` when the message was called off
 */
export async function callHook(
  requests: Requests,
  name: 'onDraft' | 'onAttempt' | 'onWithdraw',
  call: () => void | Promise<void>,
  consequence: string,
): Promise<void> {
  try {
    await requests.unlessAborted(Promise.resolve(call()));
  } catch (cause) {
    if (isGraphMailError(cause) && requests.aborted) throw cause;
    throw new GraphMailError(
      `${name} failed, so ${consequence}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { code: 'EMESSAGE', command: 'API', cause, hint: `Check the function that is given as ${name}.` },
    );
  }
}

/** What is to be done before the first request that may send the message; nothing where nobody wants to know. */
export function announcing(
  requests: Requests,
  onAttempt: DeliveryWay['onAttempt'],
  message: Composition<Deliverable>,
  draftId?: string,
): (() => Promise<void>) | undefined {
  if (!onAttempt) return undefined;
  return () => {
    const { messageId = '' } = message.details ?? {};
    const attempt = { mailbox: requests.mailbox, messageId, ...(draftId !== undefined && { draftId }) };
    return callHook(requests, 'onAttempt', () => onAttempt(attempt), 'the message was not sent');
  };
}
