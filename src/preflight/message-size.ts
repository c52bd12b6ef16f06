import { stat } from 'node:fs/promises';
import { clearTimeout, setTimeout } from '../common/timers.js';
import { base64LinesSize, toCrlf } from '../message/compose/encodings.js';
import type { PartSize } from './finding.js';
import { type MimeTree, shadowOf } from './mail-view.js';

/** A part whose size is known. */
export interface MeasuredPart extends PartSize {
  node: MimeTree;
  /** Bytes of MIME that it takes, with its own header and boundary. */
  mime: number;
}

/** What a message will be long, as far as that can be told without reading its streams, files and URLs. */
export interface MessageSize {
  /** Bytes of MIME of everything whose size is known. */
  mime: number;
  /** Parts whose size is known, as large as before encoding. */
  parts: MeasuredPart[];
  /** Names of the parts whose size is not known beforehand. */
  unknown: string[];
}

/** A file whose size is still to be asked for. */
interface FilePart {
  name: string;
  node: MimeTree;
  path: string;
  encoding: string;
  /** Bytes of MIME that its header and boundary take. */
  around: number;
}

/** A message measured as far as that needs no I/O. */
export interface MeasuredMessage extends MessageSize {
  files: FilePart[];
}

/**
 * Measures what is in memory. The message is not touched, and its streams are not.
 * @param header bytes of the root's header, which was built before
 */
export function measure(root: MimeTree, header: number, fileAccess: boolean): MeasuredMessage {
  const measured: MeasuredMessage = { mime: 0, parts: [], unknown: [], files: [] };
  const add = (name: string, node: MimeTree, content: unknown, encoding: string, around = 0) => {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      const bytes =
        typeof content === 'string' ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
      const encoded = encodedSizeOf(bytes, encoding);
      measured.mime += encoded;
      measured.parts.push({ name, node, size: Buffer.byteLength(bytes), mime: around + encoded });
      return;
    }
    const { path, href, pipe } = content as { path?: unknown; href?: unknown; pipe?: unknown };
    if (fileAccess && typeof path === 'string' && !href && typeof pipe !== 'function')
      measured.files.push({ name, node, path, encoding, around });
    else measured.unknown.push(name);
  };
  const walk = (given: MimeTree, before: number): void => {
    if (given._raw) {
      measured.mime += before;
      add(given === root ? 'the raw message' : 'a raw part', given, given._raw, '');
      return;
    }
    const node = given === root ? root : shadowOf(given);
    const head = given === root ? header : Buffer.byteLength(node.buildHeaders()) + 4;
    measured.mime += before + head;
    if (node.content) {
      const name = node.filename ? `'${node.filename}'` : `the ${node.contentType ?? 'text'} part`;
      // The header of the message stays where its one part is taken out.
      add(name, given, node.content, node.getTransferEncoding() || '', given === root ? 0 : before + head);
    }
    const delimiter = `\r\n--${node.boundary}\r\n`.length;
    for (const child of node.childNodes) walk(child, delimiter);
    if (node.boundary) measured.mime += delimiter + 2;
  };
  walk(root, 0);
  if (root._transforms?.length) measured.unknown.push("what a plugin's transform makes of the message");
  return measured;
}

/** Milliseconds to wait for the sizes of files: a mail is not held up by a file system that does not answer. */
const statTimeout = 1_000;

/** Completes the measure with the sizes of files. Never fails: a file that cannot be looked at has no known size. */
export async function withFiles({ files, ...known }: MeasuredMessage): Promise<MessageSize> {
  const size: MessageSize = { ...known, parts: [...known.parts], unknown: [...known.unknown] };
  const sizes = await Promise.all(files.map(({ path }) => sizeOfFile(path)));
  files.forEach(({ name, node, encoding, around }, i) => {
    const bytes = sizes[i];
    if (bytes === undefined) {
      size.unknown.push(name);
      return;
    }
    const encoded = encodedSize(bytes, encoding);
    size.mime += encoded;
    size.parts.push({ name, node, size: bytes, mime: around + encoded });
  });
  return size;
}

function sizeOfFile(path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, statTimeout, undefined);
    stat(path)
      .then((found) => (found.isFile() ? found.size : undefined))
      .catch(() => undefined)
      .then((size) => {
        clearTimeout(timer);
        resolve(size);
      });
  });
}

/** Bytes that `size` bytes of content take in a message; exact for base64 (lines of 76, RFC 2045 §6.8). */
function encodedSize(size: number, encoding: string): number {
  if (encoding === 'base64') return base64LinesSize(size);
  // Of text whose letters are not known: mostly ASCII, broken once a line.
  return encoding === 'quoted-printable' ? Math.ceil(size * 1.05) : size;
}

/** The same of content that is at hand, its line ends made CRLF. */
function encodedSizeOf(content: string | Buffer, encoding: string): number {
  if (encoding === 'base64') return encodedSize(Buffer.byteLength(content), encoding);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return encoding === 'quoted-printable' ? quotedPrintableSize(bytes) : toCrlf(bytes).length;
}

/** RFC 2045 §6.7, with lines as long as they may be: a few bytes fewer than an encoder makes of it. */
function quotedPrintableSize(bytes: Buffer): number {
  let size = 0;
  let line = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x0a || byte === 0x0d) {
      if (byte === 0x0d && bytes[i + 1] === 0x0a) i++;
      size += 2;
      line = 0;
      continue;
    }
    const plain = (byte >= 0x20 && byte <= 0x7e && byte !== 0x3d) || byte === 0x09;
    const width = plain ? 1 : 3;
    if (line + width > 75) {
      // A soft line break: '=' and CRLF.
      size += 3;
      line = 0;
    }
    size += width;
    line += width;
  }
  return size;
}
