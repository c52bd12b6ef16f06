import { getJson, queryOf } from '../api/client.js';
import type { RequestEntry } from '../api/types.js';
import { type Child, clip, element, soft } from '../elements/dom.js';
import { counted, duration, preciseTime } from '../elements/format.js';
import { safely } from '../elements/notices.js';
import { notFound, PagedList } from '../elements/paged-list.js';
import { isWide, split } from '../elements/split.js';
import { statusBadge } from '../messages/badges.js';
import { requestView } from '../messages/timeline-view.js';
import { go } from '../shell/navigate.js';
import { linkTo } from '../shell/route.js';
import type { Section } from '../shell/section.js';

const STATUSES = [
  '200',
  '201',
  '202',
  '204',
  '400',
  '401',
  '403',
  '404',
  '409',
  '413',
  '429',
  '500',
  '502',
  '503',
  '504',
];
/** Milliseconds from the last key to the request. */
const FILTER_DELAY = 200;

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
    // A narrow window shows it instead of the list: the back button returns to the list.
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

/** Filters of the list: by mailbox and status. */
function requestFilters(changed: () => void) {
  const status = element(
    'select',
    { 'aria-label': 'Status' },
    element('option', { value: '' }, 'Any status'),
    ...STATUSES.map((code) => element('option', { value: code }, code)),
  );
  const mailbox = element('input', {
    type: 'search',
    class: 'search',
    placeholder: 'Mailbox',
    'aria-label': 'Mailbox of the requests',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  status.addEventListener('change', changed);
  mailbox.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, FILTER_DELAY);
  });
  return {
    nodes: [element('div', { class: 'line' }, mailbox, status)],
    mailbox,
    given: () => mailbox.value.trim() !== '' || status.value !== '',
    clear: (): void => {
      mailbox.value = '';
      status.value = '';
      changed();
      mailbox.focus();
    },
    parameters: () => ({ mailbox: mailbox.value.trim(), status: status.value }),
  };
}

/** A row of the list: what was asked, how it was answered and when; about which mailbox; the code of an error. */
function requestRow(entry: RequestEntry): Child[] {
  const { at, status, operation, method, path, mailbox, durationMs, fault, code } = entry;
  return [
    element(
      'div',
      { class: 'line' },
      statusBadge(status),
      clip(operation ?? `${method} ${path}`, 'subject'),
      ...(fault === undefined ? [] : [element('span', { class: 'badge unconfirmed', title: fault }, 'fault')]),
      element('time', { class: 'soft', datetime: at }, preciseTime(at)),
    ),
    element(
      'div',
      { class: 'line' },
      clip(mailbox ?? path, 'soft'),
      element('span', { class: 'soft' }, durationMs === null ? '' : duration(durationMs)),
    ),
    ...(code === undefined ? [] : [clip(code, 'error-code')]),
  ];
}

function messageLink(messageId: string | undefined): Node | undefined {
  if (messageId === undefined) return undefined;
  return element('a', { href: linkTo('messages', [], { q: `id:${messageId}` }) }, messageId);
}
