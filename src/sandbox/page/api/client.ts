const CHANGES = ['messages', 'requests', 'tenant', 'faults'] as const;
export type Change = (typeof CHANGES)[number];

/** Reads from the sandbox. Rejects with the sandbox's sentence when it refuses. */
export async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(await refusal(response));
  return (await response.json()) as T;
}

/** Changes something; `body` goes as JSON. Rejects with the sandbox's sentence when it refuses. */
export async function send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
  const json = body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, { method, ...json });
  if (!response.ok) throw new Error(await refusal(response));
}

/** A path below `/api`, with every part encoded. */
export function apiPath(...parts: string[]): string {
  return `/api/${parts.map(encodeURIComponent).join('/')}`;
}

/** `?a=1&b=2` of those that have a value. */
export function queryOf(parameters: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** Listens to changes in the sandbox. */
export function listen(changed: (change: Change) => void, connected: (on: boolean) => void): void {
  const events = new EventSource('/api/events');
  for (const change of CHANGES) events.addEventListener(change, () => changed(change));
  // Also after a reconnect: changes in between were not reported.
  events.addEventListener('open', () => {
    connected(true);
    for (const change of CHANGES) changed(change);
  });
  events.addEventListener('error', () => connected(false));
}

async function refusal(response: Response): Promise<string> {
  const fallback = `The sandbox answered ${response.status}.`;
  try {
    const { error } = (await response.json()) as { error?: unknown };
    return typeof error === 'string' ? error : fallback;
  } catch {
    return fallback;
  }
}
