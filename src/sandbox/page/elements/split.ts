import { button, type Child, element } from './dom.js';

/** A list beside the open item; a narrow window has room for only one of the two. */
export interface Split {
  root: HTMLElement;
  /** Replaces the open item. Without a title nothing is open, and a narrow window shows the list. */
  show(title: string | undefined, ...content: Child[]): void;
}

/** Whether the list and the open item stand side by side. */
export function isWide(): boolean {
  return matchMedia('(min-width: 721px)').matches;
}

export function split(name: string, tools: Child[], list: HTMLElement, back: () => void): Split {
  const pane = element('div', { class: 'pane' });
  const opened = element(
    'section',
    { class: 'opened', 'aria-label': 'What is open' },
    button('← Back', back, { class: 'quiet back' }),
    pane,
  );
  const root = element(
    'section',
    { class: 'split', 'aria-label': name },
    element(
      'section',
      { class: 'list-pane', 'aria-label': 'List' },
      element('div', { class: 'list-tools' }, ...tools),
      list,
    ),
    opened,
  );
  return {
    root,
    show: (title, ...content) => {
      root.classList.toggle('reading', title !== undefined);
      opened.setAttribute('aria-label', title ?? 'Nothing is open');
      pane.replaceChildren(...content);
      opened.scrollTop = 0;
    },
  };
}
