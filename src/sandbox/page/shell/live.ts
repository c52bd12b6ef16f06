export const CHANGES = ['messages', 'requests', 'tenant', 'faults'] as const;
export type Change = (typeof CHANGES)[number];

/** Listens to what changes in the sandbox. */
export function listen(changed: (change: Change) => void, connected: (on: boolean) => void): void {
  const events = new EventSource('/api/events');
  for (const change of CHANGES) events.addEventListener(change, () => changed(change));
  // Also after a reconnect: what came in between was told to nobody.
  events.addEventListener('open', () => {
    connected(true);
    for (const change of CHANGES) changed(change);
  });
  events.addEventListener('error', () => connected(false));
}
