import { checkFields } from '../checks/check-fields.js';
import type { FaultRule } from './fault-rule.js';
import { RULE } from './rule-kinds.js';
import { strikesEarly, targetsOf, targetsWith, unfitField } from './targets.js';

/**
 * Throws an Error that names what is wrong with a rule: one that never strikes would let a test pass for nothing. `what` is
 * how the message begins.
 */
export function checkRule(rule: FaultRule, what = 'sandbox.fault'): void {
  checkFields(what, rule, RULE, ['on']);
  const wrong = wrongTarget(rule) ?? wrongMatch(rule) ?? wrongDelivery(rule) ?? wrongChance(rule) ?? wrongOutcome(rule);
  if (wrong !== undefined) throw new Error(`${what}: ${wrong}.`);
}

function wrongTarget(rule: FaultRule): string | undefined {
  if (rule.on === 'any') {
    if (targetsOf(rule).size > 0) return undefined;
    return `no request can have all of these fields (${fieldsOf(rule)}), so the rule would never strike`;
  }
  for (const target of targetsOf(rule)) {
    const name = unfitField(rule, target);
    if (name === undefined) continue;
    const shown = typeof rule[name] === 'string' && name === 'reset' ? `${name}: "${rule[name]}"` : `"${name}"`;
    const expected = targetsWith(rule, name).map((one) => `"${one}"`);
    return `${shown} is given with on: "${target}", expected on: ${expected.join(', ')}`;
  }
  return undefined;
}

function wrongMatch(rule: FaultRule): string | undefined {
  const { subject, subjectContains } = rule;
  if (subject !== undefined && subjectContains !== undefined) {
    return '"subject" and "subjectContains" are both given, expected one of the two';
  }
  if (!strikesEarly(rule)) return undefined;
  const unknown = (['recipient', 'recipientDomain', 'subject', 'subjectContains'] as const).find(
    (name) => rule[name] !== undefined,
  );
  if (unknown === undefined) return undefined;
  return `"${unknown}" is given with reset: "${rule.reset}", which strikes before the message is known: leave it out`;
}

function wrongDelivery(rule: FaultRule): string | undefined {
  const { status, delivered, headers = {} } = rule;
  if (!delivered) return undefined;
  if (strikesEarly(rule)) {
    return `"delivered" is true with reset: "${rule.reset}", expected reset: "before-answer": what did not arrive is not delivered`;
  }
  const retryAfter = Object.keys(headers).some((name) => name.toLowerCase() === 'retry-after');
  if (status !== 503 || !retryAfter) return undefined;
  return (
    '"delivered" is true with status 503 and Retry-After, expected one of the two: Graph is not known to ' +
    'take a message and ask for it again'
  );
}

function wrongChance({ seed, probability, delay }: FaultRule): string | undefined {
  if (seed === undefined || probability !== undefined || typeof delay === 'object') return undefined;
  return '"seed" is given, but nothing is drawn: expected probability, or a delay of { min, max }, beside it';
}

function wrongOutcome(rule: FaultRule): string | undefined {
  const { status, aadsts, delay, drip } = rule;
  const answers = status !== undefined || aadsts !== undefined;
  const instead = (['reset', 'silence', 'claimsChallenge'] as const).filter((name) => rule[name]);
  const [first, second] = [...instead, ...(answers ? [status === undefined ? 'aadsts' : 'status'] : [])];
  if (second !== undefined) return `"${first}" and "${second}" are both given, expected one of the two`;
  if (first !== undefined || delay !== undefined || drip !== undefined) return undefined;
  return `the rule (${fieldsOf(rule)}) would do nothing, expected status, aadsts, reset, silence, claimsChallenge, delay or drip`;
}

function fieldsOf(rule: FaultRule): string {
  return Object.keys(rule).join(', ');
}
