import type { MailStore } from '../exchange/mail-store.js';
import { sandboxMessage } from '../exchange/sandbox-message.js';
import { type Answer, jsonAnswer } from '../wire/answer.js';
import type { RequestPath } from '../wire/request-path.js';
import { downloadAnswer } from './attachment-answer.js';
import { framedHtml } from './mail-html.js';
import { messageJson, summaryJson } from './message-json.js';
import { DATA_HEADERS, MAIL_HEADERS } from './security.js';
import type { SandboxStats } from './stats.js';

export interface InboxApiOptions {
  store: MailStore;
  stats: () => SandboxStats;
  /** What a client must be configured with; nothing secret. */
  tenant: () => object;
}

/** The JSON API below `/api`. Undefined when there is no such thing. */
export async function answerApi(
  method: string,
  path: RequestPath,
  options: InboxApiOptions,
): Promise<Answer | undefined> {
  const [, collection = '', id, part, index, ...more] = path.segments;
  if (more.length > 0) return undefined;
  if (method === 'DELETE' && collection === 'messages' && id === undefined) {
    options.store.clear();
    return { status: 204, headers: DATA_HEADERS };
  }
  if (method !== 'GET') return json(405, { error: 'method not allowed' });
  if (id === undefined && collection === 'stats') return json(200, options.stats());
  if (id === undefined && collection === 'tenant') return json(200, options.tenant());
  if (collection !== 'messages') return undefined;
  return id === undefined
    ? listMessages(path.query, options.store)
    : answerMessage(options.store, id, path, part, index);
}

function listMessages(query: URLSearchParams, store: MailStore): Answer {
  const limit = Math.min(count(query.get('limit'), 50), 500);
  const offset = count(query.get('offset'), 0);
  const messages = store
    .list()
    .reverse()
    .slice(offset, offset + limit);
  return json(200, { total: store.size, messages: messages.map(summaryJson) });
}

async function answerMessage(
  store: MailStore,
  id: string,
  path: RequestPath,
  part: string | undefined,
  index: string | undefined,
): Promise<Answer | undefined> {
  const submission = store.find(id);
  if (!submission) return undefined;
  if (part === 'raw' && index === undefined) {
    if (path.query.has('download')) return downloadAnswer(submission.message.raw, 'message/rfc822', `${id}.eml`);
    const headers = { ...DATA_HEADERS, 'content-type': 'text/plain; charset=utf-8' };
    return { status: 200, headers, body: submission.message.raw };
  }
  const message = await sandboxMessage(submission);
  if (part === undefined) return json(200, messageJson(message));
  if (part === 'html' && index === undefined && message.html !== undefined) {
    const headers = { ...MAIL_HEADERS, 'content-type': 'text/html; charset=utf-8' };
    return { status: 200, headers, body: framedHtml(message.html, message.attachments) };
  }
  const attachment =
    part === 'attachments' && /^\d+$/.test(index ?? '') ? message.attachments[Number(index)] : undefined;
  return attachment && downloadAnswer(attachment.content, attachment.contentType, attachment.filename ?? 'attachment');
}

function json(status: number, value: unknown): Answer {
  return jsonAnswer(status, value, DATA_HEADERS);
}

function count(given: string | null, fallback: number): number {
  return given !== null && /^\d{1,9}$/.test(given) ? Number(given) : fallback;
}
