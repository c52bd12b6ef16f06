import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Timers } from './timers.js';

/** What a request is answered with. */
export interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
  /** Milliseconds to hold the answer back. */
  delay?: number;
  /** Milliseconds in which the body is written, piece by piece. Default: at once. */
  drip?: number;
  /** `'silence'` keeps the connection open without a word; `'reset'` tears it down. Status and body then never go out. */
  instead?: 'silence' | 'reset';
  /** Names the scripted fault that made this answer, for the request log. */
  fault?: string;
}

export function jsonAnswer(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function writeAnswer(response: ServerResponse, answer: Answer, headers: OutgoingHttpHeaders = {}): void {
  const body = answer.body ?? '';
  const hasBody = mayHaveBody(answer);
  const all = { ...headers, ...answer.headers };
  if (hasBody) all['content-length'] = Buffer.byteLength(body);
  response.writeHead(answer.status, all);
  response.end(hasBody ? body : undefined);
}

/** RFC 9110 §15.3.5 and §15.4.5. */
function mayHaveBody({ status }: Answer): boolean {
  return status !== 204 && status !== 304;
}

const PIECES = 10;

/**
 * Writes an answer slowly: its head at once, its body in pieces within `ms`. A body of no bytes is sent chunked, so that
 * its end can come as late.
 */
export function dripAnswer(
  response: ServerResponse,
  answer: Answer,
  headers: OutgoingHttpHeaders,
  { ms, timers }: { ms: number; timers: Timers },
): void {
  const body = Buffer.from((mayHaveBody(answer) && answer.body) || '');
  const length = body.length > 0 && { 'content-length': body.length };
  response.writeHead(answer.status, { ...headers, ...answer.headers, ...length });
  response.flushHeaders();
  const size = Math.ceil(body.length / PIECES);
  for (let piece = 1; piece <= PIECES; piece += 1) {
    timers.after((ms * piece) / PIECES, () => {
      if (response.destroyed) return;
      const bytes = body.subarray((piece - 1) * size, piece * size);
      if (bytes.length > 0) response.write(bytes);
      if (piece === PIECES) response.end();
    });
  }
}
