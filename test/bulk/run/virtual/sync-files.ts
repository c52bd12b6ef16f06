import * as fs from 'node:fs';
import type { FileOperations } from '../../../../src/bulk/common/file-operations.js';

/**
 * The real disk without waiting: every operation is done at once, so that no virtual time can pass meanwhile. Without the
 * synchronising, which nothing here depends on.
 */
export function syncFiles(now: () => number, onWrite: (text: string) => void = () => {}): FileOperations {
  return {
    open: async (path, flags, mode) => {
      const handle = fs.openSync(path, flags, mode);
      return {
        read: async (buffer, offset, length, position) => ({
          bytesRead: fs.readSync(handle, buffer, offset, length, position),
        }),
        write: async (buffer, offset, length) => {
          const bytesWritten = fs.writeSync(handle, buffer, offset, length);
          onWrite(Buffer.from(buffer.subarray(offset, offset + length)).toString());
          return { bytesWritten };
        },
        truncate: async (length) => fs.ftruncateSync(handle, length),
        datasync: async () => {},
        sync: async () => {},
        stat: async (options) => fs.fstatSync(handle, options),
        close: async () => fs.closeSync(handle),
      };
    },
    mkdir: async (path, options) => fs.mkdirSync(path, options),
    // In virtual time, what is there has always just been written.
    stat: async (path, options) => {
      const { dev, ino, nlink, size } = fs.statSync(path, options);
      return { dev, ino, nlink, size, mtimeMs: BigInt(Math.floor(now())) };
    },
    statfs: async (path) => fs.statfsSync(path),
    readdir: async (path) => fs.readdirSync(path),
    rename: async (from, to) => fs.renameSync(from, to),
    link: async (existing, path) => fs.linkSync(existing, path),
    unlink: async (path) => fs.unlinkSync(path),
  };
}
