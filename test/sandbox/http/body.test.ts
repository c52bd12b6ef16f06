import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readBody } from '../../../src/sandbox/http/body.js';

const request = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as IncomingMessage;

it('a body up to the limit is given whole', async () => {
  expect(await readBody(request('ab', 'cd'), 4)).toEqual({ bytes: Buffer.from('abcd'), tooLarge: false });
  expect(await readBody(request(), 0)).toEqual({ bytes: Buffer.alloc(0), tooLarge: false });
});

it('of a body over the limit nothing is kept, though it is read to its end', async () => {
  const stream = request('ab', 'cd', 'e', 'f');
  expect(await readBody(stream, 4)).toEqual({ bytes: Buffer.alloc(0), tooLarge: true });
  expect(stream.readableEnded).toBe(true);
});
