import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import type { MailFolder } from '../../graph/client.js';
import type { Receipt } from '../deliver.js';
import { withoutStop } from '../request/errors.js';
import type { Requests } from '../request/requests.js';
import { type FoundMessages, foundMessages } from './find-messages.js';

/** Milliseconds between the first two looks; each pause is twice the one before. */
const firstPause = 1_000;
const longestPause = 15_000;

/** What is looked for, and how long. */
export interface Search {
  messageId: string;
  /** Milliseconds to go on looking. */
  window: number;
  /** Milliseconds since the message can have come into being; of a draft of an earlier process, since it can have been sent. */
  age: () => number;
  /** Whether it was made as a draft, which lies in Drafts before it is sent as well. */
  wasDraft: boolean;
  /** Whether another process made it. */
  inherited?: boolean;
  /** Whether another message cannot be told from it. */
  shared?: () => boolean;
}

/**
 * Finds out what became of a message whose send ended unknown, by looking for its Message-ID in Sent Items.
 * (fact header-1)
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
  const wasDraft = failure.draftId !== undefined;
  const seen = await searchSentItems(requests, { messageId, window, age: () => requests.age, wasDraft, shared });
  if (seen === there) return receiptFor(failure, requests.lastDuration);
  throw stillUnknown(failure, seen);
}

/**
 * Looks for a message in Sent Items until it is there or `window` is over. It comes there only when transport is done with
 * it, so that its absence proves nothing. (fact lookup-2)
 * @returns {@link there}, or what was seen instead: in words, or as the failure to look
 */
export async function searchSentItems(requests: Requests, search: Search): Promise<string | GraphMailError> {
  const { clock } = requests;
  const end = clock.elapsed() + search.window;
  const left = () => Math.max(0, end - clock.elapsed());
  const look = (folder: MailFolder) => {
    const limits = { maxRetries: 0, maxWait: left() };
    const wasDraft = search.wasDraft && (search.inherited ?? false);
    return foundMessages(requests, folder, search.messageId, limits, { age: search.age(), wasDraft });
  };
  requests.commit();
  requests.unload();
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const seen = await look('sentitems').then(whatIs, asUnreadable);
    if (search.shared?.()) return another;
    if (seen === there || (typeof seen !== 'string' && (seen.permanent || requests.aborted))) return seen;
    if (left() === 0) return seen === nothing ? whereElse(look, search.wasDraft) : seen;
    const ended = await requests.rest(Math.min(pause, left())).then(() => undefined, asUnreadable);
    if (ended) return ended;
  }
}

/** It was found. */
export const there = 'it is in Sent Items';
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
  wasDraft: boolean,
): Promise<string> {
  for (const [folder, name] of [
    ['outbox', 'Outbox'],
    ['drafts', 'Drafts'],
  ] as const) {
    const { fresh } = await look(folder).catch(() => ({ fresh: 0 }));
    if (fresh === 0) continue;
    const ours = wasDraft && folder === 'drafts';
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

/** What was seen, in words. */
export function inWords(seen: string | GraphMailError): string {
  return typeof seen === 'string' ? seen : `Sent Items could not be read (${withoutStop(seen.message)})`;
}

function stillUnknown(failure: GraphMailError, seen: string | GraphMailError): GraphMailError {
  const what = inWords(seen);
  const missing = typeof seen !== 'string' && seen.permanent;
  return new GraphMailError(`${withoutStop(failure.message)}: ${what}.`, {
    ...failure,
    cause: failure.cause,
    hint: missing ? `${seen.hint} ${failure.hint}` : failure.hint,
  });
}
