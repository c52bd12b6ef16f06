import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, jsonAnswer, writeAnswer } from '../wire/answer.js';
import { parseRequestPath } from '../wire/request-path.js';
import type { Timers } from '../wire/timers.js';
import { createEvents } from './events.js';
import { answerApi, type InboxApiOptions } from './inbox-api.js';
import { DATA_HEADERS, isOwnRequest, PAGE_HEADERS } from './security.js';

export interface InboxOptions extends InboxApiOptions {
  /** The parts of the inbox page. */
  page: { html: string; style: string; script: string };
  timers: Timers;
  port: () => number;
}

/** The plain HTTP side: the inbox page and its JSON API. */
export function inboxService(options: InboxOptions) {
  const { page } = options;
  const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '': ['text/html', page.html],
    'style.css': ['text/css', page.style],
    'app.js': ['text/javascript', page.script],
  };
  const events = createEvents(options.store, options.timers);

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const path = parseRequestPath(request.url ?? '');
    const method = request.method ?? '';
    const name = path.segments.join('/');
    const file = Object.hasOwn(files, name) && method === 'GET' ? files[name] : undefined;
    if (file && path.malformed === undefined) {
      return { status: 200, headers: { ...PAGE_HEADERS, 'content-type': `${file[0]}; charset=utf-8` }, body: file[1] };
    }
    const found = path.segments[0] === 'api' && path.malformed === undefined;
    return (found && (await answerApi(method, path, options))) || jsonAnswer(404, { error: 'not found' }, DATA_HEADERS);
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    if (!isOwnRequest(request, options.port())) {
      writeAnswer(response, jsonAnswer(403, { error: 'only this page may ask' }, DATA_HEADERS));
      return;
    }
    if (request.method === 'GET' && request.url === '/api/events') {
      events(request, response);
      return;
    }
    answer(request).then(
      (found) => writeAnswer(response, found),
      () => writeAnswer(response, jsonAnswer(500, { error: 'the sandbox failed' }, DATA_HEADERS)),
    );
  };
}
