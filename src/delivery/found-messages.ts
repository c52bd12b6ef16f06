import { parseObject } from '../graph/answer.js';
import type { MailFolder } from '../graph/client.js';
import { judgePreparation } from './outcome.js';
import type { Requests } from './requests.js';
import type { RetryLimits } from './retry.js';

/** How many messages with one Message-ID a folder has. */
export interface FoundMessages {
  /** Those that came into being since the message was first tried. */
  fresh: number;
  /** Those of an earlier send with the same Message-ID. */
  older: number;
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
  const created = createdIn(answer.body, messageId);
  const serverNow = Date.parse(answer.headers.date ?? '');
  const since = (Number.isNaN(serverNow) ? clock.now() : serverNow) - requests.age;
  const fresh = created.filter((at) => at >= since - tolerance).length;
  return { fresh, older: created.length - fresh };
}

/** When each came into being. Only what is sure to be it: a filter that was not applied would give the whole folder. */
function createdIn(body: string, messageId: string): number[] {
  const { value } = parseObject(body);
  if (!Array.isArray(value)) return [];
  return (value as Record<string, unknown>[])
    .filter((item) => item?.internetMessageId === messageId && typeof item.id === 'string')
    .map(({ createdDateTime }) => Date.parse(String(createdDateTime)));
}
