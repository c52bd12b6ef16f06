import { type Child, element } from './dom.js';
import { notice, say } from './notices.js';

const SHOWN = 1500;

/** Copies a text; the button confirms it for a moment, also to a screen reader. `what` completes the label "Copy …". */
export function copyButton(text: () => string, what: string): HTMLButtonElement {
  const label = `Copy ${what}`;
  const node = element('button', { type: 'button', class: 'quiet copy', 'aria-label': label, title: label }, 'Copy');
  let timer: ReturnType<typeof setTimeout> | undefined;
  node.addEventListener('click', () => {
    navigator.clipboard.writeText(text()).then(
      () => {
        node.textContent = 'Copied';
        say(`In the clipboard: ${what}.`);
        clearTimeout(timer);
        timer = setTimeout(() => {
          node.textContent = 'Copy';
        }, SHOWN);
      },
      () => notice('The browser does not let this page copy; select the text instead.'),
    );
  });
  return node;
}

/** A text followed by its copy button; `shown` is displayed instead of the text. */
export function copyable(text: string, what: string, shown: Child = element('code', {}, text)): HTMLElement {
  return element(
    'span',
    { class: 'copyable' },
    shown,
    copyButton(() => text, what),
  );
}
