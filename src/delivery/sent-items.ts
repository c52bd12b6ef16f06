import { GraphMailError, isGraphMailError } from '../errors.js';
import type { MailFolder } from '../graph/client.js';
import type { Receipt } from './deliver.js';
import { foundMessages } from './found-messages.js';
import type { Requests } from './requests.js';

/** Milliseconds between the first two looks; each pause is twice the one before. */
const firstPause = 1_000;
const longestPause = 15_000;

/**
 * Finds out what became of a message whose send ended unknown, by looking for its Message-ID in Sent Items until it is
 * there or `window` is over. It comes there only when transport is done with it, so that its absence proves nothing.
 * @param window milliseconds
 * @throws GraphMailError `unknown`, with what was seen
 */
export async function settleBySentItems(
  requests: Requests,
  messageId: string,
  failure: GraphMailError,
  window: number,
): Promise<Receipt> {
  const { clock } = requests;
  const since = requests.firstSubmission ?? clock.now();
  const end = clock.now() + window;
  const look = (folder: MailFolder) =>
    foundMessages(requests, folder, messageId, since, { maxRetries: 0, maxWait: Math.max(0, end - clock.now()) });
  requests.commit();
  requests.unload();
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    let seen: string | GraphMailError;
    try {
      const { fresh, older } = await look('sentitems');
      if (fresh.length > 0) return receiptFor(failure, requests.lastDuration);
      seen = older > 0 ? onlyEarlier : nothing;
    } catch (error) {
      seen = asUnreadable(error);
    }
    const left = end - clock.now();
    if (typeof seen !== 'string' && (seen.permanent || requests.aborted)) throw stillUnknown(failure, seen);
    if (left <= 0) throw stillUnknown(failure, seen === nothing ? await whereElse(look) : seen);
    await requests.rest(Math.min(pause, left)).catch((error: unknown) => {
      throw stillUnknown(failure, asUnreadable(error));
    });
  }
}

const nothing = 'it is not in Sent Items, which proves nothing';
const onlyEarlier = 'Sent Items has only an earlier message with the same Message-ID';

/** A message that was taken but not transported yet, or that never will be. */
async function whereElse(look: (folder: MailFolder) => ReturnType<typeof foundMessages>): Promise<string> {
  for (const [folder, name] of [
    ['outbox', 'Outbox'],
    ['drafts', 'Drafts'],
  ] as const) {
    const { fresh } = await look(folder).catch(() => ({ fresh: [] }));
    if (fresh.length > 0) return `it is in ${name} and not in Sent Items: taken, and not transported so far`;
  }
  return nothing;
}

function receiptFor(failure: GraphMailError, time: number): Receipt {
  const { requestId, clientRequestId = '', attempts = 1, response, code } = failure;
  return { response: `Found in Sent Items after ${response ?? code}`, requestId, clientRequestId, attempts, time };
}

function asUnreadable(error: unknown): GraphMailError {
  if (isGraphMailError(error)) return error;
  throw error;
}

function stillUnknown(failure: GraphMailError, seen: string | GraphMailError): GraphMailError {
  const what = typeof seen === 'string' ? seen : `Sent Items could not be read (${seen.message.replace(/\.$/, '')})`;
  const missing = typeof seen !== 'string' && seen.permanent;
  return new GraphMailError(`${failure.message.replace(/\.$/, '')}: ${what}.`, {
    ...failure,
    cause: failure.cause,
    hint: missing ? `${seen.hint} ${failure.hint}` : failure.hint,
  });
}
