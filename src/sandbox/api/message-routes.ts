import type { Answer } from '../http/answer.js';
import { deliveredBytes, type Submission } from '../model/submission.js';
import { type ApiHandler, ApiRefusal, type ApiRequest, type ApiRoute, json, noContent, pageOf } from './api-routes.js';
import { attachmentAnswer, htmlAnswer, rawAnswer } from './mail-answers.js';
import { messageJson, summariesJson } from './message-json.js';
import { searchMatcher } from './message-search.js';
import { type After, type MessageWaits, NoMessage } from './message-waits.js';
import type { Messages } from './messages.js';
import { messageContent } from './sandbox-message.js';

/** Lists, shows, awaits and deletes what was submitted. */
export function messageRoutes(messages: Messages, waits: MessageWaits): ApiRoute[] {
  const { store } = messages;
  const one = '/api/messages/{id}';
  const found =
    (answer: (submission: Submission, request: ApiRequest) => Answer | Promise<Answer>): ApiHandler =>
    (request) => {
      const submission = store.find(request.parameters.id ?? '');
      if (!submission) throw new ApiRefusal(404, 'There is no such message (any more).');
      return answer(submission, request);
    };
  return [
    ['GET', '/api/messages', ({ query }) => listMessages(query, messages)],
    ['DELETE', '/api/messages', ({ query }) => deleteMessages(query, messages)],
    ['GET', '/api/messages/wait', waitRoute(messages, waits)],
    ['GET', one, found(async (submission) => json(200, messageJson(await messages.read(submission))))],
    [
      'DELETE',
      one,
      found((submission) => {
        store.forget([submission]);
        return noContent;
      }),
    ],
    ['GET', `${one}/raw`, found(({ id, message }, request) => rawAnswer(message.raw, id, request))],
    [
      'GET',
      `${one}/delivered`,
      found((submission, request) => rawAnswer(deliveredBytes(submission), `${submission.id}-delivered`, request)),
    ],
    [
      'GET',
      `${one}/html`,
      found(async (submission) => {
        const { html, attachments } = await messageContent(submission);
        return htmlAnswer(html, attachments);
      }),
    ],
    [
      'GET',
      `${one}/attachments/{index}`,
      found(async (submission, request) => attachmentAnswer((await messageContent(submission)).attachments, request)),
    ],
  ];
}

function listMessages(query: URLSearchParams, messages: Messages): Answer {
  const { limit, offset } = pageOf(query);
  const { head } = searchMatcher(query, messages, ['limit', 'offset']);
  const matched = messages.store.list().reverse().filter(head);
  const shown = summariesJson(matched.slice(offset, offset + limit), messages);
  return json(200, { total: messages.store.size, matched: matched.length, messages: shown });
}

/** An empty parameter, as of a variable that was never set, must not delete everything. */
function deleteMessages(query: URLSearchParams, messages: Messages): Answer {
  const { store } = messages;
  const { head } = searchMatcher(query, messages, []);
  for (const [name, value] of query) if (value.trim() === '') throw new ApiRefusal(400, `"${name}" is empty.`);
  const doomed = store.list().filter(head);
  store.forget(doomed);
  return json(200, { deleted: doomed.length });
}

// Longer than this, the client's own patience is over.
const LONGEST = 600_000;

/** `GET /api/messages/wait`: the message that fits, now or when it comes; 408 when none came in time. */
function waitRoute(messages: Messages, waits: MessageWaits): ApiHandler {
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
