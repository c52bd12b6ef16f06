import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import { BulkInputError, messageOf, quote } from '../common/errors.js';
import { hasControlCharacter } from '../common/header-safety.js';
import type { Row } from '../common/row.js';

/** A file that is read when the mail of its row is sent. */
interface RowAttachment {
  readonly filename: string;
  /** Absolute, and without symbolic links. */
  readonly path: string;
}

export type ReadRowAttachments = (row: Row) => Promise<RowAttachment[]>;

const column = 'attachments';

/**
 * What a row names in its column `attachments`: relative paths, separated by semicolons, or a list of them. They are files
 * in `folder`: nothing that a row says, nor a symbolic link, leads out of it.
 * @throws BulkInputError if there is no such folder; the returned function for what a row names wrongly
 */
export async function openAttachmentsFolder(folder: string): Promise<ReadRowAttachments> {
  const root = await realFolder(folder);
  return (row) => Promise.all(namesIn(row).map((name) => find(root, name, row)));
}

/** Where no folder was named: files that a row asks for must not be left out unnoticed. */
export const withoutAttachmentsFolder: ReadRowAttachments = async (row) => {
  const [name] = namesIn(row);
  if (name === undefined) return [];
  throw refuse(
    row,
    `it names the attachment ${quote(name)}, but the option attachmentsFolder (--attachments) is not set`,
  );
};

function namesIn(row: Row): string[] {
  const value: unknown = Object.hasOwn(row.values, column) ? row.values[column] : undefined;
  if (value === undefined || value === null) return [];
  const names: unknown[] = typeof value === 'string' ? value.split(';') : Array.isArray(value) ? value : [undefined];
  return names.flatMap((name) => {
    if (typeof name !== 'string') {
      throw refuse(row, `"${column}" must be paths separated by semicolons, or a list of paths`);
    }
    return name.trim() === '' ? [] : [name.trim()];
  });
}

async function find(root: string, name: string, row: Row): Promise<RowAttachment> {
  const refused = (problem: string, cause?: unknown) => refuse(row, `the attachment ${quote(name)} ${problem}`, cause);
  if (hasControlCharacter(name)) throw refused('has a control character in it');
  // In the notation of either system, since lists travel.
  if (path.posix.isAbsolute(name) || path.win32.isAbsolute(name) || /^[a-z]:/i.test(name)) {
    throw refused('must be a path within the folder of attachments, not an absolute one');
  }
  const asked = path.resolve(root, name);
  if (!isWithin(root, asked)) throw refused('leads out of the folder of attachments');
  let real: string;
  try {
    real = await realpath(asked);
    if (!isWithin(root, real)) throw refused('is a link that leads out of the folder of attachments');
    if (!(await stat(real)).isFile()) throw refused('is not a file');
  } catch (cause) {
    if (cause instanceof BulkInputError) throw cause;
    throw refused(isMissing(cause) ? `is not there: ${asked}` : `cannot be read: ${messageOf(cause)}`, cause);
  }
  return { filename: path.basename(asked), path: real };
}

function isWithin(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

async function realFolder(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (cause) {
    if (!isMissing(cause)) {
      throw new BulkInputError(
        `The folder of attachments, ${shownPath(folder)}, cannot be used: ${fileProblem(cause)}`,
      );
    }
  }
  throw new BulkInputError(`There is no folder of attachments ${shownPath(folder)}`);
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function refuse({ line }: Row, problem: string, cause?: unknown): BulkInputError {
  return new BulkInputError(`Recipients, line ${line}: ${problem}`, { line, cause });
}
