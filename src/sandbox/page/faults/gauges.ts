import type { Throttling } from '../api/types.js';
import { element, soft } from '../elements/dom.js';
import { size } from '../elements/format.js';

/** How near each mailbox is to the limits of the service. */
export function gauges({ limits, mailboxes }: Throttling): HTMLElement {
  if (mailboxes.length === 0) return element('p', {}, soft('No mailbox has been used yet.'));
  const rows = mailboxes.map(({ mailbox, appId, inFlight, requests, uploadBytes, messages, queued }) =>
    element(
      'div',
      { class: 'gauges', role: 'group', 'aria-label': `${mailbox}, application ${appId}` },
      element('div', { class: 'gauged' }, mailbox, ...application(mailbox, appId, mailboxes)),
      gauge('In flight', inFlight, limits.concurrency),
      gauge('Requests in 10 min', requests, limits.requests),
      gauge('Uploaded in 5 min', uploadBytes, limits.uploadBytes, size),
      gauge(queued > 0 ? `Messages in 1 min, ${queued} waiting` : 'Messages in 1 min', messages, limits.messageRate),
    ),
  );
  return element('div', {}, ...rows);
}

/** Names the application where several use the mailbox: each has limits of its own. */
function application(mailbox: string, appId: string, all: Throttling['mailboxes']): Node[] {
  return all.filter((one) => one.mailbox === mailbox).length > 1 ? [soft(`application ${appId}`)] : [];
}

function gauge(
  label: string,
  value: number,
  limit: number | null,
  shown: (value: number) => string = (count) => count.toLocaleString(),
): HTMLElement {
  const text = limit === null ? `${shown(value)}, no limit` : `${shown(value)} of ${shown(limit)}`;
  const bar = element('span', { class: value >= (limit ?? Number.POSITIVE_INFINITY) ? 'bar-fill full' : 'bar-fill' });
  bar.style.setProperty('width', `${limit ? Math.min(100, (100 * value) / limit) : 0}%`);
  return element(
    'div',
    {
      class: 'gauge',
      role: 'meter',
      'aria-label': label,
      'aria-valuenow': String(Math.min(value, limit ?? value)),
      'aria-valuemin': '0',
      'aria-valuemax': String(limit ?? Math.max(value, 1)),
      'aria-valuetext': text,
    },
    element('span', { class: 'soft' }, label),
    element('span', { class: 'bar-track' }, bar),
    element('span', {}, text),
  );
}
