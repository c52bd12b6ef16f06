import { element } from '../elements/dom.js';

// A word is typed before it is searched for.
const PAUSE = 150;

export function searchField(search: (text: string) => void): HTMLInputElement {
  const field = element('input', {
    type: 'search',
    class: 'search',
    placeholder: 'Search words, to: from: subject: status:',
    title: 'Words of subject and addresses, or to: from: subject: mailbox: status: id:',
    'aria-label': 'Search messages',
    'aria-keyshortcuts': '/',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = '';
  const now = (): void => {
    clearTimeout(timer);
    const text = field.value.trim();
    if (text === last) return;
    last = text;
    search(text);
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  });
  field.addEventListener('search', now);
  field.addEventListener('focus', () => {
    last = field.value.trim();
  });
  return field;
}
