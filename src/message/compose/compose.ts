import { Writable } from 'node:stream';
import { isUint8Array } from 'node:util/types';
import { unlessAborted } from '../../common/abort.js';
import { isGraphMailError } from '../../common/errors.js';
import { inTurn } from '../../common/event-loop.js';
import { BufferPool, large } from '../common/buffer-pool.js';
import type { ComposedNode } from '../common/types.js';
import { type ByteRange, base64LinesSize, markCrlf, quotedPrintable, writeBase64Lines } from './encodings.js';
import { type ComposeLimits, checkNodemailersTimers, contentError, readMime, tooLarge } from './nodemailer-streams.js';

/**
 * Builds a message into one buffer, Bcc kept. Buffered and not streamed, because a retry must send the same bytes.
 * @throws GraphMailError `ESTREAM`, `ETIMEDOUT`, `EABORT`, `EFILEACCESS` or `EURLACCESS`, not sent
 */
export async function composeMime(node: ComposedNode, limits: ComposeLimits): Promise<Buffer | typeof tooLarge> {
  node.keepBcc = true;
  const composing = composeInMemory(node, limits.maxSize, limits.memory);
  if (!composing) return readMime(node, limits);
  const composed = composing.catch((error: unknown) => {
    throw isGraphMailError(error) ? error : contentError(error);
  });
  return (await unlessAborted(composed, limits.signal)) ?? tooLarge;
}

/** The part of Nodemailer's MimeNode that its own `stream()` uses, in all its versions. */
interface MimeNode extends ComposedNode {
  childNodes: MimeNode[];
  content?: string | Uint8Array;
  /** Set by `buildHeaders()`, like the two that follow. */
  contentType?: string;
  multipart?: string | false;
  boundary?: string | false;
  newline?: unknown;
  getHeader(key: string): unknown;
  buildHeaders(): string;
  stream(output: Writable, options: object, done: (error?: Error | null) => void): void;
  _raw?: unknown;
  _transforms: unknown[];
  _processFuncs: unknown[];
}

/** A piece of a message, which is written when its offset is known. */
interface Piece {
  size: number;
  /** Whether all its line ends are CRLF. */
  crlf?: true;
  write(target: Buffer, at: number): void;
}

/**
 * Composes a message without Nodemailer's streams, which cost more than all the rest of a small message, into the bytes that
 * they would give: headers and the choice of encodings are Nodemailer's own work. Gives `undefined` for a message that needs
 * the streams, and `null` for one of more than `maxSize` bytes.
 * @throws what Nodemailer throws
 */
function composeInMemory(
  root: ComposedNode,
  maxSize: number,
  memory = new BufferPool(),
): Promise<Buffer | null> | undefined {
  return isInMemory(root) ? join(root, maxSize, memory) : undefined;
}

async function join(root: MimeNode, maxSize: number, memory: BufferPool): Promise<Buffer | null> {
  const pieces: Piece[] = [];
  await collect(root, pieces, maxSize, memory);
  const size = sizeOf(pieces);
  if (size > maxSize) return null;
  if (size >= large) await inTurn();
  const buffer = memory.take(size + 2);
  const clean: ByteRange[] = [];
  let at = 0;
  for (const piece of pieces) {
    piece.write(buffer, at);
    if (piece.crlf) clean.push([at, at + piece.size]);
    at += piece.size;
  }
  const message = buffer.subarray(0, size + endLine(buffer, size));
  markCrlf(message, clean);
  return message.length > maxSize ? null : message;
}

/** Ends the last line where it is open, as Nodemailer does it; returns how many bytes that took. */
function endLine(message: Buffer, size: number): number {
  const last = message[size - 1];
  if (last === 0x0a) return 0;
  return message.write(last === 0x0d ? '\n' : '\r\n', size);
}

/** In the order of Nodemailer's `stream()`. */
async function collect(node: MimeNode, pieces: Piece[], maxSize: number, memory: BufferPool): Promise<void> {
  const headers = node.buildHeaders();
  // Put there by a name of a header field that could not be made: see protectParts.
  if ((node.content as unknown) instanceof Error) throw node.content;
  const body = bodyOf(node, memory);
  if (!body) {
    // No encoding makes less of any content, so what is too large already need not be written to be known as such.
    const least = node.content?.length ?? 0;
    if (sizeOf(pieces) + least > maxSize) pieces.push({ size: least, write: () => {} });
    else pieces.push(...(await streamed(node, headers)).map(plain));
    return;
  }
  pieces.push(text(`${headers}\r\n\r\n`), body);
  if (!node.multipart) return;
  for (const [i, child] of node.childNodes.entries()) {
    pieces.push(text(`${i > 0 ? '\r\n' : ''}--${node.boundary}\r\n`));
    await collect(child, pieces, maxSize, memory);
  }
  pieces.push(text(`\r\n--${node.boundary}--\r\n`));
}

/** The content of a node in its encoding, or `undefined` where versions of Nodemailer encode it differently. */
function bodyOf(node: MimeNode, memory: BufferPool): Piece | undefined {
  const { content } = node;
  if (!content) return text('');
  // Building the header has put there what getTransferEncoding() says, which is slow for long texts.
  switch (node.getHeader('Content-Transfer-Encoding')) {
    case 'base64':
      return base64Body(content, memory);
    case 'quoted-printable':
      return quotedPrintableBody(node, content);
    default:
      return plain(bytesOf(content));
  }
}

/** Some versions of 7 and 8 put 58 or 59 bytes into one line, and end the last of several lines when it is full. */
function base64Body(content: string | Uint8Array, memory: BufferPool): Piece | undefined {
  const bytes = bytesOf(content);
  const { length } = bytes;
  if (length === 58 || length === 59 || (length > 57 && length % 57 === 0)) return undefined;
  const encoded = typeof content === 'string' ? undefined : memory.encoded(content, () => encodedLines(bytes));
  return encoded ? { ...plain(encoded), crlf: true } : base64Lines(bytes);
}

/**
 * Version 10 encodes line ends of what is no text, breaks the line in front of spaces at the very end elsewhere, and takes
 * long texts in parts. Only a string is certain to be whole UTF-8 sequences.
 */
function quotedPrintableBody(node: MimeNode, content: string | Uint8Array): Piece | undefined {
  if (typeof content !== 'string' || !/^text\//.test(node.contentType ?? '')) return undefined;
  return /[ \t]$/.test(content) || Buffer.byteLength(content) > 64 * 1024 ? undefined : text(quotedPrintable(content));
}

/**
 * A node with all that is below it, written by Nodemailer. Its header is not built again, as that is not the same each time:
 * of two Content-Types, another one comes last.
 */
async function streamed(node: MimeNode, headers: string): Promise<Buffer[]> {
  checkNodemailersTimers();
  const built: MimeNode = Object.create(node, { buildHeaders: { value: () => headers } });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    built.stream(output, {}, (error) => (error ? reject(error) : resolve(chunks)));
  });
}

const sizeOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { size }) => sum + size, 0);

const text = (value: string): Piece => ({
  size: Buffer.byteLength(value),
  write: (target, at) => target.write(value, at),
});

const plain = (bytes: Buffer): Piece => ({ size: bytes.length, write: (target, at) => target.set(bytes, at) });

const base64Lines = (bytes: Buffer): Piece => ({
  size: base64LinesSize(bytes.length),
  crlf: true,
  write: (target, at) => writeBase64Lines(bytes, target, at),
});

function encodedLines(bytes: Buffer): Buffer {
  const encoded = Buffer.allocUnsafeSlow(base64LinesSize(bytes.length));
  writeBase64Lines(bytes, encoded, 0);
  return encoded;
}

function bytesOf(content: string | Uint8Array): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** Whether all content is at hand, and nothing was put between Nodemailer and its output. */
function isInMemory(node: ComposedNode): node is MimeNode {
  if (!isMimeNode(node) || node._raw || node.newline) return false;
  if (node._transforms.length > 0 || node._processFuncs.length > 0) return false;
  return isAtHand(node.content) && node.childNodes.every(isInMemory);
}

/** The methods that writing goes through. */
const methods = ['createReadStream', 'stream', '_getStream', 'buildHeaders', 'getHeader'];

/** Told by shape, as there are many copies of Nodemailer: an instance of that class itself, with all its methods untouched. */
function isMimeNode(node: ComposedNode): node is MimeNode {
  const type: unknown = Object.getPrototypeOf(node);
  if (typeof type !== 'object' || type === null) return false;
  const base: unknown = Object.getPrototypeOf(type);
  if (base === null || Object.getPrototypeOf(base) !== null) return false;
  const { childNodes, _transforms, _processFuncs } = node as MimeNode;
  if (![childNodes, _transforms, _processFuncs].every(Array.isArray)) return false;
  return methods.every((method) => Object.hasOwn(type, method) && !Object.hasOwn(node, method));
}

/** What makes Nodemailer take bytes for something else, or read a copy of them. */
const marks = ['pipe', 'path', 'href', '_resolve', '_resolvedValue'];

function isAtHand(content: unknown): boolean {
  if (!content || typeof content === 'string') return true;
  return isUint8Array(content) && marks.every((mark) => !(mark in content));
}
