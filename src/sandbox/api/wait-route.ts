import { type ApiHandler, ApiRefusal, json } from './api-routes.js';
import { messageJson } from './message-json.js';
import { searchMatcher } from './message-search.js';
import { type After, type MessageWaits, NoMessage } from './message-waits.js';
import type { Messages } from './messages.js';

// Longer than this, the client's own patience is over.
const LONGEST = 600_000;

/** `GET /api/messages/wait`: the message that fits, now or when it comes; 408 when none came in time. */
export function waitRoute(messages: Messages, waits: MessageWaits): ApiHandler {
  return async ({ query, signal }) => {
    const matcher = searchMatcher(query, messages, ['timeout', 'after', 'text']);
    const text = query.get('text')?.toLowerCase();
    if (text) {
      matcher.body = (content) => (content.text ?? content.html ?? '').toLowerCase().includes(text);
      matcher.words += ` with text ${JSON.stringify(query.get('text'))}`;
    }
    const after = readAfter(query.get('after'), messages);
    try {
      const found = await waits.for({
        matcher,
        timeout: readTimeout(query.get('timeout')),
        signal,
        ...(after && { after }),
      });
      return json(200, messageJson(await messages.read(found)));
    } catch (error) {
      if (error instanceof NoMessage) throw new ApiRefusal(408, error.message);
      throw error;
    }
  };
}

function readTimeout(given: string | null): number {
  if (!given) return 10_000;
  if (/^\d{1,6}$/.test(given) && Number(given) <= LONGEST) return Number(given);
  throw new ApiRefusal(400, `"timeout" is ${JSON.stringify(given)}, expected milliseconds from 0 to ${LONGEST}.`);
}

function readAfter(given: string | null, { store }: Messages): After | undefined {
  if (!given) return undefined;
  const known = store.find(given);
  if (known) return { id: known.id, receivedAt: new Date(known.receivedAt), subject: known.message.subject };
  const time = new Date(given);
  if (/^\d{4}-/.test(given) && !Number.isNaN(time.getTime())) return time;
  throw new ApiRefusal(400, `"after" is ${JSON.stringify(given)}, expected the id of a message or a time as ISO 8601.`);
}
