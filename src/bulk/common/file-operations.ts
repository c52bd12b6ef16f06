import * as fs from 'node:fs';
import * as files from 'node:fs/promises';
import { promisify } from 'node:util';
import { makeFolder } from '../../common/make-folder.js';

/** What tells a file from all others, and how much is in it. In bigints: inodes of 64 bits are no safe integers. */
export interface FileFacts {
  readonly dev: bigint;
  readonly ino: bigint;
  /** 0 when the file was deleted and is still open. */
  readonly nlink: bigint;
  readonly size: bigint;
  readonly mtimeMs: bigint;
}

/** An open file: the part of Node's `FileHandle` that a journal needs. */
export interface OpenFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  /** May write less than it is given. */
  write(buffer: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  datasync(): Promise<void>;
  stat(options: { bigint: true }): Promise<FileFacts>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The part of `node:fs/promises` that a journal needs; tests let single operations fail. */
export interface FileOperations {
  open(path: string, flags: string | number, mode?: number): Promise<OpenFile>;
  mkdir(path: string, options: { recursive: true; mode: number }): Promise<unknown>;
  stat(path: string, options: { bigint: true }): Promise<FileFacts>;
  /** `type` as statfs(2) gives it; it says something on Linux only. */
  statfs(path: string): Promise<{ type: number }>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

const fsync = promisify(fs.fsync);
const fdatasync = promisify(fs.fdatasync);

/**
 * Opens a file as `node:fs/promises` does, with `sync` and `datasync` that work everywhere: those of the `FileHandle` are
 * missing under Yarn Plug'n'Play, which puts its own file system in the place of Node's.
 */
export async function openFile(path: string, flags: string | number, mode?: number): Promise<files.FileHandle> {
  const handle = await files.open(path, flags, mode);
  return Object.assign(handle, { sync: () => fsync(handle.fd), datasync: () => fdatasync(handle.fd) });
}

export const systemFiles: FileOperations = {
  ...files,
  open: openFile,
  mkdir: (folder, { mode }) => makeFolder(folder, mode),
};

/** The code of an error of the file system, as `'ENOENT'`. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

export async function removeIfThere(file: string, files: FileOperations): Promise<void> {
  try {
    await files.unlink(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Writes all of it, however little the system takes at a time. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written);
    if (bytesWritten === 0) throw new Error('the file system took nothing of what was to be written');
    written += bytesWritten;
  }
}

// Not every system lets folders be opened or synchronised; those that do not keep their entries safe in another way, or not
// at all. PostgreSQL's fsync_fname leaves out the same, and EPERM is what Windows says.
const noFolderSync = new Set(['EISDIR', 'EACCES', 'EPERM', 'EBADF', 'EINVAL', 'ENOTSUP']);

/** Makes a folder's entries durable: a file that was created or renamed in it survives a loss of power only then. */
export async function syncFolder(folder: string, files: FileOperations): Promise<void> {
  let opened: OpenFile | undefined;
  try {
    opened = await files.open(folder, 'r');
    await opened.sync();
  } catch (error) {
    if (!noFolderSync.has(errorCode(error) ?? '')) throw error;
  } finally {
    await opened?.close();
  }
}
