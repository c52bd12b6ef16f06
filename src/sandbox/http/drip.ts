import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Answer, mayHaveBody } from './answer.js';
import type { Timers } from './timers.js';

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
