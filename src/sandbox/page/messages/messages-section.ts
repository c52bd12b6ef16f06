import { apiPath, getJson, queryOf, send } from '../api/client.js';
import type { Connection, ReadableMessage, Summary } from '../api/types.js';
import { connectionTerms } from '../connect/connection-terms.js';
import { ask } from '../elements/dialogs.js';
import { button, type Child, clip, element, icon } from '../elements/dom.js';
import { counted, recipients, time } from '../elements/format.js';
import { safely } from '../elements/notices.js';
import { notFound, PagedList } from '../elements/paged-list.js';
import { isWide, split } from '../elements/split.js';
import { go, replace } from '../shell/navigate.js';
import { linkTo } from '../shell/route.js';
import type { Section } from '../shell/section.js';
import { badges } from './badges.js';
import { messageView } from './message-view.js';
import { searchParameters } from './search-query.js';

/** Everything that was sent through the sandbox. */
export function messagesSection(): Section {
  const read = new ReadMarks();
  const state = {
    search: '',
    opened: undefined as string | undefined,
    total: 0,
    /** Title of the view that is shown while no message is open. */
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

/** The search runs this many milliseconds after the last key, so that a word is typed before it is searched for. */
const SEARCH_DELAY = 150;

function searchField(search: (text: string) => void): HTMLInputElement {
  const field = element('input', {
    type: 'search',
    class: 'search',
    placeholder: 'Search words, to: from: subject: status:',
    title: 'Words of subject and addresses, or to: from: subject: mailbox: status: id:',
    'aria-label': 'Search messages',
    'aria-keyshortcuts': '/',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = '';
  const now = (): void => {
    clearTimeout(timer);
    const text = field.value.trim();
    if (text === last) return;
    last = text;
    search(text);
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(now, SEARCH_DELAY);
  });
  field.addEventListener('search', now);
  field.addEventListener('focus', () => {
    last = field.value.trim();
  });
  return field;
}

/** A row of the list: subject, outcome and time; recipients and sender; the first words. */
function messageRow(message: Summary): Child[] {
  const { subject, mailbox, receivedAt, attachments, preview } = message;
  const to = recipients(message.to, message.cc, message.bcc);
  return [
    element(
      'div',
      { class: 'line' },
      clip(subject || '(no subject)', 'subject'),
      ...badges(message),
      ...(attachments > 0 ? [attachmentCount(attachments)] : []),
      element('time', { class: 'soft', datetime: receivedAt }, time(receivedAt, new Date())),
    ),
    element('div', { class: 'line' }, clip(`To ${to || 'nobody'}`), clip(`from ${mailbox}`, 'soft sender')),
    ...(preview ? [clip(preview, 'soft preview')] : []),
  ];
}

function attachmentCount(attachments: number): HTMLElement {
  const title = counted(attachments, 'attachment');
  return element(
    'span',
    { class: 'soft', title },
    icon('M14 6l-6 6a2 2 0 0 0 3 3l6-6a4 4 0 0 0-6-6L5 9'),
    String(attachments),
  );
}

/** Shown while no message is open. */
async function welcome(title: string): Promise<Node> {
  const connection = await getJson<Connection>('/api/connect');
  return element(
    'div',
    { class: 'empty' },
    element('h2', {}, title),
    element(
      'p',
      { class: 'soft' },
      'Mail that is sent through this sandbox shows up here. It never leaves this machine.',
    ),
    connectionTerms(connection),
    element('p', {}, element('a', { href: linkTo('connect') }, 'How to connect a program')),
    element(
      'p',
      { class: 'soft keys' },
      element('kbd', {}, 'j'),
      ' ',
      element('kbd', {}, 'k'),
      ' next and previous · ',
      element('kbd', {}, '/'),
      ' search · ',
      element('kbd', {}, '?'),
      ' all keys',
    ),
  );
}

const READ_KEY = 'read';
// As many messages as the sandbox keeps.
const READ_KEPT = 5000;

/** Which messages were opened in this tab. */
class ReadMarks {
  readonly #ids = new Set<string>(storedReadMarks());

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    try {
      sessionStorage.setItem(READ_KEY, JSON.stringify([...this.#ids].slice(-READ_KEPT)));
    } catch {
      // Without storage, the marks last until the page is closed.
    }
  }
}

function storedReadMarks(): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(READ_KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
