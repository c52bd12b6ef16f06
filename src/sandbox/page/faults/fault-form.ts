import { type Child, element } from '../elements/dom.js';
import type { Rule } from './fault-types.js';
import { readRule } from './read-rule.js';

const TARGETS = [
  'sendMail',
  'token',
  'discovery',
  'createDraft',
  'addAttachment',
  'createUploadSession',
  'uploadChunk',
  'sendDraft',
  'deleteDraft',
  'messageTrace',
  'lookup',
  'any',
];

const KINDS: [value: string, label: string][] = [
  ['status', 'answer with a status'],
  ['slow', 'only be slow'],
  ['reset:before-answer', 'reset the connection before the answer'],
  ['reset:before-body', 'reset the connection before the body'],
  ['reset:mid-body', 'reset the connection amid the body'],
  ['silence', 'never answer'],
  ['claimsChallenge', 'challenge the token (CAE)'],
  ['aadsts', 'fail the sign-in (AADSTS)'],
];

/** Adds a rule; `add` rejects with what is wrong about it. */
export function faultForm(add: (rule: Rule) => Promise<void>): HTMLElement {
  const wrong = element('p', { class: 'wrong', role: 'alert' });
  const kind = select('kind', 'What happens', KINDS);
  const answer = element('div', { class: 'fields' }, ...answerFields());
  const entra = element('div', { class: 'fields' }, number('aadsts', 'AADSTS number', '700027'));
  const form = element(
    'form',
    { class: 'fault-form', 'aria-label': 'New fault' },
    element(
      'div',
      { class: 'fields' },
      select(
        'on',
        'Strikes',
        TARGETS.map((name) => [name, name]),
      ),
      kind,
      times(),
      endless(),
    ),
    answer,
    entra,
    element(
      'details',
      {},
      element('summary', {}, 'Only if'),
      element('div', { class: 'fields' }, ...conditionFields()),
    ),
    element('details', {}, element('summary', {}, 'Slowly'), element('div', { class: 'fields' }, ...slowFields())),
    wrong,
    element('button', { type: 'submit', class: 'primary' }, 'Add fault'),
  );
  const draw = (): void => {
    const { value } = kind.querySelector('select') as HTMLSelectElement;
    answer.hidden = value !== 'status';
    entra.hidden = value !== 'aadsts';
    if (value === 'slow')
      for (const one of form.querySelectorAll('details')) one.open ||= one.textContent.startsWith('Slowly');
  };
  form.addEventListener('change', draw);
  draw();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    wrong.textContent = '';
    add(readRule(fields)).catch((error: unknown) => {
      wrong.textContent = error instanceof Error ? error.message : String(error);
    });
  });
  return form;
}

function answerFields(): Node[] {
  return [
    number('status', 'Status', '', '503'),
    text('retryAfter', 'Retry-After', '7'),
    text('code', 'Error code', 'as Graph has it'),
    text('message', 'Error message', 'as Graph has it'),
    checkbox('delivered', 'Delivered all the same'),
  ];
}

function conditionFields(): Node[] {
  return [
    text('mailbox', 'Mailbox', 'noreply@contoso.example'),
    text('recipient', 'Recipient', 'ana@example.com'),
    text('recipientDomain', 'Domain of a recipient', 'example.com'),
    text('subject', 'Whole subject'),
    text('subjectContains', 'Part of the subject'),
    number('after', 'After so many', '0'),
    number('every', 'Every n-th', '1'),
    number('probability', 'Probability', '0.5', '', '0.01'),
    number('seed', 'Seed'),
  ];
}

function slowFields(): Node[] {
  return [number('delay', 'Wait, ms', '0'), number('drip', 'Write the answer for, ms', '0')];
}

function times(): Node {
  return number('times', 'Times', '1');
}

function endless(): Node {
  return checkbox('endless', 'Without end');
}

function text(name: string, label: string, placeholder = ''): Node {
  return labelled(label, element('input', { name, placeholder, autocomplete: 'off', spellcheck: 'false' }));
}

function number(name: string, label: string, placeholder = '', value = '', step = '1'): Node {
  return labelled(label, element('input', { type: 'number', name, placeholder, value, min: '0', step }));
}

function checkbox(name: string, label: string): Node {
  return element('label', { class: 'check' }, element('input', { type: 'checkbox', name }), label);
}

function select(name: string, label: string, options: string[][]): HTMLElement {
  const choices = options.map(([value = '', text = value]) => element('option', { value }, text));
  return labelled(label, element('select', { name }, ...choices));
}

function labelled(label: string, field: Child): HTMLElement {
  return element('label', {}, element('span', { class: 'soft' }, label), field);
}
