import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, writeAnswer } from '../http/answer.js';
import { parseRequestPath } from '../http/request-path.js';
import type { Timers } from '../http/timers.js';
import { ApiRefusal, ApiRoutes, json } from './api-routes.js';
import { type ChangeSource, createEvents } from './events.js';
import { apiRoutes, type InboxApiOptions } from './inbox-api.js';
import { readJsonBody } from './json-body.js';
import { isOwnRequest, PAGE_HEADERS } from './security.js';

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
    // An id that is empty, as of a variable that nobody has set, must not turn "this one" into "all".
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
