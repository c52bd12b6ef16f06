import { apiPath, getJson, queryOf, send } from '../api/client.js';
import type { ReadableMessage, Summary } from '../api/types.js';
import { button, element } from '../elements/dom.js';
import { counted } from '../elements/format.js';
import { notFound } from '../lists/not-found.js';
import { PagedList } from '../lists/paged-list.js';
import { ask } from '../shell/dialogs.js';
import { go, replace } from '../shell/navigate.js';
import { safely } from '../shell/notices.js';
import { linkTo } from '../shell/route.js';
import type { Section } from '../shell/section.js';
import { isWide, split } from '../shell/split.js';
import { messageRow } from './message-row.js';
import { messageView } from './message-view.js';
import { ReadMarks } from './read-marks.js';
import { searchField } from './search-field.js';
import { searchParameters } from './search-query.js';
import { welcome } from './welcome.js';

/** Everything that was sent through the sandbox. */
export function messagesSection(): Section {
  const read = new ReadMarks();
  const state = {
    search: '',
    opened: undefined as string | undefined,
    total: 0,
    /** What stands where a message will be. */
    welcome: '',
  };
  const link = (id?: string): string => linkTo('messages', id === undefined ? [] : [id], { q: state.search });
  const search = searchField((text) => {
    state.search = text;
    replace(link(state.opened));
    safely(list.restart());
  });
  const count = element('span', { class: 'count', role: 'status' });
  const list = new PagedList<Summary>({
    label: 'Messages, newest first',
    name: 'message',
    fetch: async (offset, limit) => {
      const query = queryOf({ ...searchParameters(state.search), limit, offset });
      const { total, matched, messages } = await getJson<{ total: number; matched: number; messages: Summary[] }>(
        `/api/messages${query}`,
      );
      state.total = total;
      return { items: messages, length: matched };
    },
    key: ({ id }) => id,
    row: messageRow,
    rowClass: ({ id }) => (read.has(id) ? 'message' : 'message unread'),
    open: ({ id }, how) => {
      if (how === 'chosen') go(link(id));
      else if (isWide()) replace(link(id));
    },
    nothing: () =>
      state.search === '' ? [] : notFound(`No message matches “${state.search}”.`, 'Clear search', clearSearch),
    counted: (matched) => {
      const all = counted(state.total, 'message');
      count.textContent = state.search === '' ? all : `${matched.toLocaleString()} of ${all}`;
      clear.hidden = matched === 0;
      clear.textContent = state.search === '' ? 'Delete all' : 'Delete found';
      pane.root.classList.toggle('blank', state.total === 0);
      const title = state.total === 0 ? 'No messages yet' : matched === 0 ? 'No message found' : 'Choose a message';
      if (title === state.welcome) return;
      state.welcome = title;
      showWelcome();
    },
  });
  const clear = button('Delete all', () => safely(removeAll()), { hidden: '' });
  const pane = split('Messages', [search, element('div', { class: 'line' }, count, clear)], list.root, back);

  function showWelcome(): void {
    const { opened, welcome: title } = state;
    if (opened !== undefined || title === '') return;
    safely(welcome(title).then((view) => state.opened === undefined && pane.show(undefined, view)));
  }

  function clearSearch(): void {
    state.search = '';
    search.value = '';
    replace(link(state.opened));
    safely(list.restart());
    search.focus();
  }

  function back(): void {
    if (state.opened !== undefined) go(link());
    list.focus();
  }

  async function open(id: string): Promise<void> {
    const message = await getJson<ReadableMessage>(apiPath('messages', id));
    if (state.opened !== id) return;
    read.add(id);
    list.redraw();
    const path = apiPath('messages', id);
    const view = messageView(message, { path, delivered: `${path}/delivered`, remove });
    pane.show(message.subject || '(no subject)', ...view);
  }

  function remove(): void {
    const id = state.opened;
    if (id === undefined) return;
    safely(
      send('DELETE', apiPath('messages', id)).then(async () => {
        await list.refresh();
        if (list.length === 0 || !isWide()) go(link());
        else list.stay();
      }),
    );
  }

  async function removeAll(): Promise<void> {
    const question =
      state.search === ''
        ? 'Delete all messages of this sandbox?'
        : `Delete the ${counted(list.length, 'message')} that this search finds?`;
    if (!(await ask(question, 'Delete'))) return;
    await send('DELETE', `/api/messages${queryOf({ ...searchParameters(state.search) })}`);
    if (state.opened !== undefined) go(link());
    await list.restart();
  }

  return {
    root: pane.root,
    list,
    search,
    back,
    remove,
    show: ({ parts: [id], query }) => {
      const text = query.get('q') ?? '';
      if (text !== state.search) {
        state.search = text;
        search.value = text;
        safely(list.restart());
      } else {
        safely(list.refresh());
      }
      if (id !== undefined && id === state.opened) return;
      state.opened = id;
      list.select(id);
      if (id === undefined) showWelcome();
      else safely(open(id));
    },
    changed: (change) => {
      if (change === 'messages') safely(list.refresh());
    },
  };
}
