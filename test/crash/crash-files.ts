import { type FileOperations, type OpenFile, systemFiles } from '../../src/bulk/common/file-operations.js';
import type { AnyFileStrike, FileOperation, FileStrike } from './strike.js';

/** Ends this process as a loss of power of the process would: nothing of it runs any more. */
export function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is there before this returns; but nobody promises that.
  for (;;);
}

/** The real file system, until the process is killed at one operation. */
export function crashFiles(strike: FileStrike | AnyFileStrike): FileOperations {
  let fitting = 0;
  let operations = 0;

  const fits = (operation: FileOperation, path: string, holdsRecord: boolean): boolean => {
    if (strike.at === 'any-file') return false;
    if (operation !== strike.operation || (strike.path !== undefined && !path.includes(strike.path))) return false;
    if (strike.record && !holdsRecord) return false;
    fitting++;
    return fitting === (strike.nth ?? 1);
  };

  const operate = async <T>(
    operation: FileOperation,
    path: string,
    work: () => Promise<T>,
    { holdsRecord = false, half }: { holdsRecord?: boolean; half?: () => Promise<unknown> } = {},
  ): Promise<T> => {
    operations++;
    if (strike.at === 'any-file' && operations === strike.nth) die();
    const struck = fits(operation, path, holdsRecord);
    const when = strike.at === 'file' ? strike.when : undefined;
    if (struck && when === 'before') die();
    if (struck && when === 'half') {
      await half?.();
      die();
    }
    const result = await work();
    if (struck && strike.at === 'file' && strike.later !== undefined) setTimeout(die, strike.later);
    else if (struck) die();
    return result;
  };

  const wrap = (file: OpenFile, path: string): OpenFile => {
    /** Whether the record is written, and not synchronised. */
    let pending = false;
    return {
      read: (...rest) => file.read(...rest),
      write: (buffer, offset, length) => {
        const bytes = buffer.subarray(offset, offset + length);
        const middle = strike.at === 'file' ? middleOf(bytes, strike.record) : undefined;
        const holdsRecord = middle !== undefined;
        pending ||= holdsRecord;
        const half = () => file.write(buffer, offset, middle ?? Math.ceil(length / 2));
        return operate('write', path, () => file.write(buffer, offset, length), { holdsRecord, half });
      },
      truncate: (length) => operate('truncate', path, () => file.truncate(length)),
      datasync: () => {
        const holdsRecord = pending;
        pending = false;
        return operate('datasync', path, () => file.datasync(), { holdsRecord });
      },
      sync: () => operate('sync', path, () => file.sync()),
      stat: (options) => file.stat(options),
      close: () => operate('close', path, () => file.close()),
    };
  };

  return {
    open: (path, ...rest) => operate('open', path, async () => wrap(await systemFiles.open(path, ...rest), path)),
    mkdir: (path, ...rest) => operate('mkdir', path, () => systemFiles.mkdir(path, ...rest)),
    rename: (from, to) => operate('rename', from, () => systemFiles.rename(from, to)),
    link: (existing, path) => operate('link', path, () => systemFiles.link(existing, path)),
    unlink: (path) => operate('unlink', path, () => systemFiles.unlink(path)),
    readdir: (path) => operate('readdir', path, () => systemFiles.readdir(path)),
    stat: (path, options) => systemFiles.stat(path, options),
    statfs: (path) => systemFiles.statfs(path),
  };
}

/** Where the middle of a record is in these lines of a journal, if they hold it. */
function middleOf(bytes: Uint8Array, wanted: FileStrike['record']): number | undefined {
  if (!wanted) return undefined;
  let start = 0;
  for (const line of Buffer.from(bytes).toString().split('\n').slice(0, -1)) {
    const record = JSON.parse(line) as Record<string, unknown>;
    const length = Buffer.byteLength(line);
    if (Object.entries(wanted).every(([name, value]) => record[name] === value)) return start + Math.ceil(length / 2);
    start += length + 1;
  }
  return undefined;
}
