import { type FailureContext, failureAnswer } from '../entra/failure.js';
import { temporarilyUnavailable } from '../entra/failures.js';
import type { Answer } from '../wire/answer.js';
import type { FaultRule } from './fault-rule.js';
import { onlyDelays, struckAnswer } from './struck-answer.js';

/** What a token request is answered with when a fault strikes it. */
export function tokenFaultAnswer(rule: FaultRule, success: () => Answer, context: FailureContext): Answer {
  return struckAnswer(rule, onlyDelays(rule) ? success() : ownAnswer(rule, context));
}

function ownAnswer(rule: FaultRule, context: FailureContext): Answer {
  const { status = 503 } = rule;
  if (status < 300) return { status, headers: { 'content-type': 'application/json' } };
  const error = rule.code ?? (status < 500 && status !== 429 ? 'invalid_request' : temporarilyUnavailable.error);
  const message = rule.message ?? temporarilyUnavailable.message;
  return failureAnswer({ ...temporarilyUnavailable, error, message }, context, status);
}
