import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, writeAnswer } from '../http/answer.js';
import { readBody } from '../http/body.js';
import { parseRequestPath } from '../http/call.js';
import type { RequestLog } from '../http/request-log.js';
import type { Timers } from '../http/timers.js';
import type { ThrottlingView } from '../throttling/throttle.js';
import { ApiRefusal, type ApiRoute, ApiRoutes, json, noContent } from './api-routes.js';
import { type ChangeSource, createEvents } from './events.js';
import { type MailboxApiOptions, mailboxApiRoutes } from './mailbox-routes.js';
import { messageRoutes } from './message-routes.js';
import type { MessageWaits } from './message-waits.js';
import type { Messages } from './messages.js';
import { requestRoutes } from './request-routes.js';
import { isOwnRequest, PAGE_HEADERS } from './security.js';

/** What happened since the start, or since `clear()`. */
export interface SandboxStats {
  /** POSTs to the token endpoint, refused ones included. */
  tokenRequests: number;
  tokensIssued: number;
  /** Token requests whose `claims` answer a claims challenge; a client's mere capabilities (`xms_cc`) do not count. */
  claimsRequests: number;
  /** Messages taken, also when a fault hid that from the client. */
  submissions: number;
  /** Requests of any kind that were answered with 4xx or 5xx, by the rules or by a fault. */
  refused: number;
  /** Requests that were answered with 429. */
  throttled: number;
  /** Scripted faults that were applied. */
  faults: number;
  /** The most requests in flight at one time, refused ones included, by mailbox address in lower case. */
  maxInFlight: Record<string, number>;
}

interface InboxApiOptions extends Pick<MailboxApiOptions, 'mailbox' | 'mailboxes'> {
  messages: Messages;
  waits: MessageWaits;
  log: RequestLog;
  /** Forgets everything, as `Sandbox.clear()`. */
  clear: () => void;
  stats: () => SandboxStats;
  /** What a client must be configured with that asks under this Host; nothing secret but a client secret that is made to be shown. */
  connect: (host: string | undefined) => object;
  /** Routes of the other parts of the sandbox. */
  routes?: readonly ApiRoute[];
}

export interface InboxOptions extends InboxApiOptions {
  /** The parts of the inbox page. */
  page: { html: string; style: string; script: string };
  /** What else changes beside messages and requests, by the names of the events. */
  events?: Readonly<Record<string, ChangeSource>>;
  timers: Timers;
  /** Of the page, under each of its names. */
  origins: () => readonly string[];
}

/** The plain HTTP side: the inbox page and its JSON API. */
export function inboxService(options: InboxOptions) {
  const { page } = options;
  const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '': ['text/html', page.html],
    'style.css': ['text/css', page.style],
    'app.js': ['text/javascript', page.script],
  };
  const { log, timers } = options;
  const { store } = options.messages;
  const events = createEvents(
    {
      messages: { watch: (changed) => store.watch(changed), data: () => ({ total: store.size }) },
      requests: { watch: (changed) => log.watch(changed), data: () => ({ total: log.size }) },
      ...options.events,
    },
    timers,
  );

  const routes = new ApiRoutes(apiRoutes(options));

  const answer = async (request: IncomingMessage, signal: AbortSignal): Promise<Answer> => {
    const path = parseRequestPath(request.url ?? '');
    // Tools that wait for a server ask with HEAD; Node leaves out the body.
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    const name = path.segments.join('/');
    const file = Object.hasOwn(files, name) && method === 'GET' ? files[name] : undefined;
    if (file && path.malformed === undefined) {
      return { status: 200, headers: { ...PAGE_HEADERS, 'content-type': `${file[0]}; charset=utf-8` }, body: file[1] };
    }
    // An id that is empty, as of a variable that was never set, must not turn "this one" into "all".
    if (method === 'DELETE' && /^[^?]*\/(?:\?|$)/.test(request.url ?? '')) {
      return json(404, { error: 'not found: the path ends before an id' });
    }
    return routes.answer(method, path, { body: await readJsonBody(request), signal, host: request.headers.host });
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    const origins = options.origins();
    if (!isOwnRequest(request, origins)) {
      const hosts = origins.map((origin) => new URL(origin).host).join(', ');
      const error = `only this page may ask, or a program under its address: Host must be one of ${hosts}; --name adds one`;
      request.resume();
      writeAnswer(response, json(403, { error }));
      return;
    }
    if (request.method === 'GET' && request.url === '/api/events') {
      request.resume();
      events(request, response);
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    answer(request, gone.signal).then(
      (found) => {
        if (!response.destroyed) writeAnswer(response, found);
      },
      (error: unknown) => {
        if (response.destroyed) return;
        const refused = error instanceof ApiRefusal ? error : new ApiRefusal(500, 'the sandbox failed');
        writeAnswer(response, json(refused.status, { error: refused.message }));
      },
    );
  };
}

/** The JSON API below `/api`. */
function apiRoutes(options: InboxApiOptions): ApiRoute[] {
  const { messages, waits, log, mailbox, mailboxes } = options;
  const { store, timelines } = messages;
  return [
    ...messageRoutes(messages, waits),
    ...requestRoutes(log),
    ...mailboxApiRoutes({ store, timelines, mailbox, mailboxes }),
    [
      'POST',
      '/api/clear',
      () => {
        options.clear();
        return noContent;
      },
    ],
    ['GET', '/api/stats', () => json(200, options.stats())],
    ['GET', '/api/connect', ({ host }) => json(200, options.connect(host))],
    ...(options.routes ?? []),
  ];
}

/** `GET /api/throttling`: how near the mailboxes are to Graph's limits. */
export function throttlingRoutes(view: () => ThrottlingView): ApiRoute[] {
  return [['GET', '/api/throttling', () => json(200, view())]];
}

// Bytes; a tenant of many mailboxes fits, a flood does not.
const LIMIT = 1_048_576;

/**
 * The JSON of a request's body, undefined when it has none. Throws a refusal when it is too large, is not JSON, or does not
 * say that it is: a form of another site can send text, but not this Content-Type.
 */
async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const { bytes, tooLarge } = await readBody(request, LIMIT);
  if (tooLarge) throw new ApiRefusal(413, 'The body is larger than 1 MB.');
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new ApiRefusal(415, 'A body must have Content-Type: application/json.');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiRefusal(400, 'The body is no JSON.');
  }
}
