import type { Answer } from '../wire/answer.js';
import type { FaultRule } from './fault-rule.js';

/** Turns a rule into what happens on the wire; `own` is the answer that the service gives for the rule's status. */
export function struckAnswer(rule: FaultRule, own: Answer): Answer {
  const struck: Answer = { ...own, fault: describe(rule) };
  if (rule.delay !== undefined) struck.delay = rule.delay;
  if (rule.silence) struck.instead = 'silence';
  if (rule.reset) struck.instead = 'reset';
  if (rule.body !== undefined) {
    struck.body = typeof rule.body === 'string' ? rule.body : JSON.stringify(rule.body);
    const type =
      typeof rule.body !== 'string' ? 'application/json' : rule.body.startsWith('<') ? 'text/html' : 'text/plain';
    struck.headers = { ...struck.headers, 'content-type': type };
  }
  if (rule.headers) {
    const given = Object.entries(rule.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    struck.headers = { ...struck.headers, ...Object.fromEntries(given) };
  }
  return struck;
}

/** Whether the request succeeds in spite of the rule, which then only delays it. */
export function onlyDelays(rule: FaultRule): boolean {
  return rule.status === undefined && !rule.reset && !rule.silence && !rule.claimsChallenge;
}

function describe(rule: FaultRule): string {
  if (rule.silence) return 'silence';
  if (rule.reset) return 'reset';
  if (rule.claimsChallenge) return 'claims challenge';
  return rule.status === undefined ? 'delay' : String(rule.status);
}
