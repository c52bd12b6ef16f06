import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, writeAnswer } from './answer.js';
import { type Body, readBody } from './body.js';
import type { Call } from './call.js';
import type { RequestLog, RequestLogEntry } from './request-log.js';
import { parseRequestPath } from './request-path.js';
import type { Timers } from './timers.js';

export interface HttpsServiceOptions {
  answer: (call: Call) => Promise<Answer>;
  log: RequestLog;
  timers: Timers;
  /** Tears down the connection from this port of the client. */
  reset: (remotePort: number | undefined) => void;
  /** Counts an answer. */
  answered: (answer: Answer) => void;
  now: () => number;
}

/** Serves Entra and Graph: makes a call of each request, sends its answer or does what a fault wants instead. */
export function httpsService(options: HttpsServiceOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const started = performance.now();
    const path = parseRequestPath(request.url ?? '');
    // MSAL names its correlation id in the query, everybody else in the header.
    const given = request.headers['client-request-id'] ?? path.query.get('client-request-id');
    const clientRequestId = typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : undefined;
    const requestId = randomUUID();
    const entry: RequestLogEntry = {
      method: request.method ?? '',
      path: request.url ?? '',
      status: undefined,
      at: new Date(options.now()),
      clientRequestId,
      requestId,
      userAgent: request.headers['user-agent'],
      durationMs: undefined,
    };
    options.log.push(entry);
    const settle = onceSettled(response);
    // Begun at once: a handler that waits before it reads would miss the events of a request that is cut off.
    let body: Promise<Body> | undefined;
    const call: Call = {
      method: entry.method,
      path,
      headers: request.headers,
      requestId,
      clientRequestId,
      at: entry.at.getTime(),
      body: (limit) => (body ??= readBody(request, limit)),
      whenSettled: settle.add,
      about: (mailbox) => {
        entry.mailbox = mailbox;
      },
    };
    const finish = (answer: Answer): void => {
      if (answer.instead === 'silence') return;
      if (answer.instead === 'reset') {
        settle.run();
        options.reset(request.socket.remotePort);
        return;
      }
      entry.status = answer.status;
      entry.durationMs = performance.now() - started;
      options.answered(answer);
      settle.run();
      const ids = { 'request-id': requestId, 'client-request-id': clientRequestId ?? requestId };
      writeAnswer(response, answer, ids);
    };
    options.answer(call).then(
      (answer) => {
        if (answer.fault !== undefined) entry.fault = answer.fault;
        if (answer.delay) options.timers.after(answer.delay, () => finish(answer));
        else finish(answer);
      },
      (error: unknown) => {
        // Nobody is left to answer when the client has gone away; anything else is a fault of the sandbox itself.
        if (!response.destroyed && !request.destroyed) finish({ status: 500, body: String(error) });
      },
    );
  };
}

/** Runs what was added once, at the answer or when the connection closes, whichever comes first. */
function onceSettled(response: ServerResponse): { add: (run: () => void) => void; run: () => void } {
  let runs: (() => void)[] = [];
  const run = (): void => {
    const due = runs;
    runs = [];
    for (const one of due) one();
  };
  response.on('close', run);
  return { add: (one) => runs.push(one), run };
}
