import type { ReadableMessage } from '../api/types.js';
import { button, type Child, element } from '../elements/dom.js';
import { type Tab, tabs } from '../elements/tabs.js';
import { attachmentsView } from './attachments-view.js';
import { findings } from './findings.js';
import { headersView } from './headers-view.js';
import { htmlView } from './html-view.js';
import { longText } from './long-text.js';
import { messageHead } from './message-head.js';
import { sourceView } from './source-view.js';
import { storyView } from './story-view.js';
import { treeView } from './tree-view.js';

export interface MessageViewOptions {
  /** Of the message in the API. */
  path: string;
  /** Of the copy that recipients got. */
  delivered?: string;
  remove?: () => void;
  /** Stands beside the actions. */
  aside?: Child;
}

let chosen = '';

/** One message with its tabs. */
export function messageView(message: ReadableMessage, options: MessageViewOptions): Node[] {
  const { bar, body } = tabs('Views of the message', tabsOf(message, options), chosen, (name) => {
    chosen = name;
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
  if (story) all.push({ name: 'story', label: `Story (${story.length})`, show: () => storyView(story) });
  return all;
}
