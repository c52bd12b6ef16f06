import type { Call } from '../../http/call.js';
import type { Mailbox } from '../../model/mailbox.js';

/** The `@odata.context` of an answer about something of a mailbox, such as `messages/$entity`. */
export function odataContext({ origin }: Pick<Call, 'origin'>, mailbox: Mailbox, of: string): string {
  return `${origin}/v1.0/$metadata#users('${mailbox.id}')/${of}`;
}
