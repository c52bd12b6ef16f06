import type { RequestEntry } from '../api/types.js';
import { type Child, clip, element } from '../elements/dom.js';
import { duration, preciseTime } from '../elements/format.js';
import { statusBadge } from '../messages/badges.js';

/** A row of the list: what was asked, how it was answered and when; about which mailbox; the code of an error. */
export function requestRow(entry: RequestEntry): Child[] {
  const { at, status, operation, method, path, mailbox, durationMs, fault, code } = entry;
  return [
    element(
      'div',
      { class: 'line' },
      statusBadge(status),
      clip(operation ?? `${method} ${path}`, 'subject'),
      ...(fault === undefined ? [] : [element('span', { class: 'badge unconfirmed', title: fault }, 'fault')]),
      element('time', { class: 'soft', datetime: at }, preciseTime(at)),
    ),
    element(
      'div',
      { class: 'line' },
      clip(mailbox ?? path, 'soft'),
      element('span', { class: 'soft' }, durationMs === null ? '' : duration(durationMs)),
    ),
    ...(code === undefined ? [] : [clip(code, 'error-code')]),
  ];
}
