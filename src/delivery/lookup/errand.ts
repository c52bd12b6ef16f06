import type { MailboxGate } from '../gate/mailbox-gate.js';
import type { DeliveryContext, DeliveryHooks } from '../request/context.js';
import { Requests } from '../request/requests.js';

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
