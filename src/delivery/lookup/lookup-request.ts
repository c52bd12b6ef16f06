import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { NetworkFailure } from '../../graph/http.js';
import type { MailboxGate } from '../gate/mailbox-gate.js';
import { type Judge, judgeRepeatable } from '../request/outcome.js';
import { Requests } from '../request/requests.js';
import type { DeliveryContext, DeliveryHooks } from '../request/types.js';

/** Makes requests that carry no message, through the same gate as those that do. */
export async function runErrand<T>(
  context: DeliveryContext,
  gate: MailboxGate,
  mailbox: string,
  hooks: DeliveryHooks,
  errand: (requests: Requests) => Promise<T>,
): Promise<T> {
  const passage = await gate.admit(hooks.signal, context.client);
  // There is nothing that takes memory, so this holds up nobody who is to be composed.
  passage.unload();
  try {
    return await errand(new Requests(context, gate, passage, mailbox, hooks));
  } finally {
    passage.leave();
  }
}

/** Makes requests in a passage of their own. */
export type Run = <T>(errand: (requests: Requests) => Promise<T>) => Promise<T>;

/** Judges a request for something that is of use only when it came whole. */
export function judgeWhole(isWhole: (answer: Exclude<Parameters<Judge>[0], NetworkFailure>) => boolean): Judge {
  const judge = judgeRepeatable(200);
  return (result, now, earlier) => {
    const broken = !(result instanceof NetworkFailure) && result.status === 200 && !isWhole(result);
    return broken ? { kind: 'unknown', repeat: true } : judge(result, now, earlier);
  };
}

/** Reading changes nothing, so there is no doubt about anything when it fails. */
export async function reading<T>(run: Run, errand: (requests: Requests) => Promise<T>): Promise<T> {
  try {
    return await run(errand);
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
