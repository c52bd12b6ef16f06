import type { MailFolder } from '../graph/client.js';
import { judgePreparation } from './outcome.js';
import type { Requests } from './requests.js';
import type { RetryLimits } from './retry.js';

/** Messages with one Message-ID in a folder. */
export interface FoundMessages {
  /** Those that came into being since the message was first tried. */
  fresh: { id: string }[];
  /** How many there are besides: of an earlier send with the same Message-ID. */
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
  const found = readFound(answer.body, messageId);
  const serverNow = Date.parse(answer.headers.date ?? '');
  const since = (Number.isNaN(serverNow) ? clock.now() : serverNow) - requests.age;
  const fresh = found.filter(({ created }) => created >= since - tolerance);
  return { fresh, older: found.length - fresh.length };
}

/** Only what is sure to be it: a filter that was not applied would give the whole folder. */
function readFound(body: string, messageId: string): { id: string; created: number }[] {
  const { value } = parse(body) as { value?: unknown };
  if (!Array.isArray(value)) return [];
  return (value as Record<string, unknown>[])
    .filter((item) => item?.internetMessageId === messageId && typeof item.id === 'string')
    .map((item) => ({ id: item.id as string, created: Date.parse(String(item.createdDateTime)) }));
}

function parse(body: string): object {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
