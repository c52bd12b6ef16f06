import type { Summary } from './api.js';
import { element } from './dom.js';
import { recipients, time } from './format.js';

/** One line of the list. */
export function listItem(message: Summary, selected: boolean, now: Date): HTMLElement {
  const to = recipients(message.to, message.cc, message.bcc);
  return element(
    'div',
    {
      id: `message-${message.id}`,
      class: 'message',
      role: 'option',
      'data-id': message.id,
      'aria-selected': String(selected),
    },
    element(
      'div',
      { class: 'row' },
      element('span', { class: 'clip strong' }, message.subject || '(no subject)'),
      element('time', { class: 'soft', datetime: message.receivedAt }, time(message.receivedAt, now)),
    ),
    element('div', { class: 'clip', title: to }, `To ${to}`),
    element('div', { class: 'clip soft' }, `from ${message.mailbox}`),
  );
}
