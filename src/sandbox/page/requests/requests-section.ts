import { getJson, queryOf } from '../api/client.js';
import type { RequestEntry } from '../api/types.js';
import { element } from '../elements/dom.js';
import { counted } from '../elements/format.js';
import { VirtualList } from '../lists/virtual-list.js';
import { requestView } from '../messages/story-view.js';
import { gathered } from '../shell/gathered.js';
import { go } from '../shell/navigate.js';
import { safely } from '../shell/notices.js';
import { linkTo } from '../shell/route.js';
import type { Section } from '../shell/section.js';
import { isWide, split } from '../shell/split.js';
import { requestFilters } from './request-filters.js';
import { requestRow } from './request-row.js';

/** The newest requests to Entra and Graph. */
export function requestsSection(): Section {
  let opened: string | undefined;
  let total = 0;
  const filters = requestFilters(() => safely(list.restart()));
  const count = element('span', { class: 'count', role: 'status' });
  const list = new VirtualList<RequestEntry>({
    label: 'Requests, newest first',
    name: 'request',
    rowHeight: 3.4,
    fetch: async (offset, limit) => {
      const path = `/api/requests${queryOf({ ...filters.parameters(), limit, offset })}`;
      const answer = await getJson<{ total: number; matched: number; requests: RequestEntry[] }>(path);
      ({ total } = answer);
      return { items: answer.requests, length: answer.matched };
    },
    key: ({ requestId }) => requestId,
    row: requestRow,
    open: (entry, how) => {
      if (how === 'chosen' || isWide()) open(entry);
    },
    counted: (matched) => {
      const all = counted(total, 'request');
      count.textContent = matched === total ? all : `${matched.toLocaleString()} of ${all}`;
    },
  });
  const pane = split('Requests', [...filters.nodes, count], list.root, back);
  const hint = element('div', { class: 'empty soft' }, 'Choose a request.');

  function open(entry: RequestEntry): void {
    opened = entry.requestId;
    list.select(opened);
    pane.show(
      `${entry.operation ?? entry.method} ${entry.status ?? ''}`,
      element(
        'div',
        { class: 'padded' },
        ...requestView(entry, [
          ['Mailbox', entry.mailbox],
          ['User-Agent', entry.userAgent],
          ['Message', messageLink(entry.messageId)],
        ]),
      ),
    );
    // A narrow window shows it in place of the list: the back button leads there.
    if (!isWide() && location.hash !== linkTo('requests', ['open'])) go(linkTo('requests', ['open']));
  }

  function back(): void {
    if (location.hash !== linkTo('requests')) go(linkTo('requests'));
    opened = undefined;
    list.select(undefined);
    pane.show(undefined, hint);
    list.focus();
  }

  const refresh = gathered(() => list.refresh());
  return {
    root: pane.root,
    list,
    back,
    search: filters.mailbox,
    show: ({ parts: [part] }) => {
      if (part === undefined) opened = undefined;
      if (opened === undefined) {
        list.select(undefined);
        pane.show(undefined, hint);
      }
      safely(refresh());
    },
    changed: (change) => {
      if (change === 'requests') safely(refresh());
    },
  };
}

function messageLink(messageId: string | undefined): Node | undefined {
  if (messageId === undefined) return undefined;
  return element('a', { href: linkTo('messages', [], { q: `id:${messageId}` }) }, messageId);
}
