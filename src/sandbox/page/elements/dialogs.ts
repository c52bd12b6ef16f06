import { button, element } from './dom.js';

/** Asks before something is deleted for good. */
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
  return new Promise((resolve) => showDialog(dialog, () => resolve(dialog.returnValue === 'yes')));
}

/** Shows a dialog; it is removed when it closes. */
export function showDialog(dialog: HTMLDialogElement, closed: () => void): void {
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}
