import { apiPath, getJson, queryOf } from '../api/client.js';
import { coalesced } from '../api/coalesce.js';
import type { Folder, MailboxItem, MailboxSummary, ReadableMessage } from '../api/types.js';
import { type Child, clip, element, soft, table } from '../elements/dom.js';
import { addresses, time } from '../elements/format.js';
import { safely } from '../elements/notices.js';
import { PagedList } from '../elements/paged-list.js';
import { isWide, split } from '../elements/split.js';
import { messageView } from '../messages/message-view.js';
import { go, replace } from '../shell/navigate.js';
import { linkTo } from '../shell/route.js';
import type { Section } from '../shell/section.js';

const FOLDERS: readonly Folder[] = ['drafts', 'sentItems', 'inbox', 'deletedItems'];

const FOLDER_NAMES: Readonly<Record<Folder, string>> = {
  drafts: 'Drafts',
  sentItems: 'Sent Items',
  inbox: 'Inbox',
  deletedItems: 'Deleted Items',
};

/** The folders of each mailbox, as its owner would see them. */
export function mailboxesSection(): Section {
  let mailboxes: MailboxSummary[] = [];
  let address = '';
  let folder: Folder = 'sentItems';
  let opened: string | undefined;
  const link = (id?: string): string =>
    linkTo('mailboxes', id === undefined ? [address, folder] : [address, folder, id]);

  const choice = folderChoice((chosen) => go(linkTo('mailboxes', [chosen, folder])));
  const list = new PagedList<MailboxItem>({
    label: 'Items of the folder, newest first',
    name: 'item',
    fetch: async (offset, limit) => {
      if (address === '') return { items: [], length: 0 };
      const path = `${apiPath('mailboxes', address, folder)}${queryOf({ limit, offset })}`;
      const answer = await getJson<{ total: number; items: MailboxItem[] }>(path);
      return { items: answer.items, length: answer.total };
    },
    key: ({ id }) => id,
    row: itemRow,
    open: ({ id }, how) => {
      if (how === 'chosen') go(link(id));
      else if (isWide()) replace(link(id));
    },
    counted: () => undefined,
    nothing: () => [soft('Nothing in this folder.')],
  });
  const pane = split('Mailboxes', choice.nodes, list.root, back);

  function back(): void {
    if (opened !== undefined) go(link());
    list.focus();
  }

  async function open(id: string): Promise<void> {
    const path = apiPath('mailboxes', address, folder, id);
    const message = await getJson<ReadableMessage>(path);
    if (opened !== id) return;
    const { submission } = message;
    const aside =
      submission && element('a', { class: 'quiet', href: linkTo('messages', [submission]) }, 'How it was sent');
    pane.show(message.subject || '(no subject)', ...messageView(message, { path, ...(aside && { aside }) }));
  }

  const refresh = coalesced(async () => {
    ({ mailboxes } = await getJson<{ mailboxes: MailboxSummary[] }>('/api/mailboxes'));
    if (address === '') address = mailboxes[0]?.address ?? '';
    choice.draw(mailboxes, address, folder);
    if (opened === undefined) pane.show(undefined, mailboxOverview(mailboxes));
    await list.refresh();
  });

  return {
    root: pane.root,
    list,
    back,
    show: ({ parts: [mailbox = address, name = folder, id] }) => {
      const other = mailbox !== address || name !== folder;
      address = mailbox;
      if (isFolder(name)) folder = name;
      if (other) safely(list.restart());
      safely(refresh());
      if (id !== undefined && id === opened && !other) return;
      opened = id;
      list.select(id);
      if (id !== undefined) safely(open(id));
    },
    changed: (change) => {
      if (change === 'messages' || change === 'tenant') safely(refresh());
    },
  };
}

/** Chooses a mailbox and one of its folders. */
function folderChoice(choose: (address: string) => void) {
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
      // The focus stays on its folder while counts change.
      const focused = [...folders.children].indexOf(document.activeElement as Element);
      folders.replaceChildren(...links);
      links[focused]?.focus();
    },
  };
}

/** Every mailbox of the tenant with the number of items in its folders. */
function mailboxOverview(mailboxes: MailboxSummary[]): Node {
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

function itemRow({ subject, from, to, receivedAt }: MailboxItem): Child[] {
  return [
    element(
      'div',
      { class: 'line' },
      clip(subject || '(no subject)', 'subject'),
      element('time', { class: 'soft', datetime: receivedAt }, time(receivedAt, new Date())),
    ),
    element(
      'div',
      { class: 'line' },
      clip(`To ${addresses(to) || 'nobody'}`),
      clip(from ? `from ${from.address}` : '', 'soft sender'),
    ),
  ];
}

function isFolder(name: string | undefined): name is Folder {
  return FOLDERS.some((folder) => folder === name);
}
