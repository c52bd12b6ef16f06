import { checkFields, type Kind, type Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { AADSTS } from './aadsts.js';
import type { FaultRule } from './fault-rule.js';
import { appliesEarly, TARGETS, targetsOf, targetsWith, unfitField } from './rule-matching.js';

/**
 * Throws an Error that names what is wrong with a rule: one that is never applied would let a test pass for nothing. `what` is
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
  if (!appliesEarly(rule)) return undefined;
  const unknown = (['recipient', 'recipientDomain', 'subject', 'subjectContains'] as const).find(
    (name) => rule[name] !== undefined,
  );
  if (unknown === undefined) return undefined;
  return `"${unknown}" is given with reset: "${rule.reset}", which strikes before the message is known: leave it out`;
}

function wrongDelivery(rule: FaultRule): string | undefined {
  const { status, delivered, headers = {} } = rule;
  if (!delivered) return undefined;
  if (appliesEarly(rule)) {
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

const target = is.oneOf(...TARGETS, 'any');
const several = is.listOf(is.oneOf(...TARGETS), 'them, without "any"');

/** What each field of a rule may hold. */
const RULE: Kinds<FaultRule> = {
  on: {
    expected: `${target.expected}, or ${several.expected}`,
    accepts: (value) => target.accepts(value) || (several.accepts(value) && (value as unknown[]).length > 0),
    ...(several.entries && { entries: several.entries }),
  },
  times: {
    expected: 'an integer of 1 or more, or Infinity',
    accepts: (value) => value === Number.POSITIVE_INFINITY || is.integer(1).accepts(value),
  },
  after: is.integer(0),
  every: is.integer(1),
  probability: {
    expected: 'a number above 0 and up to 1',
    accepts: (value) => typeof value === 'number' && value > 0 && value <= 1,
  },
  seed: is.integer(0, 4_294_967_295),
  mailbox: is.text,
  recipient: is.address,
  recipientDomain: {
    expected: 'a domain such as "example.com"',
    accepts: (value) => typeof value === 'string' && /^[^\s@<>]+$/.test(value),
  },
  subject: is.anyText,
  subjectContains: is.text,
  status: is.integer(200, 599),
  code: is.text,
  message: is.anyText,
  aadsts: {
    expected: `one of ${[...AADSTS.keys()].join(', ')}`,
    accepts: (value) => AADSTS.has(value as number),
  },
  headers: is.headers,
  body: { expected: 'text, or what can be written as JSON', accepts: isJson },
  delivered: is.flag,
  reset: is.oneOf('before-answer', 'before-body', 'mid-body'),
  silence: is.flag,
  claimsChallenge: is.flag,
  delay: duration(),
  drip: is.milliseconds,
};

function duration(): Kind {
  const { milliseconds } = is;
  return {
    expected: `${milliseconds.expected}, or { min, max } of them`,
    accepts: (value) => milliseconds.accepts(value) || isRange(value, milliseconds),
  };
}

function isRange(value: unknown, kind: Kind): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { min, max, ...more } = value as Record<string, unknown>;
  return kind.accepts(min) && kind.accepts(max) && (min as number) <= (max as number) && Object.keys(more).length === 0;
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
