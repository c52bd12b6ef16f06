import path from 'node:path';
import { type FileOperations, systemFiles } from '../common/file-operations.js';
import { readRecords } from './read-journal.js';
import type { RecentSend } from './recent-sends.js';
import { journalFile } from './run-folder.js';
import { RunState } from './run-state.js';

/**
 * What the other runs beside a run folder (those in its parent) sent from `since` (ms since the epoch) on, by mailbox and
 * oldest first: the service counts a mailbox's mails whichever run they belong to. At most the last 24 hours are known.
 * Runs that cannot be read are taken as far as they can be.
 */
export async function recentSendsOfSiblings(
  folder: string,
  since: number,
  files: FileOperations = systemFiles,
): Promise<Map<string, RecentSend[]>> {
  const own = path.resolve(folder);
  const parent = path.dirname(own);
  const names = await files.readdir(parent).catch(() => []);
  const sends = new Map<string, RecentSend[]>();
  for (const sibling of names.map((name) => path.join(parent, name))) {
    if (sibling === own || !(await isRecent(sibling, since, files))) continue;
    const state = await stateAsFarAsReadable(sibling, files);
    for (const mailbox of state.mailboxes()) {
      const recent = [...(sends.get(mailbox) ?? []), ...state.recentSends(mailbox, since)];
      sends.set(
        mailbox,
        recent.sort((a, b) => a.at - b.at),
      );
    }
  }
  return sends;
}

async function isRecent(folder: string, since: number, files: FileOperations): Promise<boolean> {
  return files.stat(journalFile(folder), { bigint: true }).then(
    ({ mtimeMs }) => mtimeMs >= since,
    () => false,
  );
}

async function stateAsFarAsReadable(folder: string, files: FileOperations): Promise<RunState> {
  const state = new RunState();
  try {
    for await (const { record } of readRecords(folder, files)) state.apply(record);
  } catch {
    // Whoever resumes that run is told; this run has nothing to do with it.
  }
  return state;
}
