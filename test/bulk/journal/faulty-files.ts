import { type FileOperations, type OpenFile, systemFiles } from '../../../src/bulk/common/file-operations.js';
import { fault } from './disk-model.js';

export type Operation =
  | 'open'
  | 'write'
  | 'truncate'
  | 'datasync'
  | 'sync'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'mkdir'
  | 'read';

export interface Fault {
  /** Which operations count. */
  operation: Operation;
  /** Which of them fails, from 1. All later ones work again, so that a second try would be seen. */
  nth: number;
  /** `'short'` is no error: half is written. `'half'`: half is written, then it fails with ENOSPC. */
  how: 'ENOSPC' | 'EIO' | 'short' | 'half';
}

export interface FaultyFiles extends FileOperations {
  /** How often each operation was asked for. */
  readonly asked: Map<Operation, number>;
  /** Whether the fault has happened. */
  readonly happened: () => boolean;
}

/** The real file system, of which one operation fails. */
export function faultyFiles({ operation, nth, how }: Fault): FaultyFiles {
  const asked = new Map<Operation, number>();
  let happened = false;
  const isStruck = (name: Operation): boolean => {
    const count = (asked.get(name) ?? 0) + 1;
    asked.set(name, count);
    const isDue = name === operation && count === nth;
    happened ||= isDue;
    return isDue;
  };
  const failIfDue = (name: Operation): void => {
    if (isStruck(name)) throw fault(how === 'half' ? 'ENOSPC' : how);
  };
  const wrap = (file: OpenFile): OpenFile => ({
    async read(...rest) {
      failIfDue('read');
      return file.read(...rest);
    },
    async write(buffer, offset, length) {
      if (!isStruck('write')) return file.write(buffer, offset, length);
      if (how !== 'short' && how !== 'half') throw fault(how);
      const written = await file.write(buffer, offset, Math.floor(length / 2));
      if (how === 'half') throw fault('ENOSPC');
      return written;
    },
    async truncate(length) {
      failIfDue('truncate');
      return file.truncate(length);
    },
    async datasync() {
      failIfDue('datasync');
      return file.datasync();
    },
    async sync() {
      failIfDue('sync');
      return file.sync();
    },
    stat: (options) => file.stat(options),
    close: () => file.close(),
  });
  return {
    asked,
    happened: () => happened,
    async open(...rest) {
      failIfDue('open');
      return wrap(await systemFiles.open(...rest));
    },
    async mkdir(...rest) {
      failIfDue('mkdir');
      return systemFiles.mkdir(...rest);
    },
    async rename(...rest) {
      failIfDue('rename');
      return systemFiles.rename(...rest);
    },
    async link(...rest) {
      failIfDue('link');
      return systemFiles.link(...rest);
    },
    async unlink(...rest) {
      failIfDue('unlink');
      return systemFiles.unlink(...rest);
    },
    stat: (file, options) => systemFiles.stat(file, options),
    statfs: (file) => systemFiles.statfs(file),
    readdir: (folder) => systemFiles.readdir(folder),
  };
}
