import { getText, type Message, messagePath } from './api.js';
import { element, terms } from './dom.js';
import { addresses, size } from './format.js';

type Tab = [label: string, show: () => Node | Promise<Node>];

// Kept from message to message: somebody who looks at the source wants the next source.
let chosen = '';

/** One message with its tabs. */
export function messageView(message: Message): Node[] {
  const body = element('div', { class: 'body', role: 'tabpanel' });
  const tabs = tabsOf(message);
  const buttons = tabs.map(([label]) => element('button', { type: 'button', role: 'tab' }, label));
  const show = async (index: number): Promise<void> => {
    for (const [at, button] of buttons.entries()) button.setAttribute('aria-selected', String(at === index));
    const content = await tabs[index]?.[1]();
    if (content && buttons[index]?.getAttribute('aria-selected') === 'true') body.replaceChildren(content);
  };
  for (const [index, button] of buttons.entries()) {
    button.addEventListener('click', () => {
      chosen = kind(tabs[index]);
      void show(index);
    });
  }
  const known = tabs.findIndex((tab) => kind(tab) === chosen);
  void show(Math.max(known, 0));
  return [head(message), element('div', { class: 'tabs', role: 'tablist' }, ...buttons), body];
}

function kind(tab: Tab | undefined): string {
  return tab?.[0].split(' ')[0] ?? '';
}

function head(message: Message): Node {
  const bcc = element(
    'span',
    {},
    addresses(message.bcc),
    element('span', { class: 'note' }, "only in the sender's copy"),
  );
  const from = message.from ? addresses([message.from]) : '(none)';
  return element(
    'div',
    { class: 'head' },
    element('h2', {}, message.subject || '(no subject)'),
    terms([
      ['From', from],
      ['Mailbox', message.from?.address.toLowerCase() === message.mailbox.toLowerCase() ? undefined : message.mailbox],
      ['To', addresses(message.to)],
      ['Cc', addresses(message.cc)],
      ['Bcc', message.bcc.length > 0 ? bcc : undefined],
      ['Received', `${new Date(message.receivedAt).toLocaleString()} · ${size(message.size)}`],
    ]),
  );
}

function tabsOf(message: Message): Tab[] {
  const tabs: Tab[] = [];
  if (message.html) tabs.push(['HTML', () => frame(message.id)]);
  if (message.text !== undefined || !message.html) tabs.push(['Text', () => preformatted(message.text ?? '', 'text')]);
  tabs.push(['Headers', () => headers(message)], ['Source', () => source(message.id)]);
  const { length } = message.attachments;
  if (length > 0) tabs.push([`Attachments (${length})`, () => attachments(message)]);
  return tabs;
}

function frame(id: string): Node {
  return element('iframe', {
    sandbox: '',
    referrerpolicy: 'no-referrer',
    title: 'HTML of the message',
    src: messagePath(id, '/html'),
  });
}

function preformatted(text: string, name = ''): Node {
  return element('pre', { class: name }, text === '' ? '(empty)' : text);
}

function headers(message: Message): Node {
  return terms([
    ...message.headers.map(({ name, value }): [string, string] => [name, value]),
    ['request-id', message.requestId],
    ['application', message.appId],
  ]);
}

async function source(id: string): Promise<Node> {
  const path = messagePath(id, '/raw');
  const link = element('a', { href: `${path}?download` }, 'Download .eml');
  return element('div', {}, element('p', { class: 'actions' }, link), preformatted(await getText(path)));
}

function attachments(message: Message): Node {
  const items = message.attachments.map((file, index) => {
    const link = element(
      'a',
      { href: messagePath(message.id, `/attachments/${index}`) },
      file.filename ?? 'attachment',
    );
    const inline = file.contentId ? ` · cid:${file.contentId}` : '';
    return element(
      'li',
      {},
      link,
      element('span', { class: 'soft' }, ` ${file.contentType} · ${size(file.size)}${inline}`),
    );
  });
  return element('ul', { class: 'files' }, ...items);
}
