import type { IncomingMessage } from 'node:http';

export interface Body {
  /** Empty when the body was larger than the limit. */
  bytes: Buffer;
  tooLarge: boolean;
}

/**
 * The whole body, or the news that it was too large. A body over the limit is read to its end and thrown away: a client
 * that is still writing could otherwise never read the refusal. Rejects when the client goes away before the end.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else if (chunks.length > 0) chunks = [];
    });
    request.on('end', () => {
      const tooLarge = size > limit;
      const [only] = chunks;
      resolve({ bytes: chunks.length === 1 && only ? only : Buffer.concat(chunks), tooLarge });
    });
    request.on('error', reject);
    request.on('close', () => {
      // Comes after every request; an Error for each would cost more than the rest of the reading.
      if (!request.complete) reject(new Error('The client went away before its request was complete.'));
    });
  });
}
