import type { MailFolder } from '../../graph/client.js';
import { parseObject } from '../../graph/http.js';
import { judgePreparation } from '../request/outcome.js';
import type { Requests } from '../request/requests.js';
import type { RetryLimits } from '../request/retry.js';

/** How many messages with one Message-ID a folder has. */
export interface FoundMessages {
  /** Those that came into being when the message could have. */
  fresh: number;
  /** Those of an earlier send with the same Message-ID. */
  older: number;
}

/** What tells a message from an earlier one with the same Message-ID. */
export interface Origin {
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
export async function foundMessages(
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
    judge: judgePreparation(200),
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
