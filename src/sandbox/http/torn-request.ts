import type { IncomingMessage } from 'node:http';

/** Runs `tear` at once, or when half of the request's body has come; of a body of unknown length the first bytes do. */
export function tearRequest(request: IncomingMessage, after: 'head' | 'half', tear: () => void): void {
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
