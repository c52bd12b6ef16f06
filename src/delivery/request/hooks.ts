import type { Clock } from '../../common/clock.js';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import type { Composition, Deliverable } from './composition.js';
import type { Requests } from './requests.js';
import type { DeliveryWay, SubmissionWatcher } from './types.js';

/**
 * Calls a function that the caller gave, and waits for it no longer than the message is wanted, nor than a request may take.
 * @param consequence what follows when it fails, in words
 * @throws GraphMailError `EMESSAGE` when it fails, `ETIMEDOUT` when it does not end, `EABORT` when the message was called off
 */
export async function callHook(
  requests: Requests,
  name: 'onDraft' | 'onAttempt' | 'onNotSent' | 'onWithdraw',
  call: () => void | Promise<void>,
  consequence: string,
): Promise<void> {
  const { clock, timeout } = requests;
  const hook = new BoundedCall(clock, timeout);
  try {
    await requests.unlessAborted(hook.make(call));
  } catch (cause) {
    if (isGraphMailError(cause) && requests.aborted) throw cause;
    const { late } = hook;
    throw new GraphMailError(
      `${name} failed, so ${consequence}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: late ? 'ETIMEDOUT' : 'EMESSAGE',
        command: 'API',
        cause,
        hint: late
          ? `Check that the promise of ${name} always ends; the option 'timeout' waits longer.`
          : `Check the function that is given as ${name}.`,
      },
    );
  } finally {
    hook.forget();
  }
}

/** One call that must end in time. */
class BoundedCall {
  readonly #clock: Clock;
  readonly #timeout: number;
  late = false;
  forget: () => void = () => {};

  constructor(clock: Clock, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  make(call: () => void | Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.forget = this.#clock.after(this.#timeout, () => {
        this.late = true;
        reject(new Error(`it did not end within ${this.#timeout} ms`));
      });
      Promise.resolve(call()).then(resolve, reject);
    });
  }
}

/** Tells the message's functions of every request that may send it. */
export function submissionWatcher(
  requests: Requests,
  { onAttempt, onNotSent }: Pick<DeliveryWay, 'onAttempt' | 'onNotSent'>,
  message: Composition<Deliverable>,
  draftId?: string,
): SubmissionWatcher {
  const about = (attempt: number) => {
    const { messageId = '' } = message.details ?? {};
    return { attempt, mailbox: requests.mailbox, messageId, ...(draftId !== undefined && { draftId }) };
  };
  return {
    async before(attempt) {
      if (onAttempt) await callHook(requests, 'onAttempt', () => onAttempt(about(attempt)), 'the message was not sent');
    },
    async notSent(attempt, error) {
      if (onNotSent)
        await callHook(requests, 'onNotSent', () => onNotSent(about(attempt), error), 'the message was not sent again');
    },
  };
}
