import { button, element, soft, table } from '../elements/dom.js';
import { plainText } from '../tenant/plain-values.js';
import type { ActiveRule, Rule } from './fault-types.js';

/** The rules in force with how often they struck. */
export function rulesView(rules: ActiveRule[], remove: (id: string) => void): HTMLElement {
  if (rules.length === 0) return element('p', {}, soft('No fault is set: the sandbox answers as the service does.'));
  const rows = rules.map(({ id, rule, left, struck, scenario }) => [
    scenario === undefined ? plainText(rule.on) : `${plainText(rule.on)} (${scenario})`,
    effect(rule),
    conditions(rule),
    left === null ? 'without\u00a0end' : `${left}\u00a0left`,
    `${struck}\u00a0struck`,
    button('Remove', () => remove(id), { 'aria-label': `Remove the fault on ${plainText(rule.on)}` }),
  ]);
  return table('Faults', ['Strikes', 'What happens', 'Only if', 'Left', 'Struck', ''], rows);
}

const CONDITIONS = [
  'mailbox',
  'recipient',
  'recipientDomain',
  'subject',
  'subjectContains',
  'after',
  'every',
  'probability',
];

/** What a rule does, in words. */
export function effect(rule: Rule): string {
  const parts: string[] = [];
  if (rule.status !== undefined) parts.push(['answer', rule.status, plainText(rule.code)].join(' ').trim());
  if (rule.aadsts !== undefined) parts.push(`AADSTS${plainText(rule.aadsts)}`);
  if (rule.reset !== undefined) parts.push(`reset ${plainText(rule.reset)}`);
  if (rule.silence === true) parts.push('never answer');
  if (rule.claimsChallenge === true) parts.push('claims challenge');
  if (rule.delay !== undefined) parts.push(`wait ${span(rule.delay)} ms`);
  if (rule.drip !== undefined) parts.push(`write for ${plainText(rule.drip)} ms`);
  if (rule.headers !== undefined) parts.push(plainText(rule.headers));
  if (rule.delivered === true) parts.push('delivered all the same');
  return parts.join(', ');
}

/** Milliseconds, or from and to. */
function span(delay: unknown): string {
  if (typeof delay !== 'object' || delay === null) return plainText(delay);
  return Object.values(delay).map(plainText).join('–');
}

function conditions(rule: Rule): string {
  return CONDITIONS.filter((name) => rule[name] !== undefined)
    .map((name) => `${name}: ${plainText(rule[name])}`)
    .join(', ');
}
