import type { Kind, Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { AADSTS } from './aadsts.js';
import type { FaultRule } from './fault-rule.js';
import { TARGETS } from './targets.js';

const target = is.oneOf(...TARGETS, 'any');
const several = is.listOf(is.oneOf(...TARGETS), 'them, without "any"');

/** What each field of a rule may hold. */
export const RULE: Kinds<FaultRule> = {
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
