import type { Rule } from './fault-types.js';

/** What stands in the fields of the form, by their names. */
export type Fields = Readonly<Record<string, string>>;

const TEXTS = ['mailbox', 'recipient', 'recipientDomain', 'subject', 'subjectContains', 'code', 'message'];
const NUMBERS = ['after', 'every', 'probability', 'seed', 'delay', 'drip'];

/** The rule that the form describes; what is left empty is left to the defaults. */
export function readRule(fields: Fields): Rule {
  const rule: Rule = { on: fields.on ?? 'sendMail' };
  const given = (name: string): string => (fields[name] ?? '').trim();
  for (const name of TEXTS) if (given(name) !== '') rule[name] = given(name);
  for (const name of NUMBERS) if (given(name) !== '') rule[name] = Number(given(name));
  // JSON has no Infinity.
  if (fields.endless === 'on') rule.times = null;
  else if (given('times') !== '') rule.times = Number(given('times'));
  const kind = fields.kind ?? 'status';
  if (kind === 'status') {
    rule.status = Number(given('status'));
    if (given('retryAfter') !== '') rule.headers = { 'Retry-After': given('retryAfter') };
  }
  if (kind === 'aadsts') rule.aadsts = Number(given('aadsts'));
  if (kind.startsWith('reset:')) rule.reset = kind.slice('reset:'.length);
  if (kind === 'silence' || kind === 'claimsChallenge') rule[kind] = true;
  if (fields.delivered === 'on') rule.delivered = true;
  return rule;
}
