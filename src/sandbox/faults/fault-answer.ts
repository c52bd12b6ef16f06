import type { Answer } from '../http/answer.js';
import type { AppliedFault } from './scripted-fault.js';

/**
 * Turns a fault into the answer that goes out; `own` is the answer that the service gives for its status, `latency` the
 * milliseconds that its delay comes on top of.
 */
export function faultAnswer(fault: AppliedFault, own: Answer, latency = 0): Answer {
  const answer: Answer = { ...own, fault: describe(fault) };
  const delay = latency + (fault.delay ?? 0);
  if (delay > 0) answer.delay = delay;
  if (fault.drip !== undefined) answer.drip = fault.drip;
  if (fault.silence) answer.instead = 'silence';
  if (fault.reset) answer.instead = 'reset';
  if (fault.body !== undefined) {
    answer.body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
    const type =
      typeof fault.body !== 'string' ? 'application/json' : fault.body.startsWith('<') ? 'text/html' : 'text/plain';
    answer.headers = { ...answer.headers, 'content-type': type };
  }
  if (fault.headers) {
    const given = Object.entries(fault.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    answer.headers = { ...answer.headers, ...Object.fromEntries(given) };
  }
  return answer;
}

/** Whether the request succeeds in spite of the fault, which then only makes it slower. */
export function onlyDelays({ status, aadsts, reset, silence, claimsChallenge }: AppliedFault): boolean {
  return status === undefined && aadsts === undefined && !reset && !silence && !claimsChallenge;
}

/** For the request log. */
export function describe(fault: AppliedFault): string {
  return fault.because === undefined ? kindOf(fault) : `${kindOf(fault)} (${fault.because})`;
}

function kindOf({ silence, reset, claimsChallenge, status, aadsts, delay }: AppliedFault): string {
  if (silence) return 'silence';
  if (reset) return reset === 'before-answer' ? 'reset' : `reset ${reset.replace('-', ' ')}`;
  if (claimsChallenge) return 'claims challenge';
  if (aadsts !== undefined) return `AADSTS${aadsts}`;
  if (status !== undefined) return String(status);
  return delay === undefined ? 'drip' : 'delay';
}
