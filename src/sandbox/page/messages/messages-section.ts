import { apiPath, getJson, queryOf, send } from '../api/client.js';
import type { ReadableMessage, Summary } from '../api/types.js';
import { button, element } from '../elements/dom.js';
import { counted } from '../elements/format.js';
import { VirtualList } from '../lists/virtual-list.js';
import { ask } from '../shell/dialogs.js';
import { gathered } from '../shell/gathered.js';
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
  const state: { search: string; opened: string | undefined; total: number | undefined } = {
    search: '',
    opened: undefined,
    total: undefined,
  };
  const link = (id?: string): string => linkTo('messages', id === undefined ? [] : [id], { q: state.search });
  const search = searchField((text) => {
    state.search = text;
    replace(link(state.opened));
    safely(list.restart());
  });
  const count = element('span', { class: 'count', role: 'status' });
  const list = new VirtualList<Summary>({
    label: 'Messages, newest first',
    name: 'message',
    rowHeight: 3.4,
    fetch: async (offset, limit) => {
      const query = queryOf({ ...searchParameters(state.search), limit, offset });
      const { total, matched, messages } = await getJson<{ total: number; matched: number; messages: Summary[] }>(
        `/api/messages${query}`,
      );
      const before = state.total;
      state.total = total;
      if (before === undefined || (before === 0) !== (total === 0)) showWelcome();
      return { items: messages, length: matched };
    },
    key: ({ id }) => id,
    row: messageRow,
    rowClass: ({ id }) => (read.has(id) ? 'message' : 'message unread'),
    open: ({ id }, how) => {
      if (how === 'chosen') go(link(id));
      else if (isWide()) replace(link(id));
    },
    counted: (matched) => {
      const all = counted(state.total ?? 0, 'message');
      count.textContent = state.search === '' ? all : `${matched.toLocaleString()} of ${all}`;
      clear.hidden = matched === 0;
      clear.textContent = state.search === '' ? 'Delete all' : 'Delete found';
    },
  });
  const clear = button('Delete all', () => safely(removeAll()), { hidden: '' });
  const pane = split('Messages', [search, element('div', { class: 'line' }, count, clear)], list.root, back);

  function showWelcome(): void {
    if (state.opened !== undefined || state.total === undefined) return;
    safely(welcome(state.total === 0).then((view) => state.opened === undefined && pane.show(undefined, view)));
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
        await refresh();
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

  const refresh = gathered(() => list.refresh());
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
        safely(refresh());
      }
      if (id !== undefined && id === state.opened) return;
      state.opened = id;
      list.select(id);
      if (id === undefined) showWelcome();
      else safely(open(id));
    },
    changed: (change) => {
      if (change === 'messages') safely(refresh());
    },
  };
}
