import type { Rule } from '../api/types.js';
import { type Child, element } from '../elements/dom.js';
import { type Fields, readRule, ruleSentence } from './rule.js';

const TARGETS: [value: string, label: string][] = [
  ['sendMail', 'sendMail: send a message'],
  ['token', 'token: sign in'],
  ['discovery', 'discovery: metadata of the sign-in'],
  ['createDraft', 'createDraft: create a draft'],
  ['addAttachment', 'addAttachment: attach a file'],
  ['createUploadSession', 'createUploadSession: begin an upload'],
  ['uploadChunk', 'uploadChunk: upload a part of a file'],
  ['sendDraft', 'sendDraft: send a draft'],
  ['deleteDraft', 'deleteDraft: delete a draft'],
  ['messageTrace', 'messageTrace: trace messages'],
  ['lookup', 'lookup: read messages'],
  ['any', 'any request'],
];

const KINDS: [value: string, label: string][] = [
  ['status', 'error, or another HTTP status'],
  ['slow', 'late answer'],
  ['reset:before-answer', 'connection reset before the answer'],
  ['reset:before-body', 'connection reset before the body is read'],
  ['reset:mid-body', 'connection reset in the middle of the body'],
  ['silence', 'no answer'],
  ['claimsChallenge', 'claims challenge (CAE)'],
  ['aadsts', 'sign-in error (AADSTS)'],
];

/** The form for a new rule; `add` rejects with what is wrong about the rule. */
export function faultForm(add: (rule: Rule) => Promise<void>): HTMLElement {
  const wrong = element('p', { class: 'wrong', role: 'alert' });
  const sentence = element('output', { class: 'sentence' });
  const kind = select('kind', 'What happens', KINDS);
  const answer = element('div', { class: 'fields' }, ...answerFields());
  const entra = element('div', { class: 'fields' }, number('aadsts', 'AADSTS number', '700027'));
  const form = element(
    'form',
    { class: 'fault-form', 'aria-label': 'New fault' },
    element('div', { class: 'fields' }, select('on', 'Request', TARGETS), kind, times(), endless()),
    answer,
    entra,
    element(
      'details',
      {},
      element('summary', {}, 'Only some requests'),
      element('div', { class: 'fields' }, ...conditionFields()),
    ),
    element('details', {}, element('summary', {}, 'Delay'), element('div', { class: 'fields' }, ...slowFields())),
    sentence,
    wrong,
    element('button', { type: 'submit', class: 'primary' }, 'Add fault'),
  );
  const draw = (): void => {
    const { value } = kind.querySelector('select') as HTMLSelectElement;
    answer.hidden = value !== 'status';
    entra.hidden = value !== 'aadsts';
    if (value === 'slow')
      for (const one of form.querySelectorAll('details')) one.open ||= one.textContent.startsWith('Delay');
    sentence.textContent = ruleSentence(readRule(fieldsOf(form)));
  };
  form.addEventListener('input', draw);
  draw();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    wrong.textContent = '';
    add(readRule(fieldsOf(form))).catch((error: unknown) => {
      // The user of the form does not see the request to the API.
      wrong.textContent = (error instanceof Error ? error.message : String(error)).replace(/^POST \S+: /, '');
    });
  });
  return form;
}

function fieldsOf(form: HTMLFormElement): Fields {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

function answerFields(): Node[] {
  return [
    number('status', 'Status', '', '503'),
    text('retryAfter', 'Retry-After, in seconds', '7'),
    text('code', 'Error code', 'as Graph has it'),
    text('message', 'Error message', 'as Graph has it'),
    checkbox('delivered', 'Carried out all the same'),
  ];
}

function conditionFields(): Node[] {
  return [
    text('mailbox', 'Mailbox', 'noreply@contoso.example'),
    text('recipient', 'Recipient', 'ana@example.com'),
    text('recipientDomain', 'Domain of recipient', 'example.com'),
    text('subject', 'Whole subject'),
    text('subjectContains', 'Part of the subject'),
    number('after', 'Let through first', '0'),
    number('every', 'Only every n-th', '1'),
    number('probability', 'Probability, 0 to 1', '1', '', '0.01'),
    number('seed', 'Random seed'),
  ];
}

function slowFields(): Node[] {
  return [number('delay', 'Wait before the answer, in ms', '0'), number('drip', 'Spread the answer over, in ms', '0')];
}

function times(): Node {
  return number('times', 'How many times', '1');
}

function endless(): Node {
  return checkbox('endless', 'Every time, until it is removed');
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
