import { showDialog } from '../elements/dialogs.js';
import { button, element, fragment } from '../elements/dom.js';
import { go } from './navigate.js';
import { linkTo } from './route.js';
import type { Section } from './section.js';

export interface KeyboardOptions {
  sections: readonly string[];
  current: () => Section | undefined;
  theme: () => void;
}

const HELP: [keys: string[], meaning: string][] = [
  [['1', '…', '6'], 'the sections'],
  [['/'], 'search'],
  [['j', '↓'], 'next'],
  [['k', '↑'], 'previous'],
  [['Enter'], 'open'],
  [['Esc'], 'back to the list'],
  [['Tab', '← →'], 'between the tabs of a message'],
  [['Del'], 'delete the open message'],
  [['t'], 'light, dark or as the system has it'],
  [['?'], 'this help'],
];

/** The keys of the whole page. Text input and key combinations are left alone. */
export function listenToKeys({ sections, current, theme }: KeyboardOptions): void {
  const keys: Record<string, () => void> = {
    j: () => current()?.list?.move(1),
    ArrowDown: () => current()?.list?.move(1),
    k: () => current()?.list?.move(-1),
    ArrowUp: () => current()?.list?.move(-1),
    Enter: () => current()?.list?.openSelected(),
    Escape: () => current()?.back?.(),
    Delete: () => current()?.remove?.(),
    '/': () => current()?.search?.focus(),
    '?': showHelp,
    t: theme,
  };
  for (const [index, section] of sections.entries()) keys[String(index + 1)] = () => go(linkTo(section));

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const at = event.target instanceof HTMLElement ? event.target : undefined;
    const act = keys[event.key];
    if (!act || isHandledBy(at, event.key)) return;
    event.preventDefault();
    act();
  });
}

export function showHelp(): void {
  if (document.querySelector('dialog[open]')) return;
  const rows = HELP.map(([keys, meaning]) => {
    const shown = fragment(...keys.flatMap((key) => [element('kbd', {}, key), ' ']));
    return element('tr', {}, element('td', {}, shown), element('td', {}, meaning));
  });
  const dialog = element('dialog', { 'aria-label': 'Keyboard', class: 'help' });
  dialog.append(
    element('h2', {}, 'Keyboard'),
    element('table', {}, element('tbody', {}, ...rows)),
    element(
      'div',
      { class: 'choices' },
      button('Close', () => dialog.close(), { autofocus: '' }),
    ),
  );
  showDialog(dialog, () => undefined);
}

/** Whether the element that has the focus handles the key itself. */
function isHandledBy(at: HTMLElement | undefined, key: string): boolean {
  if (!at) return false;
  if (at.matches('input:not([type=checkbox]), textarea, select')) {
    if (key === 'Escape') at.blur();
    return true;
  }
  if (key === 'Enter') return at.closest('button, a, summary, input') !== null;
  return key.startsWith('Arrow') && at.closest('.body, .table, [role=tab]') !== null;
}
