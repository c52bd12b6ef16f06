import { apiPath, getJson, queryOf } from '../api/client.js';
import type { Folder, MailboxItem, MailboxSummary, ReadableMessage } from '../api/types.js';
import { type Child, clip, element, soft } from '../elements/dom.js';
import { addresses, time } from '../elements/format.js';
import { PagedList } from '../lists/paged-list.js';
import { messageView } from '../messages/message-view.js';
import { gathered } from '../shell/gathered.js';
import { go, replace } from '../shell/navigate.js';
import { safely } from '../shell/notices.js';
import { linkTo } from '../shell/route.js';
import type { Section } from '../shell/section.js';
import { isWide, split } from '../shell/split.js';
import { folderChoice } from './folder-choice.js';
import { isFolder } from './folders.js';
import { mailboxOverview } from './mailbox-overview.js';

/** What lies in the folders of each mailbox, as its owner would see it. */
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

  const refresh = gathered(async () => {
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
