import type { TimelineEntry } from '../api/types.js';
import { copyable } from '../elements/copy.js';
import { element, type Term, terms } from '../elements/dom.js';
import { duration, preciseTime } from '../elements/format.js';
import { statusBadge } from './badges.js';

/** Every request that concerned the message, with the pauses between them. */
export function timelineView(timeline: TimelineEntry[]): Node {
  if (timeline.length === 0) return element('p', { class: 'soft' }, 'Its requests are no longer known.');
  const items = timeline.flatMap((entry, index) => {
    const wait = index > 0 && entry.wait !== undefined && entry.wait > 0 ? [pause(entry.wait)] : [];
    return [...wait, element('li', { class: 'request' }, ...requestView(entry))];
  });
  return element('ol', { class: 'timeline', 'aria-label': 'Requests of the message' }, ...items);
}

function pause(wait: number): HTMLElement {
  return element('li', { class: 'pause' }, `${duration(wait)} later`);
}

/** One request in full. */
export function requestView(entry: TimelineEntry, more: Term[] = []): Node[] {
  const { at, method, path, operation, status, durationMs, retryAfter, code, requestId, clientRequestId } = entry;
  return [
    element(
      'div',
      { class: 'line' },
      element('time', { class: 'soft', datetime: at }, preciseTime(at)),
      statusBadge(status),
      element('strong', {}, operation ?? method),
      ...marks(entry),
      element('span', { class: 'soft' }, durationMs === null ? '' : duration(durationMs)),
    ),
    element('code', { class: 'path' }, `${method} ${path}`),
    terms([
      ['Error code', code],
      ['Retry-After', retryAfter],
      ['Fault', entry.fault],
      ['request-id', copyable(requestId, 'the request id')],
      ['client-request-id', clientRequestId && copyable(clientRequestId, 'the client request id')],
      ...more,
    ]),
  ];
}

function marks({ fault, delivered, status }: TimelineEntry): HTMLElement[] {
  const found: HTMLElement[] = [];
  if (fault !== undefined) found.push(element('span', { class: 'badge unconfirmed' }, 'fault'));
  if (delivered === true) found.push(element('span', { class: 'badge fine' }, 'delivered'));
  if (delivered === false && status !== null && status >= 400) {
    found.push(element('span', { class: 'badge refused' }, 'not delivered'));
  }
  return found;
}
