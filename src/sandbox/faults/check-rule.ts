import { checkFields, type Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import type { FaultRule } from './fault-rule.js';

const RULE: Kinds<FaultRule> = {
  on: is.oneOf('sendMail', 'token'),
  times: {
    expected: 'an integer of 1 or more, or Infinity',
    accepts: (value) => value === Number.POSITIVE_INFINITY || is.integer(1).accepts(value),
  },
  mailbox: is.text,
  recipient: is.address,
  status: is.integer(100, 599),
  code: is.text,
  message: is.anyText,
  headers: is.headers,
  body: { expected: 'text, or what can be written as JSON', accepts: isJson },
  delivered: is.flag,
  reset: is.oneOf('before-answer'),
  silence: is.flag,
  claimsChallenge: is.flag,
  delay: is.milliseconds,
};

const ONLY_FOR_SEND_MAIL = ['mailbox', 'recipient', 'claimsChallenge'] as const;

/** Throws an Error that names what is wrong with a rule: one that never strikes would let a test pass for nothing. */
export function checkRule(rule: FaultRule): void {
  checkFields('sandbox.fault', rule, RULE, ['on']);
  for (const name of ONLY_FOR_SEND_MAIL) {
    if (rule.on === 'token' && rule[name]) {
      throw new Error(`sandbox.fault: "${name}" is given with on: "token", expected on: "sendMail".`);
    }
  }
  const { status, reset, silence, claimsChallenge, delay } = rule;
  if (status === undefined && !reset && !silence && !claimsChallenge && delay === undefined) {
    const given = Object.keys(rule).join(', ');
    throw new Error(
      `sandbox.fault: the rule (${given}) would do nothing, expected status, reset, silence, claimsChallenge or delay.`,
    );
  }
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
