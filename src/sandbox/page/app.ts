import { getJson, type Message, messagePath, type Summary, type Tenant } from './api.js';
import { byId } from './dom.js';
import { listItem } from './list-view.js';
import { messageView } from './message-view.js';
import { welcome } from './welcome.js';

const PAGE = 50;
const list = byId('list');
const pane = byId('message-pane');
const more = byId('more');

let messages: Summary[] = [];
let total = 0;
let shown = PAGE;
let selected: string | undefined;
let opened: string | undefined;

async function refresh(): Promise<void> {
  const answer = await getJson<{ total: number; messages: Summary[] }>(`/api/messages?limit=${shown}`);
  const wasEmpty = messages.length === 0;
  ({ messages, total } = answer);
  drawList();
  if (opened === undefined && (wasEmpty || messages.length === 0)) await showWelcome();
}

function drawList(): void {
  const now = new Date();
  list.replaceChildren(...messages.map((message) => listItem(message, message.id === selected, now)));
  list.setAttribute('aria-activedescendant', selected === undefined ? '' : `message-${selected}`);
  byId('count').textContent = total === 1 ? '1 message' : `${total} messages`;
  more.hidden = messages.length >= total;
}

async function showWelcome(): Promise<void> {
  pane.replaceChildren(welcome(await getJson<Tenant>('/api/tenant'), messages.length === 0));
}

async function open(id: string): Promise<void> {
  selected = id;
  opened = id;
  document.body.classList.add('reading');
  drawList();
  const message = await getJson<Message>(messagePath(id));
  if (opened === id) pane.replaceChildren(...messageView(message));
}

function close(): void {
  opened = undefined;
  document.body.classList.remove('reading');
  list.focus();
}

async function move(step: number): Promise<void> {
  const at = messages.findIndex((message) => message.id === selected);
  const next = messages[at < 0 ? 0 : Math.min(Math.max(at + step, 0), messages.length - 1)];
  if (!next) return;
  selected = next.id;
  drawList();
  list.querySelector(`[data-id="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' });
  if (opened !== undefined || matchMedia('(min-width: 721px)').matches) await open(next.id);
}

const keys: Record<string, () => void> = {
  j: () => void move(1),
  ArrowDown: () => void move(1),
  k: () => void move(-1),
  ArrowUp: () => void move(-1),
  Enter: () => selected !== undefined && void open(selected),
  Escape: close,
};

document.addEventListener('keydown', (event) => {
  const onButton = event.target instanceof HTMLElement && event.target.closest('button, a');
  if (event.ctrlKey || event.metaKey || event.altKey || (onButton && event.key === 'Enter')) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

list.addEventListener('click', (event) => {
  const id = event.target instanceof Element && event.target.closest('.message')?.getAttribute('data-id');
  if (id) void open(id);
});

more.addEventListener('click', () => {
  shown = Math.min(shown + PAGE, 500);
  void refresh();
});

byId('back').addEventListener('click', close);

byId('tenant').addEventListener('click', () => {
  opened = undefined;
  selected = undefined;
  document.body.classList.add('reading');
  drawList();
  void showWelcome();
});

byId('clear').addEventListener('click', async () => {
  if (!confirm('Delete all messages of this sandbox?')) return;
  await fetch('/api/messages', { method: 'DELETE' });
  opened = undefined;
  selected = undefined;
  document.body.classList.remove('reading');
  await refresh();
});

const events = new EventSource('/api/events');
events.addEventListener('messages', () => void refresh());
// Also after a reconnect: what came in between was told to nobody.
events.addEventListener('open', () => {
  byId('live').classList.add('on');
  void refresh();
});
events.addEventListener('error', () => byId('live').classList.remove('on'));
