import type { Rule } from '../api/types.js';
import { plainText } from '../elements/format.js';

/** The values of the form, by the names of their fields. */
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

const RESETS: Readonly<Record<string, string>> = {
  'before-answer': 'loses its connection before the answer',
  'before-body': 'loses its connection before its body is read',
  'mid-body': 'loses its connection in the middle of its body',
};

/** What a rule does, in one sentence. */
export function ruleSentence(rule: Rule): string {
  const { after } = rule;
  const sentence = `${which(rule)}${about(rule)} ${outcome(rule)}.`;
  if (!isAbove(after, 0)) return sentence;
  const through = after === 1 ? 'After one that is let through' : `After ${plainText(after)} that are let through`;
  return `${through}, ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

/** As "Each of the next 3 sendMail requests". */
function which({ on, times, every, probability }: Rule): string {
  const names = [on].flat();
  const kind = names.includes('any') ? '' : `${listed(names)} `;
  const chance =
    typeof probability === 'number' && probability < 1 ? `, with a chance of ${percent(probability)},` : '';
  const often = isAbove(every, 1);
  const endless = times === null || (times === undefined && (often || chance !== ''));
  const count = times === undefined || times === null ? 1 : Number(times);
  if (often) {
    const limit = endless ? '' : `, ${count === 1 ? 'once' : `${count} times`},`;
    return `Every ${ordinal(Number(every))} ${kind}request${chance}${limit}`;
  }
  if (endless) return `Every ${kind}request${chance}`;
  return `${count === 1 ? `The next ${kind}request` : `Each of the next ${count} ${kind}requests`}${chance}`;
}

function about({ mailbox, recipient, recipientDomain, subject, subjectContains }: Rule): string {
  const parts: string[] = [];
  if (mailbox !== undefined) parts.push(`for the mailbox ${plainText(mailbox)}`);
  if (recipient !== undefined) parts.push(`to ${plainText(recipient)}`);
  if (recipientDomain !== undefined) parts.push(`to anyone at ${plainText(recipientDomain)}`);
  if (subject !== undefined) parts.push(`with the subject “${plainText(subject)}”`);
  if (subjectContains !== undefined) parts.push(`with “${plainText(subjectContains)}” in the subject`);
  return parts.map((part) => ` ${part}`).join('');
}

function outcome(rule: Rule): string {
  const { status, code, aadsts, reset, silence, claimsChallenge, delay, drip, headers } = rule;
  const slow: string[] = [];
  if (delay !== undefined) slow.push(`after ${span(delay)} ms`);
  if (drip !== undefined) slow.push(`spread over ${plainText(drip)} ms`);
  const late = slow.map((part) => ` ${part}`).join('');
  if (status !== undefined) {
    const words = [status === null || Number.isNaN(status) ? '(no status yet)' : status, plainText(code)].join(' ');
    const more = headers === undefined ? '' : ` with ${plainText(headers)}`;
    return `is answered ${words.trim()}${more}${late}${effect(rule)}`;
  }
  if (aadsts !== undefined) return `fails to sign in with AADSTS${plainText(aadsts)}${late}`;
  if (reset !== undefined) return `${RESETS[plainText(reset)] ?? 'loses its connection'}${late}${effect(rule)}`;
  if (silence === true) return `is never answered${effect(rule)}`;
  if (claimsChallenge === true) return `is answered 401 with a claims challenge${late}`;
  return `is answered as usual${late}`;
}

/** What happens to the message, which the answer does not reveal. */
function effect({ on, delivered }: Rule): string {
  const sends = [on].flat().every((name) => name === 'sendMail' || name === 'sendDraft');
  if (delivered === true) return sends ? ', and the message is sent all the same' : ', and carried out all the same';
  return sends ? ', and the message is not sent' : '';
}

/** A number of milliseconds, or a range. */
function span(delay: unknown): string {
  if (typeof delay !== 'object' || delay === null) return plainText(delay);
  return Object.values(delay).map(plainText).join('–');
}

function isAbove(value: unknown, least: number): boolean {
  return typeof value === 'number' && value > least;
}

function percent(probability: number): string {
  return `${Number((probability * 100).toFixed(2))} %`;
}

function ordinal(count: number): string {
  const kind = new Intl.PluralRules('en', { type: 'ordinal' }).select(count);
  return `${count}${{ one: 'st', two: 'nd', few: 'rd' }[kind as 'one'] ?? 'th'}`;
}

function listed(names: readonly unknown[]): string {
  const texts = names.map(plainText);
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}
