import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MailStore } from '../exchange/mail-store.js';
import type { Timers } from '../wire/timers.js';
import { DATA_HEADERS } from './security.js';

// A burst of mails is one event: a page cannot show a thousand changes a second.
const GATHER = 100;

/** Server-sent events that tell the page when the list of messages has changed. */
export function createEvents(store: MailStore, timers: Timers) {
  const streams = new Set<ServerResponse>();
  let gathering = false;
  const tell = (): void => {
    gathering = false;
    for (const stream of streams) stream.write(`event: messages\ndata: ${JSON.stringify({ total: store.size })}\n\n`);
  };
  store.watch(() => {
    if (gathering || streams.size === 0) return;
    gathering = true;
    timers.after(GATHER, tell);
  });
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { ...DATA_HEADERS, 'content-type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
  };
}
