import type { Summary } from '../api/types.js';
import { type Child, clip, element, icon } from '../elements/dom.js';
import { counted, recipients, time } from '../elements/format.js';
import { badges } from './badges.js';

/** A row of the list: what it is about, how it went and when; who gets it; its first words. */
export function messageRow(message: Summary): Child[] {
  const { subject, mailbox, receivedAt, attachments, preview } = message;
  const to = recipients(message.to, message.cc, message.bcc);
  return [
    element(
      'div',
      { class: 'line' },
      clip(subject || '(no subject)', 'subject'),
      ...badges(message),
      ...(attachments > 0 ? [files(attachments)] : []),
      element('time', { class: 'soft', datetime: receivedAt }, time(receivedAt, new Date())),
    ),
    element('div', { class: 'line' }, clip(`To ${to || 'nobody'}`), clip(`from ${mailbox}`, 'soft sender')),
    ...(preview ? [clip(preview, 'soft preview')] : []),
  ];
}

function files(attachments: number): HTMLElement {
  const title = counted(attachments, 'attachment');
  return element(
    'span',
    { class: 'soft', title },
    icon('M14 6l-6 6a2 2 0 0 0 3 3l6-6a4 4 0 0 0-6-6L5 9'),
    String(attachments),
  );
}
