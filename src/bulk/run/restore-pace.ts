import type { Clock } from '../../common/timers.js';
import { recentSendsOfSiblings } from '../journal/sibling-runs.js';
import type { Lane, Lanes } from './mailbox-queues.js';
import type { OpenRun } from './open-run.js';

const day = 86_400_000;

/**
 * Gives the lane of a mailbox. A new one knows what the mailbox sent in the last 24 hours, in this run and in those whose
 * folders stand beside it, and for how long it was told to wait. The journal has times of the wall clock, which may have been
 * set since: they become ages once, here, and no age is negative, no wait longer than it was when it was asked for.
 */
export async function laneMemory(
  lanes: Lanes,
  { states, folder }: OpenRun,
  clock: Clock,
): Promise<(mailbox: string) => Lane> {
  const [now, elapsed] = [clock.now(), clock.elapsed()];
  const since = now - day;
  const others = folder === undefined ? undefined : await recentSendsOfSiblings(folder, since);
  return (mailbox) =>
    lanes.lane(mailbox, (pacer) => {
      const remember = (at: number, recipients: number) => pacer.remember(elapsed - Math.max(0, now - at), recipients);
      for (const { at, recipients } of states.state.recentSends(mailbox, since)) remember(at, recipients);
      for (const { at, recipients } of others?.get(mailbox) ?? []) remember(at, recipients);
      // What was on its way when a session broke off may be counted by the service only now.
      for (const attempt of states.state.openAttempts()) if (attempt.mailbox === mailbox) remember(now, 1);
      pacer.hold(elapsed + Math.min(day, states.state.heldFor(mailbox, now)));
    });
}
