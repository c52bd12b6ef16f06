import type { Summary } from '../api/types.js';
import { element } from '../elements/dom.js';

const MEANINGS: Record<Summary['status'], string> = {
  accepted: 'Taken, and the client was told so',
  unconfirmed: 'Taken, but the client was told otherwise',
  bounced: 'Taken, and returned as undeliverable',
};

/** What is noteworthy about a message; none when it was accepted at the first attempt. */
export function badges({ status, attempts }: { status?: Summary['status']; attempts?: number }): HTMLElement[] {
  const found: HTMLElement[] = [];
  if (attempts !== undefined && attempts > 1) {
    found.push(element('span', { class: 'badge', title: `Handed over with ${attempts} requests` }, `×${attempts}`));
  }
  if (status !== undefined && status !== 'accepted') {
    found.push(element('span', { class: `badge ${status}`, title: MEANINGS[status] }, status));
  }
  return found;
}

export function statusBadge(status: number | null): HTMLElement {
  const text = status === null ? 'no answer' : String(status);
  const kind = status === null || status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'fine';
  return element('span', { class: `badge ${kind}` }, text);
}
