import { onAbort } from '../../abort.js';
import type { Clock } from '../../clock.js';
import { messageOf } from '../errors.js';

/** Milliseconds after an abort in which a transporter can still say what became of a mail. */
const lastWord = 5_000;

/**
 * What a transporter says of a mail. One that does not say it within a few seconds of an abort is not waited for: abort()
 * must come to an end.
 */
export function answerOf(
  send: () => Promise<unknown>,
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
        (info) => resolve(refusalIn(info) ?? { info }),
        (error: unknown) => resolve({ error: error instanceof Error ? error : new Error(messageOf(error)) }),
      )
      .finally(() => {
        release();
        forget();
      })
      .catch(reject);
  });
}

/** A server that speaks LMTP answers for each recipient, and Nodemailer calls it sent when all of them were refused. */
function refusalIn(info: unknown): { error: Error } | undefined {
  const { accepted, rejectedErrors } = (info ?? {}) as Record<string, unknown>;
  if (!Array.isArray(accepted) || accepted.length > 0 || !Array.isArray(rejectedErrors)) return undefined;
  const error: unknown = rejectedErrors[0];
  return error instanceof Error ? { error } : undefined;
}
