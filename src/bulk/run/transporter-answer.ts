import { onAbort } from '../../common/abort.js';
import { canonicalAddress } from '../../common/canonical-address.js';
import type { Clock } from '../../common/timers.js';
import { messageOf } from '../common/errors.js';

/** Milliseconds after an abort in which a transporter can still say what became of a mail. */
const lastWord = 5_000;

/**
 * What a transporter says of a mail. One that does not say it within a few seconds of an abort is not waited for: abort()
 * must come to an end.
 */
export function answerOf(
  send: () => Promise<unknown>,
  address: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<{ info: unknown } | { error: Error }> {
  return new Promise((resolve, reject) => {
    let forget = () => {};
    const release = onAbort(signal, () => {
      const error = new Error('The run was aborted, and the transporter does not say what became of this mail.');
      forget = clock.after(lastWord, () => resolve({ error }));
    });
    send()
      .then(
        (info) => resolve(refusalIn(info, address) ?? { info }),
        (error: unknown) => resolve({ error: error instanceof Error ? error : new Error(messageOf(error)) }),
      )
      .finally(() => {
        release();
        forget();
      })
      .catch(reject);
  });
}

/**
 * What Nodemailer calls sent, and is not, for whom it was meant: a server that speaks LMTP refused everybody, or one that
 * speaks SMTP took the copies alone.
 */
function refusalIn(info: unknown, address: string): { error: Error } | undefined {
  const { accepted, rejected, rejectedErrors } = (info ?? {}) as Record<string, unknown>;
  if (!Array.isArray(rejectedErrors)) return undefined;
  const isRecipient = (one: unknown) => typeof one === 'string' && canonicalAddress(one) === canonicalAddress(address);
  const nobody = Array.isArray(accepted) && accepted.length === 0;
  if (!nobody && !(Array.isArray(rejected) && rejected.some(isRecipient))) return undefined;
  const error: unknown = rejectedErrors.find(({ recipient }) => isRecipient(recipient)) ?? rejectedErrors[0];
  return error instanceof Error ? { error } : undefined;
}
