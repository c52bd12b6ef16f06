import { notice } from '../shell/notices.js';
import { element } from './dom.js';

/** Copies a text; says so on itself for a moment. */
export function copyButton(text: () => string, what: string, label = 'Copy'): HTMLButtonElement {
  const node = element('button', { type: 'button', class: 'quiet copy', 'aria-label': `Copy ${what}` }, label);
  node.addEventListener('click', () => {
    navigator.clipboard.writeText(text()).then(
      () => {
        node.textContent = 'Copied';
        setTimeout(() => {
          node.textContent = label;
        }, 1500);
      },
      () => notice('The browser does not let this page copy; select the text instead.'),
    );
  });
  return node;
}

/** A text in a row with its copy button. */
export function copyable(text: string, what: string): HTMLElement {
  return element(
    'span',
    { class: 'copyable' },
    element('code', {}, text),
    copyButton(() => text, what),
  );
}
