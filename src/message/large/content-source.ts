import { open, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { contentError } from '../compose/nodemailer-streams.js';
import { sweepTemporaryFiles, TemporaryFile } from './temporary-file.js';

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

/**
 * The whole content as a stream, which opens nothing before it is read.
 * @internal
 */
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

/** Bytes that are kept in memory; what is longer goes to a file. */
const inMemory = 256 * 1024;

/** The folders for temporary files that were looked through for what ended processes left. */
const swept = new Set<string>();

/** Keeps content that can be read only once, and whose size is not known before it was read. */
export class Spool {
  readonly #files = new Set<TemporaryFile>();

  /**
   * Reads content to its end.
   * @param most bytes beyond which reading stops
   * @returns `undefined` for content that is longer
   * @throws GraphMailError `ESTREAM` when it cannot be kept; whatever reading it throws
   */
  async keep(content: AsyncIterable<Buffer>, most: number): Promise<ContentSource | undefined> {
    let chunks: Buffer[] = [];
    let size = 0;
    let file: TemporaryFile | undefined;
    for await (const chunk of content) {
      size += chunk.length;
      if (size > most) {
        await file?.remove();
        return undefined;
      }
      chunks.push(chunk);
      if (!file && size <= inMemory) continue;
      file ??= this.#open();
      for (const bytes of chunks) await file.append(bytes).catch(unkept);
      chunks = [];
    }
    return file ? sourceOf(file) : bytesSource(Buffer.concat(chunks, size));
  }

  /** Deletes all files; harmless when called again. */
  async release(): Promise<void> {
    await Promise.all([...this.#files].map((file) => file.remove()));
    this.#files.clear();
  }

  #open(): TemporaryFile {
    const directory = tmpdir();
    if (!swept.has(directory)) {
      swept.add(directory);
      void sweepTemporaryFiles();
    }
    try {
      const file = new TemporaryFile();
      this.#files.add(file);
      return file;
    } catch (cause) {
      return unkept(cause);
    }
  }
}

function sourceOf(file: TemporaryFile): ContentSource {
  const source: ContentSource = {
    size: file.size,
    async read(position, length) {
      const bytes = await file.read(position, length).catch(unkept);
      if (bytes.length === length) return bytes;
      return unkept(new Error('its temporary file is shorter than what was written to it'));
    },
  };
  return { ...source, stream: () => streamOf(source) };
}

function unkept(cause: unknown): never {
  throw new GraphMailError(`An attachment could not be kept in a temporary file: ${(cause as Error).message}`, {
    code: 'ESTREAM',
    command: 'API',
    hint: `Streams and URLs of large messages are kept in ${tmpdir()} while they are sent. Make room there, or set TMPDIR.`,
    cause,
  });
}
