import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GraphMailError } from '../errors.js';
import { bytesSource, type ContentSource, fileSource, streamOf } from './content-source.js';

/** Bytes that are kept in memory; what is longer goes to a file. */
const inMemory = 256 * 1024;

/**
 * Keeps content that can be read only once, and whose size is not known before it was read. Files are the process's own:
 * a directory that nobody else may enter, deleted with {@link Spool.release}.
 */
export class Spool {
  #directory: Promise<string> | undefined;
  #files = 0;

  /**
   * Reads content to its end.
   * @param most bytes beyond which reading stops
   * @returns `undefined` for content that is longer
   * @throws GraphMailError `ESTREAM` when it cannot be kept; whatever reading it throws
   */
  async keep(content: AsyncIterable<Buffer>, most: number): Promise<ContentSource | undefined> {
    let chunks: Buffer[] = [];
    let size = 0;
    let file: FileHandle | undefined;
    let name = '';
    try {
      for await (const chunk of content) {
        size += chunk.length;
        if (size > most) return undefined;
        chunks.push(chunk);
        if (!file && size <= inMemory) continue;
        if (!file) {
          name = path.join(await this.#open(), String(++this.#files));
          file = await open(name, 'wx', 0o600).catch(unkept);
        }
        for (const bytes of chunks) await file.appendFile(bytes).catch(unkept);
        chunks = [];
      }
    } finally {
      await file?.close();
    }
    if (!file) return bytesSource(Buffer.concat(chunks, size));
    const source = await fileSource(name);
    return source && { ...source, stream: () => streamOf(source) };
  }

  /** Deletes all files; harmless when called again. */
  async release(): Promise<void> {
    const directory = await this.#directory?.catch(() => undefined);
    if (directory !== undefined) await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }

  #open(): Promise<string> {
    this.#directory ??= mkdtemp(path.join(tmpdir(), 'graph-mail-')).catch(unkept);
    return this.#directory;
  }
}

function unkept(cause: unknown): never {
  throw new GraphMailError(`An attachment could not be kept in a temporary file: ${(cause as Error).message}`, {
    code: 'ESTREAM',
    command: 'API',
    hint: `Streams and URLs of large messages are kept in ${tmpdir()} while they are sent. Make room there, or set TMPDIR.`,
    cause,
  });
}
