import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, dripAnswer, writeAnswer } from './answer.js';
import { type Body, readBody } from './body.js';
import { type Call, parseRequestPath } from './call.js';
import { elapsed, setImmediate } from './node-timers.js';
import { operationOf } from './operation.js';
import type { RequestLog, RequestLogEntry } from './request-log.js';
import { loggedPath, lookedUpMessageId } from './request-notes.js';
import type { Timers } from './timers.js';

interface HttpsServiceOptions {
  answer: (call: Call) => Promise<Answer>;
  /** Whether the connection is to be torn down before the request has come in, and after how much of it. */
  tornEarly: (call: Call) => { fault: string; after: 'head' | 'half' } | undefined;
  log: RequestLog;
  timers: Timers;
  /** Tears down the connection from this port of the client. */
  reset: (remotePort: number | undefined) => void;
  /** Counts an answer. */
  answered: (answer: Answer) => void;
  now: () => number;
  /** By which origin a client came, by its Host header; undefined refuses the request. */
  origin: (host: string | undefined) => string | undefined;
}

/** Serves Entra and Graph, over HTTPS or plain HTTP: makes a call of each request, sends its answer or does what a fault wants instead. */
export function httpsService(options: HttpsServiceOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const origin = options.origin(request.headers.host);
    if (origin === undefined) {
      request.resume();
      writeAnswer(response, { status: 421, headers: { 'content-type': 'text/plain' }, body: FOREIGN_HOST });
      return;
    }
    const started = elapsed();
    const path = parseRequestPath(request.url ?? '');
    // MSAL names its correlation id in the query, other clients in the header.
    const given = request.headers['client-request-id'] ?? path.query.get('client-request-id');
    const clientRequestId = typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : undefined;
    const requestId = randomUUID();
    const method = request.method ?? '';
    const named = operationOf(method, path.segments);
    const entry: RequestLogEntry = {
      method,
      path: loggedPath(request.url ?? ''),
      ...named,
      status: undefined,
      at: new Date(options.now()),
      clientRequestId,
      requestId,
      userAgent: request.headers['user-agent'],
      durationMs: undefined,
    };
    const lookedUp = named.operation === 'lookup' ? lookedUpMessageId(path.query) : undefined;
    if (lookedUp !== undefined) entry.messageId = lookedUp;
    options.log.push(entry);
    const settle = onceSettled(response);
    // Begun at once: a handler that waits before it reads would miss the events of a request that is cut off.
    let body: Promise<Body> | undefined;
    const call: Call = {
      method: entry.method,
      path,
      headers: request.headers,
      origin,
      requestId,
      clientRequestId,
      at: entry.at.getTime(),
      body: (limit) => (body ??= readBody(request, limit)),
      whenSettled: settle.add,
      about: (mailbox) => {
        entry.mailbox = mailbox;
      },
      note: (notes) => {
        Object.assign(entry, notes);
      },
    };
    const finish = (answer: Answer): void => {
      if (answer.instead) options.log.answered(entry, answer, request.headers['content-type'], body);
      if (answer.instead === 'silence') return;
      if (answer.instead === 'reset') {
        settle.run();
        options.reset(request.socket.remotePort);
        return;
      }
      if (response.destroyed) entry.instead = 'gone';
      else entry.status = answer.status;
      entry.durationMs = elapsed() - started;
      options.log.answered(entry, answer, request.headers['content-type'], body);
      options.answered(answer);
      settle.run();
      const headers = {
        'request-id': requestId,
        'client-request-id': clientRequestId ?? requestId,
        // Node's own would tell the machine's time.
        date: httpDate(options.now()),
      };
      if (answer.drip) dripAnswer(response, answer, headers, { ms: answer.drip, timers: options.timers });
      else writeAnswer(response, answer, headers);
    };
    const torn = options.tornEarly(call);
    if (torn) {
      Object.assign(entry, { fault: torn.fault, delivered: false });
      tearRequest(request, torn.after, () => finish({ status: 0, instead: 'reset' }));
      return;
    }
    options.answer(call).then(
      (answer) => {
        if (answer.fault !== undefined) entry.fault = answer.fault;
        if (answer.delay) options.timers.after(answer.delay, () => finish(answer));
        // All that is ready goes out together: waking the client for each answer costs more than the answer.
        else setImmediate(() => finish(answer));
      },
      (error: unknown) => {
        // There is no client left to answer when it has gone away; anything else is a fault of the sandbox itself.
        if (!response.destroyed && request.complete) finish({ status: 500, body: String(error) });
      },
    );
  };
}

const FOREIGN_HOST =
  'The Host of this request is none of the sandbox. More names are given with --name (option "names").\n';

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

let second = Number.NaN;
let text = '';

/** A time as the header `Date` has it (RFC 9110 §5.6.7). Written once for all answers of a second. */
function httpDate(ms: number): string {
  const now = Math.floor(ms / 1000);
  if (now !== second) {
    second = now;
    text = new Date(ms).toUTCString();
  }
  return text;
}

/** Runs `tear` at once, or when half of the request's body has come; of a body of unknown length the first bytes do. */
function tearRequest(request: IncomingMessage, after: 'head' | 'half', tear: () => void): void {
  const half = Math.max(1, Math.floor(Number(request.headers['content-length'] ?? 0) / 2));
  if (after === 'head') {
    tear();
    return;
  }
  let received = 0;
  const read = (chunk: Buffer): void => {
    received += chunk.length;
    if (received < half) return;
    request.off('data', read);
    tear();
  };
  request.on('data', read);
  // A request that says it has no body would otherwise wait for ever.
  request.on('end', () => received < half && tear());
}
