import type { Attachment, MimeNode, ReadableMessage } from '../api/types.js';
import { copyable, copyButton } from '../elements/copy.js';
import { button, type Child, element, table, terms } from '../elements/dom.js';
import { addresses, counted, size } from '../elements/format.js';
import { type Tab, tabs } from '../elements/tabs.js';
import { badges } from './badges.js';
import { longText, sourceView } from './text-views.js';
import { timelineView } from './timeline-view.js';

export interface MessageViewOptions {
  /** The path of the message in the API. */
  path: string;
  /** The path of the copy that recipients got. */
  delivered?: string;
  remove?: () => void;
  /** Shown beside the actions. */
  aside?: Child;
}

// A newsletter may have thousands of links.
const LINKS_SHOWN = 100;

const WIDTHS = ['Desktop', 'Mobile'];

// The last choice applies to the next message too.
let chosenTab = '';
let width = 'Desktop';

/** One message with its tabs. */
export function messageView(message: ReadableMessage, options: MessageViewOptions): Node[] {
  const { bar, body } = tabs('Views of the message', tabsOf(message, options), chosenTab, (name) => {
    chosenTab = name;
  });
  const actions = element('div', { class: 'actions' });
  if (options.aside !== undefined) actions.append(options.aside);
  actions.append(element('a', { class: 'quiet', href: `${options.path}/raw?download` }, 'Download .eml'));
  if (options.remove) actions.append(button('Delete', options.remove));
  const head = element('div', { class: 'head' }, messageHead(message, actions), findings(message));
  return [head, bar, body];
}

function tabsOf(message: ReadableMessage, { path, delivered }: MessageViewOptions): Tab[] {
  const { text, html, attachments, tree, story } = message;
  const all: Tab[] = [];
  if (html) all.push({ name: 'html', label: 'HTML', show: () => htmlView(`${path}/html`) });
  if (text !== undefined || !html)
    all.push({
      name: 'text',
      label: 'Text',
      show: () => longText({ text: text ?? '', download: `${path}/raw?download`, class: 'text' }),
    });
  all.push({ name: 'headers', label: 'Headers', show: () => headersView(message) });
  if (tree) all.push({ name: 'mime', label: 'MIME', show: () => treeView(tree) });
  all.push({ name: 'source', label: 'Source', show: () => sourceView({ raw: `${path}/raw`, delivered }) });
  if (attachments.length > 0) {
    const label = `Attachments (${attachments.length})`;
    all.push({ name: 'attachments', label, show: () => attachmentsView(attachments, path) });
  }
  if (story) all.push({ name: 'story', label: `Story (${story.length})`, show: () => timelineView(story) });
  return all;
}

/** Subject and addresses, as the sender sees them: with Bcc. */
function messageHead(message: ReadableMessage, actions: Node): Node {
  const { subject, from, mailbox, bcc } = message;
  const hidden = element('span', {}, addresses(bcc), element('span', { class: 'note' }, "only in the sender's copy"));
  const foreign = mailbox !== undefined && from?.address.toLowerCase() !== mailbox.toLowerCase();
  const node = document.createDocumentFragment();
  node.append(
    element(
      'div',
      { class: 'title' },
      element('h2', {}, subject || '(no subject)'),
      element('span', { class: 'badges' }, ...badges(message)),
      actions,
    ),
    terms([
      ['From', from ? addresses([from]) : '(none)'],
      ['Mailbox', foreign ? mailbox : undefined],
      ['To', addresses(message.to)],
      ['Cc', addresses(message.cc)],
      ['Bcc', bcc.length > 0 ? hidden : undefined],
      ['Received', received(message)],
    ]),
  );
  return node;
}

function received({ receivedAt, size: bytes, recipients }: ReadableMessage): string {
  const to = recipients === undefined ? '' : ` · ${counted(recipients.length, 'recipient')}`;
  return `${new Date(receivedAt).toLocaleString()} · ${size(bytes)}${to}`;
}

/** The one-time codes and links of a message: what a developer who tests a sign-up looks for. */
function findings({ codes = [], links = [] }: Pick<ReadableMessage, 'codes' | 'links'>): Node {
  const node = document.createDocumentFragment();
  if (codes.length > 0) {
    const list = codes.map((code) => copyable(code, `the code ${code}`));
    node.append(element('div', { class: 'findings' }, element('span', { class: 'soft' }, 'Code'), ...list));
  }
  if (links.length > 0) {
    const items = links
      .slice(0, LINKS_SHOWN)
      .map((link) => element('li', {}, copyable(link, `the link ${link}`, linkText(link))));
    if (links.length > LINKS_SHOWN)
      items.push(element('li', { class: 'soft' }, `and ${links.length - LINKS_SHOWN} more in the text`));
    node.append(
      element(
        'details',
        { class: 'findings' },
        element('summary', {}, counted(links.length, 'link')),
        element('ul', {}, ...items),
      ),
    );
  }
  return node;
}

/** Opens only on a click, in a new tab that has no access to this one. */
function linkText(link: string): Child {
  if (!/^https?:\/\//i.test(link)) return element('code', {}, link);
  return element('a', { href: link, target: '_blank', rel: 'noopener noreferrer' }, link);
}

/** The HTML of a mail in a frame that runs no script; the policy in the server's answer keeps it from loading anything. */
function htmlView(path: string): Node {
  const frame = element('iframe', {
    sandbox: '',
    referrerpolicy: 'no-referrer',
    title: 'HTML of the message',
    src: path,
  });
  const paper = element('div', { class: 'paper' }, frame);
  const buttons = WIDTHS.map((name) =>
    button(name, () => {
      width = name;
      draw();
    }),
  );
  const draw = (): void => {
    paper.classList.toggle('mobile', width === 'Mobile');
    for (const one of buttons) one.setAttribute('aria-pressed', String(one.textContent === width));
  };
  draw();
  const choice = element('div', { class: 'choice', role: 'group', 'aria-label': 'Width' }, ...buttons);
  return element('div', { class: 'html' }, choice, paper);
}

/** The header fields of the upload in their order, and what the service recorded about the request. */
function headersView({ headers, requestId, clientRequestId, appId }: ReadableMessage): Node {
  const rows = headers.map(({ name, value }) => [name, copyable(value, name)]);
  const all = (): string => headers.map(({ name, value }) => `${name}: ${value}`).join('\r\n');
  const known = Object.entries({
    'request-id': requestId,
    'client-request-id': clientRequestId,
    application: appId,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, copyable(value, name)]]));
  return element(
    'div',
    {},
    element('div', { class: 'title' }, element('h3', {}, 'As submitted'), copyButton(all, 'all headers')),
    table('Headers', ['Name', 'Value'], rows),
    ...(known.length === 0 ? [] : [element('h3', {}, 'Taken with'), table('Taken with', ['Name', 'Value'], known)]),
  );
}

/** The nested parts of a message. */
function treeView(root: MimeNode): Node {
  return element('ul', { class: 'tree', 'aria-label': 'MIME tree' }, item(root));
}

function item({ contentType, disposition, filename, encoding, size: bytes, children }: MimeNode): HTMLElement {
  const more = [disposition, filename, encoding, size(bytes)].filter((text) => text !== undefined && text !== '');
  const node = element(
    'li',
    {},
    element('span', { class: 'type' }, contentType),
    element('span', { class: 'soft' }, ` ${more.join(' · ')}`),
  );
  if (children.length > 0) node.append(element('ul', {}, ...children.map(item)));
  return node;
}

function attachmentsView(attachments: Attachment[], path: string): Node {
  const rows = attachments.map((file, index) => [
    element('a', { href: `${path}/attachments/${index}`, download: '' }, file.filename ?? 'attachment'),
    file.contentType,
    size(file.size),
    file.contentId === undefined ? (file.disposition ?? '') : `inline, cid:${file.contentId}`,
  ]);
  return table('Attachments', ['File', 'Type', 'Size', 'Placed'], rows);
}
