import { element } from '../elements/dom.js';

const STATUSES = [
  '200',
  '201',
  '202',
  '204',
  '400',
  '401',
  '403',
  '404',
  '409',
  '413',
  '429',
  '500',
  '502',
  '503',
  '504',
];
const PAUSE = 200;

/** Which requests are listed. */
export function requestFilters(changed: () => void) {
  const status = element(
    'select',
    { 'aria-label': 'Status' },
    element('option', { value: '' }, 'Any status'),
    ...STATUSES.map((code) => element('option', { value: code }, code)),
  );
  const mailbox = element('input', {
    type: 'search',
    class: 'search',
    placeholder: 'Mailbox',
    'aria-label': 'Mailbox of the requests',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  status.addEventListener('change', changed);
  mailbox.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, PAUSE);
  });
  return {
    nodes: [element('div', { class: 'line' }, mailbox, status)],
    mailbox,
    given: () => mailbox.value.trim() !== '' || status.value !== '',
    clear: (): void => {
      mailbox.value = '';
      status.value = '';
      changed();
      mailbox.focus();
    },
    parameters: () => ({ mailbox: mailbox.value.trim(), status: status.value }),
  };
}
