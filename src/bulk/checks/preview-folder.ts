import { chmod, lstat, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../common/make-folder.js';
import { BulkInputError, messageOf } from '../common/errors.js';
import { previewMark } from './preview-page.js';

const index = 'index.html';
const ours = /^\d{3,}-[\w.+-]*@?[\w.+-]*\.(?:eml|html)$/;

/** The name of a row's files, without an ending: an address may hold what is no part of a file's name. */
export function previewFileName(number: number, address: string): string {
  const safe = address.replace(/[^\w.+@-]/g, '_').slice(0, 80);
  return `${String(number).padStart(3, '0')}-${safe}`;
}

/** A folder that only its owner can look into, since personal mails lie in it. */
export class PreviewFolder {
  readonly path: string;

  private constructor(folder: string) {
    this.path = folder;
  }

  /**
   * Makes the folder, or empties it of an earlier preview.
   * @throws BulkInputError when there is anything else in it, or it cannot be made
   */
  static async prepare(folder: string): Promise<PreviewFolder> {
    const names = await filesIn(folder);
    const other =
      names.find((name) => name !== index && !ours.test(name)) ??
      (names.includes(index) && !(await isPreview(path.join(folder, index))) ? index : undefined);
    if (other !== undefined) {
      throw new BulkInputError(
        `The folder ${folder} for the preview holds ${JSON.stringify(other)}: name one that is empty or not there`,
      );
    }
    await chmod(folder, 0o700);
    for (const name of names) await unlink(path.join(folder, name));
    return new PreviewFolder(folder);
  }

  /** @returns the path of the file */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = path.join(this.path, name);
    // Must not be there: a link that somebody put there would lead elsewhere.
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
    return file;
  }
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    await makeFolder(folder, 0o700);
    return await readdir(folder);
  } catch (cause) {
    throw new BulkInputError(`The folder ${folder} for the preview cannot be made: ${messageOf(cause)}`, { cause });
  }
}

/** Somebody's website has a page of that name, too. */
async function isPreview(file: string): Promise<boolean> {
  // Of a link only the link is removed.
  if (!(await lstat(file)).isFile()) return true;
  return (await readFile(file, 'utf8')).includes(previewMark);
}
