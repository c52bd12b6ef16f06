import path from 'node:path';
import type { Clock } from '../../common/clock.js';
import { type FileOperations, systemFiles } from '../common/file-operations.js';
import { readRecords } from '../journal/read-journal.js';
import { journalFile } from '../journal/run-folder.js';
import { type RecentSend, RunState } from '../journal/run-state.js';
import type { MailboxQueue, MailboxQueues } from './mailbox-queues.js';
import type { OpenRun } from './open-run.js';

const day = 86_400_000;

/**
 * Gives the queue of a mailbox. A new one knows what the mailbox sent in the last 24 hours, in this run and in those whose
 * folders stand beside it, and for how long it was told to wait. The journal has times of the wall clock, which may have been
 * set since: they become ages once, here, and no age is negative, no wait longer than it was when it was asked for.
 */
export async function restorePace(
  queues: MailboxQueues,
  { states, folder }: OpenRun,
  clock: Clock,
): Promise<(mailbox: string) => MailboxQueue> {
  const [now, elapsed] = [clock.now(), clock.elapsed()];
  const since = now - day;
  const others = folder === undefined ? undefined : await recentSendsOfSiblings(folder, since);
  return (mailbox) =>
    queues.queue(mailbox, (pacer) => {
      const remember = (at: number, recipients: number) => pacer.remember(elapsed - Math.max(0, now - at), recipients);
      for (const { at, recipients } of states.state.recentSends(mailbox, since)) remember(at, recipients);
      for (const { at, recipients } of others?.get(mailbox) ?? []) remember(at, recipients);
      // What was on its way when a session broke off may be counted by the service only now.
      for (const attempt of states.state.openAttempts()) if (attempt.mailbox === mailbox) remember(now, 1);
      pacer.hold(elapsed + Math.min(day, states.state.heldFor(mailbox, now)));
    });
}

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
    // A user who resumes that run is told; this run has nothing to do with it.
  }
  return state;
}
