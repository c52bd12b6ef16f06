import { Readable } from 'node:stream';
import type { ComposedNode } from './compose.js';

/**
 * Puts a check in front of every content stream. Nodemailer throws outside of every callback on a stream in object mode
 * that gives anything but text or bytes, and its versions before 10 wait for ever for one that was destroyed, and take
 * one that was read before for an empty one.
 */
export function checkContentStreams(node: ComposedNode, raw: unknown): void {
  if (raw instanceof Object && isStream(raw)) node.setRaw?.(checked(raw));
  if (isStream(node.content)) node.content = checked(node.content);
  for (const child of node.childNodes ?? []) checkContentStreams(child, undefined);
}

function isStream(value: unknown): value is Readable {
  return typeof value === 'object' && value !== null && typeof (value as Readable).pipe === 'function';
}

/** Reads nothing before it is read itself, so that errors come when somebody listens. */
function checked(source: Readable): Readable {
  return Readable.from(chunksOf(source), { objectMode: false });
}

async function* chunksOf(source: Readable): AsyncGenerator<string | Uint8Array> {
  if (source.readableEnded) throw new Error('the content stream was read before');
  for await (const chunk of source as AsyncIterable<unknown>) {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
      throw new TypeError(`the content stream gave ${typeof chunk}, where text or bytes are wanted`);
    }
    if (chunk.length > 0) yield chunk;
  }
}
