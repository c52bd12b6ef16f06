import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import type { MailFolder } from '../../graph/client.js';
import { parseObject } from '../../graph/http.js';
import { classifyPreparation } from '../request/outcome.js';
import { withoutStop } from '../request/request-errors.js';
import type { Requests } from '../request/requests.js';
import type { Receipt, RetryLimits } from '../request/types.js';

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
  requests.releaseBytes();
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const seen = await look('sentitems').then(whatIs, asUnreadable);
    if (search.shared?.()) return another;
    if (seen === there || (typeof seen !== 'string' && (seen.permanent || requests.aborted))) return seen;
    if (left() === 0) return seen === nothing ? whereElse(look, search.wasDraft) : seen;
    const ended = await requests.delay(Math.min(pause, left())).then(() => undefined, asUnreadable);
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

/** How many messages with one Message-ID a folder has. */
interface FoundMessages {
  /** Those that came into being when the message could have. */
  fresh: number;
  /** Those of an earlier send with the same Message-ID. */
  older: number;
}

/** What tells a message from an earlier one with the same Message-ID. */
interface Origin {
  /** Milliseconds since it can have come into being, or been sent. */
  age: number;
  /** Whether it may have come into being as a draft before that, so that only its sending is as young. */
  wasDraft: boolean;
}

/** Milliseconds: the times are in whole seconds, and answers take time. */
const tolerance = 3_000;

/**
 * Looks for a message in a folder.
 * @throws GraphMailError when Graph does not tell
 */
async function foundMessages(
  requests: Requests,
  folder: MailFolder,
  messageId: string,
  limits: RetryLimits,
  { age, wasDraft }: Origin,
): Promise<FoundMessages> {
  const { graph, mailbox, clock } = requests;
  const { answer } = await requests.perform({
    command: 'findMessages',
    submission: false,
    bytes: 0,
    classify: classifyPreparation(200),
    limits,
    request: (call) => graph.findMessages(mailbox, folder, messageId, call),
  });
  const times = timesIn(answer.body, messageId, wasDraft);
  const serverNow = Date.parse(answer.headers.date ?? '');
  const since = (Number.isNaN(serverNow) ? clock.now() : serverNow) - age;
  const fresh = times.filter((at) => at >= since - tolerance).length;
  return { fresh, older: times.length - fresh };
}

/** When each came into being, or was sent. Only what is sure to be it: a filter that was not applied would give the whole folder. */
function timesIn(body: string, messageId: string, wasDraft: boolean): number[] {
  const { value } = parseObject(body);
  if (!Array.isArray(value)) return [];
  return (value as Record<string, unknown>[])
    .filter((item) => item?.internetMessageId === messageId && typeof item.id === 'string')
    .map(({ createdDateTime, sentDateTime }) => {
      const created = Date.parse(String(createdDateTime));
      const sent = wasDraft ? Date.parse(String(sentDateTime)) : Number.NaN;
      return Number.isNaN(sent) ? created : Math.max(created, sent);
    });
}
