import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  read as readSome,
  unlinkSync,
  write as writeSome,
} from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const read = promisify(readSome);
const write = promisify(writeSome);

/** What a process knows of itself, by which another one tells later whether it has ended. */
interface ProcessFacts {
  pid: number;
  /** Where its pid means what it means here: machine, its last start and PID namespace; `undefined` where that cannot be told. */
  pidScope: string | undefined;
}

/** What the system is asked; tests answer in its stead. */
export interface TemporaryFileSystem {
  facts(): ProcessFacts;
  /** Whether a process of this PID scope has ended, for certain. */
  hasEnded(pid: number): boolean;
  /** Takes the name from a file that is open. Fails where the system keeps names as long as files are open. */
  unlinkOpen(file: string): void;
}

/** @internal */
export const temporaryFileSystem: TemporaryFileSystem = {
  facts: () => ({ pid: process.pid, pidScope: currentPidScope() }),
  hasEnded(pid) {
    try {
      process.kill(pid, 0);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  },
  unlinkOpen: unlinkSync,
};

/**
 * A file of this process alone. Its name is taken away before anything is written, so that its content is gone with the
 * process, however that ends. Where the system does not allow that, the name tells which process made it (see
 * {@link sweepTemporaryFiles}).
 */
export class TemporaryFile {
  readonly #fd: number;
  /** Where the file still has its name. */
  readonly #name: string | undefined;
  /** The last operation: one at a time, as some runtimes seek and read separately. */
  #last: Promise<unknown> = Promise.resolve();
  #size = 0;
  #closed: Promise<void> | undefined;

  /** Synchronous, so that no end of the process comes between opening and taking the name away. */
  constructor(system: TemporaryFileSystem = temporaryFileSystem) {
    const { pid, pidScope = 'x' } = system.facts();
    const name = path.join(tmpdir(), `graph-mail-${pidScope}-${pid}-${randomBytes(8).toString('hex')}`);
    this.#fd = openSync(name, 'wx+', 0o600);
    let left: string | undefined;
    try {
      system.unlinkOpen(name);
    } catch {
      left = name;
    }
    this.#name = left;
  }

  /** Bytes written. */
  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#next(async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await write(this.#fd, bytes, done, bytes.length - done, this.#size);
        done += bytesWritten;
        this.#size += bytesWritten;
      }
    });
  }

  /** Up to `length` bytes, fewer only where the file ends. */
  read(position: number, length: number): Promise<Buffer> {
    return this.#next(async () => {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await read(this.#fd, buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    });
  }

  /** Deletes it, once what was begun has ended. Never rejects; harmless when called again. */
  remove(): Promise<void> {
    this.#closed ??= this.#last
      .then(() => {
        closeSync(this.#fd);
        return this.#name === undefined ? undefined : unlink(this.#name);
      })
      .catch(() => {});
    return this.#closed;
  }

  #next<T>(operation: () => Promise<T>): Promise<T> {
    // Its number may by now be that of another file.
    if (this.#closed) return Promise.reject(new Error('the temporary file is deleted already'));
    const result = this.#last.then(operation);
    this.#last = result.catch(() => {});
    return result;
  }
}

const nameOfFile = /^graph-mail-([0-9a-f]{16})-(\d{1,10})-[0-9a-f]{16}$/;

/**
 * Deletes what ended processes of this PID scope left behind. What it cannot tell for certain it leaves. Never rejects.
 */
export async function sweepTemporaryFiles(system: TemporaryFileSystem = temporaryFileSystem): Promise<void> {
  const directory = tmpdir();
  const { pid: own, pidScope: here } = system.facts();
  if (here === undefined) return;
  for (const name of await readdir(directory).catch(() => [])) {
    const [, scope, pid] = nameOfFile.exec(name) ?? [];
    // A pid that was given to another process meanwhile counts as running: the file waits for a later sweep.
    if (scope !== here || Number(pid) === own || !system.hasEnded(Number(pid))) continue;
    await unlink(path.join(directory, name)).catch(() => {});
  }
}

let known: { pidScope: string | undefined } | undefined;

function currentPidScope(): string | undefined {
  known ??= { pidScope: readPidScope(process.platform) };
  return known.pidScope;
}

function readPidScope(platform: NodeJS.Platform): string | undefined {
  const parts = [hostname()];
  // Containers of one machine may share the folder, and count their processes each anew.
  if (platform === 'linux') {
    try {
      parts.push(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid'));
    } catch {
      return undefined;
    }
  } else if (platform !== 'win32' && platform !== 'darwin') return undefined;
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}
