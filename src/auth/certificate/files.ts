import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { configError } from '../../common/errors.js';
import { shownPath } from '../../options/checks.js';
import { largestContent } from './content.js';

/** Files as they were at one moment. */
export interface FilesRead {
  contents: Buffer[];
  /** Differs once a file was replaced or written to. */
  stamp: string;
}

/**
 * Reads the files, synchronously: they are a few kilobytes, read at construction, and looked at again about once an hour.
 * @throws GraphMailError `ECONFIG`
 */
export function readFiles(paths: readonly string[], from: string): FilesRead {
  // The stamps are taken first: what is written in between is then found at the next look.
  const read = paths.map((file) => readOne(file, paths.length === 1 ? from : `${from}: ${shownPath(file)}`));
  return { contents: read.map(({ content }) => content), stamp: read.map(({ stamp }) => stamp).join() };
}

/** The stamp that {@link readFiles} would give now; `undefined` where it would fail. */
export function stampNow(paths: readonly string[]): string | undefined {
  try {
    return paths.map(stampOf).join();
  } catch {
    return undefined;
  }
}

function stampOf(file: string): string {
  const { dev, ino, size, mtimeNs } = statSync(file, { bigint: true });
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

function readOne(file: string, from: string): { content: Buffer; stamp: string } {
  const unreadable = (reason: string, hint: string) => configError(`${from} cannot be read: ${reason}.`, hint);
  try {
    const stamp = stampOf(file);
    const stats = statSync(file);
    if (stats.isDirectory()) throw unreadable('it is a directory', 'Give the path of the file in it.');
    if (!stats.isFile()) throw unreadable('it is not a regular file', 'Give the path of a PEM or PFX file.');
    if (stats.size > largestContent) {
      throw unreadable(
        `it is ${stats.size} bytes large`,
        'Give the path of a PEM or PFX file; they take a few kilobytes.',
      );
    }
    return { content: readFileSync(file), stamp };
  } catch (error) {
    // Not the error itself: its text holds the path, which is the secret where someone confused path and content.
    const { code } = error as { code?: string };
    if (code === 'ECONFIG') throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const relative = path.isAbsolute(file) ? '' : ` Relative paths start at ${process.cwd()}.`;
      throw unreadable('there is no such file', `Check the path.${relative}`);
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw unreadable('permission was denied', 'Let the account that runs this program read the file.');
    }
    if (code === 'ENAMETOOLONG') {
      throw unreadable(
        'this is too long for a path',
        "The content of a certificate goes into the option 'certificate'.",
      );
    }
    throw unreadable(
      `the file system says ${code}`,
      'Check the path, and that the account that runs this program may read the file.',
    );
  }
}
