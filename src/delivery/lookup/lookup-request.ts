import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { NetworkFailure } from '../../graph/network-failure.js';
import type { MailboxGate } from '../gate/mailbox-gate.js';
import { type Classify, classifyRepeatable } from '../request/outcome.js';
import { Requests } from '../request/requests.js';
import { waitSignal } from '../request/retry-loop.js';
import type { DeliveryContext, DeliveryHooks } from '../request/types.js';

/** Makes the requests of a lookup, with a slot of their own at the gate. */
export type RunLookup = <T>(lookup: (requests: Requests) => Promise<T>) => Promise<T>;

/** Makes requests that carry no message, through the same gate as those that do. */
export async function runLookup<T>(
  context: DeliveryContext,
  gate: MailboxGate,
  mailbox: string,
  hooks: DeliveryHooks,
  lookup: (requests: Requests) => Promise<T>,
): Promise<T> {
  const slot = await gate.acquire(waitSignal(context, hooks, false), context.client);
  // There is nothing that takes memory, so this holds up no message that is to be composed.
  slot.releaseBytes();
  try {
    return await lookup(new Requests(context, gate, slot, mailbox, hooks));
  } finally {
    slot.release();
  }
}

/** Reading changes nothing, so nothing is in doubt when it fails. */
export async function readOnly<T>(run: RunLookup, lookup: (requests: Requests) => Promise<T>): Promise<T> {
  try {
    return await run(lookup);
  } catch (error) {
    if (!isGraphMailError(error) || error.outcome !== 'unknown') throw error;
    const { hint: _, ...known } = error;
    throw new GraphMailError(error.message, {
      ...known,
      cause: error.cause,
      outcome: 'not-sent',
      hint: 'Reading changes nothing: try again later.',
    });
  }
}

/** For a request for something that is of use only when it came whole. */
export function classifyWhole(
  isWhole: (answer: Exclude<Parameters<Classify>[0], NetworkFailure>) => boolean,
): Classify {
  const classify = classifyRepeatable(200);
  return (result, now, earlier) => {
    const broken = !(result instanceof NetworkFailure) && result.status === 200 && !isWhole(result);
    return broken ? { kind: 'unknown', repeat: true } : classify(result, now, earlier);
  };
}
