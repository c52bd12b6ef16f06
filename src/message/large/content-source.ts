import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { contentError } from '../compose/compose.js';

/** Content of known size that can be read in pieces, and more than once. */
export interface ContentSource {
  /** Bytes. */
  size: number;
  /**
   * Exactly `length` bytes.
   * @throws GraphMailError `ESTREAM`
   */
  read(position: number, length: number): Promise<Buffer>;
  /** For Nodemailer, where it cannot have the content itself. */
  stream?(): Readable;
}

export function bytesSource(content: string | Uint8Array): ContentSource {
  let bytes: Buffer | undefined;
  return {
    size: Buffer.byteLength(content),
    async read(position, length) {
      bytes ??= asBuffer(content);
      if (position + length > bytes.length) throw changed('The content of an attachment');
      return bytes.subarray(position, position + length);
    },
  };
}

function asBuffer(content: string | Uint8Array): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** @returns `undefined` for what says no size: pipes, devices, and what the system makes up when it is read */
export async function fileSource(path: string): Promise<ContentSource | undefined> {
  const found = await stat(path).catch(unreadable);
  if (!found.isFile() || found.size === 0) return undefined;
  const read = async (position: number, length: number): Promise<Buffer> => {
    const file = await open(path).catch(unreadable);
    try {
      const { size, mtimeMs, ino } = await file.stat();
      if (size !== found.size || mtimeMs !== found.mtimeMs || ino !== found.ino) throw changed(`The file ${path}`);
      const buffer = Buffer.allocUnsafe(length);
      for (let filled = 0; filled < length; ) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) throw changed(`The file ${path}`);
        filled += bytesRead;
      }
      return buffer;
    } catch (error) {
      return unreadable(error);
    } finally {
      await file.close();
    }
  };
  return { size: found.size, read };
}

/** The whole content as a stream, which opens nothing before it is read. */
export function streamOf(source: ContentSource): Readable {
  return Readable.from(pieces(source), { objectMode: false });
}

async function* pieces({ size, read }: ContentSource): AsyncGenerator<Buffer> {
  const piece = 128 * 1024;
  for (let position = 0; position < size; position += piece)
    yield await read(position, Math.min(piece, size - position));
}

function unreadable(error: unknown): never {
  throw isGraphMailError(error) ? error : contentError(error);
}

function changed(what: string): GraphMailError {
  return new GraphMailError(`${what} was changed while it was sent.`, {
    code: 'ESTREAM',
    command: 'API',
    hint: 'Attach files that nobody writes to any more; then send the message again.',
  });
}
