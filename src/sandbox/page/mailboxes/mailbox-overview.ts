import type { MailboxSummary } from '../api/types.js';
import { element, table } from '../elements/dom.js';
import { linkTo } from '../shell/route.js';
import { FOLDER_NAMES, FOLDERS } from './folders.js';

/** Every mailbox of the tenant with what lies in its folders. */
export function mailboxOverview(mailboxes: MailboxSummary[]): Node {
  const rows = mailboxes.map(({ address, displayName, kind = 'user', counts }) => [
    element('span', { title: displayName ?? address }, address),
    kind,
    ...FOLDERS.map((folder) =>
      element('a', { href: linkTo('mailboxes', [address, folder]) }, counts[folder].toLocaleString()),
    ),
  ]);
  const columns = ['Mailbox', 'Kind', ...FOLDERS.map((folder) => FOLDER_NAMES[folder])];
  return element('div', { class: 'padded' }, element('h2', {}, 'Mailboxes'), table('Mailboxes', columns, rows));
}
