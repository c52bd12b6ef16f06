import path from 'node:path';
import type { FileFacts, FileOperations, OpenFile } from '../../../src/bulk/common/file-operations.js';

interface Content {
  ino: bigint;
  /** What a process sees. */
  seen: Buffer;
  /** What is on the platter. */
  kept: Buffer;
}

let inodes = 0n;

/** What a power loss does to the bytes that were written, but not synchronised. */
export type Loss = (unsynced: Buffer) => Buffer;

/**
 * A disk with a write cache, in memory: what is not synchronised may be lost, in files and in folders.
 */
export class DiskModel implements FileOperations {
  #seen = new Map<string, Content>();
  #kept = new Map<string, Content>();
  /** Operations so far. */
  operations = 0;
  /** Called before every operation that changes something; what it throws is the operation's error. */
  beforeOperation: (name: string) => void = () => {};

  /** A disk with one file on it, safe and sound. */
  static holding(file: string, bytes: Buffer): DiskModel {
    const disk = new DiskModel();
    disk.#seen.set(file, { ino: ++inodes, seen: bytes, kept: bytes });
    disk.#kept = new Map(disk.#seen);
    return disk;
  }

  /** The disk after the power was gone for a moment. Entries of folders that were not synchronised are kept or not. */
  afterPowerLoss(keepsEntries: boolean, loss: Loss): DiskModel {
    const disk = new DiskModel();
    for (const [file, content] of keepsEntries ? this.#seen : this.#kept) {
      const grown = content.seen.subarray(0, content.kept.length).equals(content.kept);
      const kept = grown
        ? Buffer.concat([content.kept, loss(content.seen.subarray(content.kept.length))])
        : keepsEntries
          ? content.seen
          : content.kept;
      disk.#seen.set(file, { ino: content.ino, seen: kept, kept });
    }
    disk.#kept = new Map(disk.#seen);
    return disk;
  }

  contentOf(file: string): Buffer | undefined {
    return this.#seen.get(file)?.seen;
  }

  async open(file: string, flags: string | number, _mode?: number): Promise<OpenFile> {
    if (flags === 'wx') {
      this.#operate('create');
      if (this.#seen.has(file)) throw fault('EEXIST');
      this.#seen.set(file, { ino: ++inodes, seen: Buffer.alloc(0), kept: Buffer.alloc(0) });
    }
    const content = this.#seen.get(file);
    if (content) return this.#openFile(content);
    // Every folder is there; files have an extension.
    if (flags !== 'r' || path.extname(file) !== '') throw fault('ENOENT');
    return this.#openFolder(file);
  }

  async mkdir(): Promise<void> {
    this.#operate('mkdir');
  }

  async stat(file: string): Promise<FileFacts> {
    const content = this.#seen.get(file);
    if (!content) throw fault('ENOENT');
    return this.#factsOf(content);
  }

  async statfs(): Promise<{ type: number }> {
    return { type: 0xef53 };
  }

  async readdir(folder: string): Promise<string[]> {
    return [...this.#seen.keys()].filter((name) => path.dirname(name) === folder).map((name) => path.basename(name));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#operate('rename');
    const content = this.#seen.get(from);
    if (!content) throw fault('ENOENT');
    this.#seen.set(to, content);
    this.#seen.delete(from);
  }

  async link(existing: string, file: string): Promise<void> {
    this.#operate('link');
    const content = this.#seen.get(existing);
    if (!content) throw fault('ENOENT');
    if (this.#seen.has(file)) throw fault('EEXIST');
    this.#seen.set(file, content);
  }

  async unlink(file: string): Promise<void> {
    if (!this.#seen.has(file)) throw fault('ENOENT');
    this.#operate('unlink');
    this.#seen.delete(file);
  }

  #operate(name: string): void {
    this.beforeOperation(name);
    this.operations++;
  }

  #factsOf({ ino, seen }: Content): FileFacts {
    return { dev: 1n, ino, nlink: 1n, size: BigInt(seen.length), mtimeMs: 0n };
  }

  #openFile(content: Content): OpenFile {
    return {
      stat: async () => this.#factsOf(content),
      read: async (buffer, offset, length, position) => {
        const bytes = content.seen.subarray(position, position + length);
        buffer.set(bytes, offset);
        return { bytesRead: bytes.length };
      },
      write: async (buffer, offset, length) => {
        this.#operate('write');
        content.seen = Buffer.concat([content.seen, buffer.subarray(offset, offset + length)]);
        return { bytesWritten: length };
      },
      truncate: async (length) => {
        this.#operate('truncate');
        content.seen = content.seen.subarray(0, length);
      },
      datasync: async () => {
        this.#operate('datasync');
        content.kept = content.seen;
      },
      sync: async () => {
        this.#operate('sync');
        content.kept = content.seen;
      },
      close: async () => {},
    };
  }

  #openFolder(folder: string): OpenFile {
    const refuse = async () => {
      throw fault('EISDIR');
    };
    return {
      stat: refuse,
      read: refuse,
      write: refuse,
      truncate: refuse,
      datasync: refuse,
      sync: async () => {
        this.#operate('sync');
        for (const name of [...this.#kept.keys()]) if (path.dirname(name) === folder) this.#kept.delete(name);
        for (const [name, content] of this.#seen) if (path.dirname(name) === folder) this.#kept.set(name, content);
      },
      close: async () => {},
    };
  }
}

export function fault(code: string): Error {
  return Object.assign(new Error(`${code}: said by the test`), { code });
}
