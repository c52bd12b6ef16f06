import { GraphMailError, isGraphMailError } from '../errors.js';
import type { MailFolder } from '../graph/client.js';
import type { Receipt } from './deliver.js';
import { withoutStop } from './failure.js';
import { type FoundMessages, foundMessages } from './found-messages.js';
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
  shared: () => boolean,
): Promise<Receipt> {
  const { clock } = requests;
  const end = clock.elapsed() + window;
  const left = () => Math.max(0, end - clock.elapsed());
  const look = (folder: MailFolder) => foundMessages(requests, folder, messageId, { maxRetries: 0, maxWait: left() });
  requests.commit();
  requests.unload();
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const seen = await look('sentitems').then(whatIs, asUnreadable);
    if (shared()) throw stillUnknown(failure, another);
    if (seen === there) return receiptFor(failure, requests.lastDuration);
    if (typeof seen !== 'string' && (seen.permanent || requests.aborted)) throw stillUnknown(failure, seen);
    if (left() === 0) throw stillUnknown(failure, seen === nothing ? await whereElse(look, failure) : seen);
    await requests.rest(Math.min(pause, left())).catch((error: unknown) => {
      throw stillUnknown(failure, asUnreadable(error));
    });
  }
}

const there = 'it is in Sent Items';
const nothing = 'it is not in Sent Items, which proves nothing';
const another =
  'another message with the same Message-ID was sent at the same time or just before, and they cannot be told apart';
const onlyEarlier = 'Sent Items has only an earlier message with the same Message-ID';

function whatIs({ fresh, older }: FoundMessages): string {
  if (fresh > 0) return there;
  return older > 0 ? onlyEarlier : nothing;
}

/** A message that was taken but not transported yet, or that never will be. */
async function whereElse(
  look: (folder: MailFolder) => ReturnType<typeof foundMessages>,
  { draftId }: GraphMailError,
): Promise<string> {
  for (const [folder, name] of [
    ['outbox', 'Outbox'],
    ['drafts', 'Drafts'],
  ] as const) {
    const { fresh } = await look(folder).catch(() => ({ fresh: 0 }));
    if (fresh === 0) continue;
    // What was made as a draft lies there before it is sent as well.
    const ours = draftId !== undefined && folder === 'drafts';
    return `it is in ${name} and not in Sent Items: ${ours ? 'not sent' : 'taken'}, ${ours ? 'or' : 'and'} not transported so far`;
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
  const what = typeof seen === 'string' ? seen : `Sent Items could not be read (${withoutStop(seen.message)})`;
  const missing = typeof seen !== 'string' && seen.permanent;
  return new GraphMailError(`${withoutStop(failure.message)}: ${what}.`, {
    ...failure,
    cause: failure.cause,
    hint: missing ? `${seen.hint} ${failure.hint}` : failure.hint,
  });
}
