import { recentSendsOfSiblings } from '../journal/sibling-runs.js';
import type { Lane, Lanes } from './lanes.js';
import type { OpenRun } from './open-run.js';

const day = 86_400_000;

/**
 * Gives the lane of a mailbox. A new one knows what the mailbox sent in the last 24 hours, in this run and in those whose
 * folders stand beside it, and until when it was told to wait.
 */
export async function laneMemory(
  lanes: Lanes,
  { states, folder }: OpenRun,
  now: number,
): Promise<(mailbox: string) => Lane> {
  const since = now - day;
  const others = folder === undefined ? undefined : await recentSendsOfSiblings(folder, since);
  return (mailbox) =>
    lanes.lane(mailbox, (pacer) => {
      for (const { at, recipients } of states.state.recentSends(mailbox, since)) pacer.remember(at, recipients);
      for (const { at, recipients } of others?.get(mailbox) ?? []) pacer.remember(at, recipients);
      // What was on its way when a session broke off may be counted by the service only now.
      for (const attempt of states.state.openAttempts()) if (attempt.mailbox === mailbox) pacer.remember(now, 1);
      pacer.hold(states.state.heldUntil(mailbox));
    });
}
