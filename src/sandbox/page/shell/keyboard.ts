import { showHelp } from '../elements/dialogs.js';
import { go } from './navigate.js';
import { linkTo } from './route.js';
import type { Section } from './section.js';

export interface KeyboardOptions {
  sections: readonly string[];
  current: () => Section | undefined;
  theme: () => void;
}

/** The keys of the whole page. What is being typed, and keys together with others, are left alone. */
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
    if (!act || isOfItsOwn(at, event.key)) return;
    event.preventDefault();
    act();
  });
}

/** Whether the key means something to the very element that has the focus. */
function isOfItsOwn(at: HTMLElement | undefined, key: string): boolean {
  if (!at) return false;
  if (at.matches('input:not([type=checkbox]), textarea, select')) {
    if (key === 'Escape') at.blur();
    return true;
  }
  if (key === 'Enter') return at.closest('button, a, summary, input') !== null;
  return key.startsWith('Arrow') && at.closest('.body, .table, [role=tab]') !== null;
}
