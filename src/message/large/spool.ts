import { tmpdir } from 'node:os';
import { GraphMailError } from '../../common/errors.js';
import { bytesSource, type ContentSource, streamOf } from './content-source.js';
import { sweepTemporaryFiles, TemporaryFile } from './temporary-file.js';

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
