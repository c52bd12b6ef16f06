import { getJson, queryOf } from '../api/client.js';
import type { RequestEntry } from '../api/types.js';
import { element, soft } from '../elements/dom.js';
import { counted } from '../elements/format.js';
import { notFound } from '../lists/not-found.js';
import { PagedList } from '../lists/paged-list.js';
import { requestView } from '../messages/story-view.js';
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
  const list = new PagedList<RequestEntry>({
    label: 'Requests, newest first',
    name: 'request',
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
    nothing: () =>
      filters.given()
        ? notFound('No request matches mailbox and status.', 'Clear filters', filters.clear)
        : [soft('No requests yet.')],
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
      safely(list.refresh());
    },
    changed: (change) => {
      if (change === 'requests') safely(list.refresh());
    },
  };
}

function messageLink(messageId: string | undefined): Node | undefined {
  if (messageId === undefined) return undefined;
  return element('a', { href: linkTo('messages', [], { q: `id:${messageId}` }) }, messageId);
}
