import { Readable } from 'node:stream';
import { checkContent } from '../content-value.js';
import type { ComposedNode } from './compose.js';

/**
 * Refuses content that nobody can read, and puts a check in front of every content stream. Nodemailer throws outside of every callback on a stream in object mode
 * that gives anything but text or bytes, and its versions before 10 wait for ever for one that was destroyed, and take
 * one that was read before for an empty one.
 * @throws GraphMailError `ESTREAM` or `EMESSAGE`
 */
export function checkContentStreams(node: ComposedNode, raw: unknown, known = new Map<Readable, Readable>()): void {
  // Plugins may have put it there, after the message's data was checked.
  checkContent('content', node.content);
  checkContent('raw', (node as { _raw?: unknown })._raw);
  if (isStream(raw)) node.setRaw?.(checked(raw));
  if (isStream(node.content)) {
    const source = node.content;
    // A calendar event stands in a message twice, and Nodemailer reads its stream once for both when marked like this.
    const marked = source as { _resolve?: unknown };
    const one =
      known.get(source) ?? Object.assign(checked(source), '_resolve' in marked && { _resolve: marked._resolve });
    known.set(source, one);
    node.content = one;
  }
  for (const child of node.childNodes ?? []) checkContentStreams(child, undefined, known);
}

/** As Nodemailer tells a stream from other content. */
export function isStream(value: unknown): value is Readable {
  return typeof value === 'object' && value !== null && typeof (value as Readable).pipe === 'function';
}

/** Reads nothing before it is read itself, so that errors come when somebody listens. */
function checked(source: Readable): Readable {
  return Readable.from(chunksOf(source), { objectMode: false });
}

/** Streams that are being read: a second reader would get only what the first leaves. */
const taken = new WeakSet<Readable>();

async function* chunksOf(source: Readable): AsyncGenerator<string | Uint8Array> {
  if (source.readableEnded || taken.has(source))
    throw new Error('the content stream was read before, by this or another message');
  taken.add(source);
  // Streams of an older make can be read by events only.
  const readable = Symbol.asyncIterator in source ? source : new Readable().wrap(source);
  for await (const chunk of readable as AsyncIterable<unknown>) {
    if (typeof chunk !== 'string' && !ArrayBuffer.isView(chunk)) {
      throw new TypeError(`the content stream gave ${typeof chunk}, where text or bytes are wanted`);
    }
    const bytes = typeof chunk === 'string' ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (bytes.length > 0) yield bytes;
  }
}
