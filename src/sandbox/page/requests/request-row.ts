import type { RequestEntry } from '../api/types.js';
import { type Child, element } from '../elements/dom.js';
import { duration, preciseTime } from '../elements/format.js';
import { statusBadge } from '../messages/badges.js';

export function requestRow({ at, status, operation, method, path, mailbox, durationMs, fault }: RequestEntry): Child[] {
  return [
    element(
      'div',
      { class: 'line' },
      statusBadge(status),
      element('span', { class: 'clip subject' }, operation ?? `${method} ${path}`),
      ...(fault === undefined ? [] : [element('span', { class: 'badge unconfirmed', title: fault }, 'fault')]),
      element('time', { class: 'soft', datetime: at }, preciseTime(at)),
    ),
    element(
      'div',
      { class: 'line' },
      element('span', { class: 'clip soft' }, mailbox ?? path),
      element('span', { class: 'soft' }, durationMs === null ? '' : duration(durationMs)),
    ),
  ];
}
