import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeAnswer } from '../http/answer.js';
import type { Timers } from '../http/timers.js';
import { json } from './api-routes.js';
import { DATA_HEADERS } from './security.js';

/** What may change: calls `changed` whenever it has, and `data` tells how it stands. */
export interface ChangeSource {
  watch: (changed: () => void) => void;
  data?: () => object;
}

// A burst of mails is one event: a page cannot show a thousand changes a second.
const GATHER = 100;
// A comment that clients ignore: writing it detects dead connections, and keeps proxies from closing a quiet one.
const HEARTBEAT = 15_000;
const MOST_STREAMS = 32;
// Bytes that a page which has stopped reading may leave behind.
const LONGEST_BACKLOG = 65_536;

/** Server-sent events that tell pages what has changed, by the name of what it was. */
export function createEvents(sources: Readonly<Record<string, ChangeSource>>, timers: Timers) {
  const streams = new Set<ServerResponse>();
  let beating = false;
  const send = (text: string): void => {
    for (const stream of streams) {
      if (stream.writableLength > LONGEST_BACKLOG) stream.destroy();
      else stream.write(text);
    }
  };
  const beat = (): void => {
    beating = streams.size > 0;
    if (!beating) return;
    send(': still here\n\n');
    timers.after(HEARTBEAT, beat);
  };
  for (const [name, { watch, data }] of Object.entries(sources)) {
    let gathering = false;
    watch(() => {
      if (gathering || streams.size === 0) return;
      gathering = true;
      timers.after(GATHER, () => {
        gathering = false;
        send(`event: ${name}\ndata: ${JSON.stringify(data?.() ?? {})}\n\n`);
      });
    });
  }
  return (_request: IncomingMessage, response: ServerResponse): void => {
    if (streams.size >= MOST_STREAMS) {
      const error = `The sandbox tells its changes to ${MOST_STREAMS} pages at a time already.`;
      writeAnswer(response, json(503, { error }));
      return;
    }
    response.writeHead(200, { ...DATA_HEADERS, 'content-type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
    if (beating) return;
    beating = true;
    timers.after(HEARTBEAT, beat);
  };
}
