import { checkFields, type Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import type { FaultRule, FaultTarget } from './fault-rule.js';

/** The fields of a rule that each target cannot have. */
const WITHOUT: Readonly<Record<FaultTarget, readonly (keyof FaultRule)[]>> = {
  sendMail: [],
  token: ['mailbox', 'recipient', 'subject', 'claimsChallenge', 'delivered'],
  createDraft: [],
  sendDraft: [],
  addAttachment: [],
  createUploadSession: [],
  uploadChunk: ['claimsChallenge'],
  lookup: ['delivered'],
  deleteDraft: [],
};

const RULE: Kinds<FaultRule> = {
  on: is.oneOf(...Object.keys(WITHOUT)),
  times: {
    expected: 'an integer of 1 or more, or Infinity',
    accepts: (value) => value === Number.POSITIVE_INFINITY || is.integer(1).accepts(value),
  },
  mailbox: is.text,
  recipient: is.address,
  subject: is.anyText,
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

/** Throws an Error that names what is wrong with a rule: one that never strikes would let a test pass for nothing. */
export function checkRule(rule: FaultRule): void {
  checkFields('sandbox.fault', rule, RULE, ['on']);
  for (const name of WITHOUT[rule.on]) {
    if (rule[name] === undefined || rule[name] === false) continue;
    const targets = Object.entries(WITHOUT).filter(([, without]) => !without.includes(name));
    const expected = targets.map(([target]) => `"${target}"`).join(', ');
    throw new Error(`sandbox.fault: "${name}" is given with on: "${rule.on}", expected on: ${expected}.`);
  }
  checkDelivered(rule);
  const { status, reset, silence, claimsChallenge, delay } = rule;
  if (status === undefined && !reset && !silence && !claimsChallenge && delay === undefined) {
    const given = Object.keys(rule).join(', ');
    throw new Error(
      `sandbox.fault: the rule (${given}) would do nothing, expected status, reset, silence, claimsChallenge or delay.`,
    );
  }
}

function checkDelivered({ status, delivered, headers = {} }: FaultRule): void {
  const retryAfter = Object.keys(headers).some((name) => name.toLowerCase() === 'retry-after');
  if (delivered && status === 503 && retryAfter) {
    throw new Error(
      'sandbox.fault: "delivered" is true with status 503 and Retry-After, expected one of the two: Graph is not known ' +
        'to take a message and ask for it again.',
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
