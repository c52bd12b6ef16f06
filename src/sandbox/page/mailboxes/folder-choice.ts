import type { Folder, MailboxSummary } from '../api/types.js';
import { element } from '../elements/dom.js';
import { linkTo } from '../shell/route.js';
import { FOLDER_NAMES, FOLDERS } from './folders.js';

/** Chooses a mailbox and one of its folders. */
export function folderChoice(choose: (address: string) => void) {
  const select = element('select', { 'aria-label': 'Mailbox' });
  select.addEventListener('change', () => choose(select.value));
  const folders = element('nav', { class: 'folders', 'aria-label': 'Folders' });
  return {
    nodes: [select, folders],
    draw(mailboxes: MailboxSummary[], address: string, folder: Folder): void {
      if (
        mailboxes.length !== select.options.length ||
        mailboxes.some((one, at) => one.address !== select.options[at]?.value)
      ) {
        select.replaceChildren(...mailboxes.map((one) => element('option', { value: one.address }, one.address)));
      }
      select.value = address;
      select.title = address;
      const counts = mailboxes.find((one) => one.address === address)?.counts;
      const links = FOLDERS.map((name) =>
        element(
          'a',
          { href: linkTo('mailboxes', [address, name]), ...(name === folder && { 'aria-current': 'true' }) },
          FOLDER_NAMES[name],
          element('span', { class: 'counter' }, counts?.[name] ? counts[name].toLocaleString() : ''),
        ),
      );
      // The focus stays on the folder that has it while counts go up.
      const focused = [...folders.children].indexOf(document.activeElement as Element);
      folders.replaceChildren(...links);
      links[focused]?.focus();
    },
  };
}
