import { whoHolds } from './lock.js';
import type { SessionRecord } from './records.js';

/** Whether a process is at a run, by the last session that its journal has and by its lock. */
export interface RunActivity {
  /**
   * `'in-progress'`: a process is at it. `'interrupted'`: the last one ended without having written why. `'elsewhere'`: whether
   * that one still runs cannot be seen from here. `'ended'`: it wrote why.
   */
  state: 'in-progress' | 'interrupted' | 'elsewhere' | 'ended';
  /** Why the last session ended. */
  ended?: string;
  pid?: number;
  host?: string;
  /** When that process began, as `Date.toISOString()` writes it. */
  since?: string;
}

export async function activityOf(session: SessionRecord | undefined, folder: string): Promise<RunActivity> {
  if (session?.event === 'end') return { state: 'ended', ...(session.ended !== undefined && { ended: session.ended }) };
  const held = await whoHolds(folder).catch(() => undefined);
  const { pid, host, at: since } = session ?? held?.holder ?? {};
  const process = { ...(pid !== undefined && { pid, host }), ...(since !== undefined && { since }) } as RunActivity;
  const isItsOwn = held?.holder === undefined || (held.holder.pid === pid && held.holder.host === host);
  // It gave its lock back, or another process has it, which does something else with the run.
  if (!held || !isItsOwn || held.where === 'gone') return { ...process, state: 'interrupted' };
  return { ...process, state: held.where === 'running' ? 'in-progress' : 'elsewhere' };
}
