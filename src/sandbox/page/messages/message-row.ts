import type { Summary } from '../api/types.js';
import { type Child, element, icon } from '../elements/dom.js';
import { counted, recipients, time } from '../elements/format.js';
import { badges } from './badges.js';

/** Two lines of the list: whom it is for and when, what it is about and how it went. */
export function messageRow(message: Summary): Child[] {
  const { subject, mailbox, receivedAt, attachments } = message;
  const to = recipients(message.to, message.cc, message.bcc);
  return [
    element(
      'div',
      { class: 'line' },
      element('span', { class: 'clip subject' }, subject || '(no subject)'),
      ...badges(message),
      ...(attachments > 0 ? [clip(attachments)] : []),
      element('time', { class: 'soft', datetime: receivedAt }, time(receivedAt, new Date())),
    ),
    element(
      'div',
      { class: 'line' },
      element('span', { class: 'clip', title: to }, `To ${to || 'nobody'}`),
      element('span', { class: 'clip soft sender' }, `from ${mailbox}`),
    ),
  ];
}

function clip(attachments: number): HTMLElement {
  const title = counted(attachments, 'attachment');
  return element(
    'span',
    { class: 'soft', title },
    icon('M14 6l-6 6a2 2 0 0 0 3 3l6-6a4 4 0 0 0-6-6L5 9'),
    String(attachments),
  );
}
