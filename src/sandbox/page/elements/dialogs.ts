import { button, element, fragment } from './dom.js';

/** Asks before something is gone for good. */
export function ask(question: string, action: string): Promise<boolean> {
  const dialog = element('dialog', { 'aria-label': question }, element('p', {}, question));
  const close = (answer: string) => (): void => dialog.close(answer);
  dialog.append(
    element(
      'div',
      { class: 'choices' },
      button('Cancel', close(''), { autofocus: '' }),
      button(action, close('yes'), { class: 'danger' }),
    ),
  );
  return new Promise((resolve) => show(dialog, () => resolve(dialog.returnValue === 'yes')));
}

const KEYS: [keys: string[], meaning: string][] = [
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

export function showHelp(): void {
  if (document.querySelector('dialog[open]')) return;
  const rows = KEYS.map(([keys, meaning]) => {
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
  show(dialog, () => undefined);
}

function show(dialog: HTMLDialogElement, closed: () => void): void {
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}
