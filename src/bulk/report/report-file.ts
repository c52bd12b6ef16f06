import { randomUUID } from 'node:crypto';
import { type FileHandle, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { openFile } from '../common/file-operations.js';

const chunk = 256 * 1024;

/**
 * A file that appears whole or not at all: written beside its place and renamed when it is complete. Only its owner can read
 * it, as it holds addresses.
 */
export class ReportFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #waiting = '';

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  static async create(path: string): Promise<ReportFile> {
    const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
    return new ReportFile(path, temporary, await openFile(temporary, 'wx', 0o600));
  }

  async write(text: string): Promise<void> {
    this.#waiting += text;
    if (this.#waiting.length >= chunk) await this.#flush();
  }

  /** Puts it in its place, over the one that was there. */
  async finish(): Promise<string> {
    await this.#flush();
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#temporary, this.path);
    return this.path;
  }

  /** Leaves what was there as it is. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') await this.#handle.writeFile(text, 'utf8');
  }
}

const unfinishedName = /^(report\.csv|report\.html|summary\.json)\.[0-9a-f]{8}\.tmp$/;

/** Milliseconds; no report takes that long to write. */
const longDead = 24 * 3_600_000;

/** Deletes what processes left unfinished that were killed while they wrote reports into this folder. Never rejects. */
export async function sweepReports(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!unfinishedName.test(name)) continue;
    const file = path.join(folder, name);
    const { mtimeMs = now } = (await stat(file).catch(() => undefined)) ?? {};
    if (now - mtimeMs > longDead) await rm(file, { force: true }).catch(() => {});
  }
}
