import type { ReadableMessage } from '../api/types.js';
import { element, terms } from '../elements/dom.js';
import { addresses, counted, size } from '../elements/format.js';
import { badges } from './badges.js';

/** Subject and addresses, as the sender sees them: with Bcc. */
export function messageHead(message: ReadableMessage, actions: Node): Node {
  const { subject, from, mailbox, bcc } = message;
  const hidden = element('span', {}, addresses(bcc), element('span', { class: 'note' }, "only in the sender's copy"));
  const foreign = mailbox !== undefined && from?.address.toLowerCase() !== mailbox.toLowerCase();
  const node = document.createDocumentFragment();
  node.append(
    element(
      'div',
      { class: 'title' },
      element('h2', {}, subject || '(no subject)'),
      element('span', { class: 'badges' }, ...badges(message)),
      actions,
    ),
    terms([
      ['From', from ? addresses([from]) : '(none)'],
      ['Mailbox', foreign ? mailbox : undefined],
      ['To', addresses(message.to)],
      ['Cc', addresses(message.cc)],
      ['Bcc', bcc.length > 0 ? hidden : undefined],
      ['Received', received(message)],
    ]),
  );
  return node;
}

function received({ receivedAt, size: bytes, recipients }: ReadableMessage): string {
  const to = recipients === undefined ? '' : ` · ${counted(recipients.length, 'recipient')}`;
  return `${new Date(receivedAt).toLocaleString()} · ${size(bytes)}${to}`;
}
