import { claimsChallenge, gatewayRefusal, outlookRefusal, tokenRefused } from '../exchange/refusals.js';
import type { Answer } from '../wire/answer.js';
import type { Call } from '../wire/call.js';
import type { FaultRule } from './fault-rule.js';
import { onlyDelays, struckAnswer } from './struck-answer.js';

// Code and message by status: what Graph is known to answer (Graph documentation, "Error responses" and "Throttling").
const OWN: Readonly<Record<number, readonly [code: string, message: string]>> = {
  403: ['ErrorAccessDenied', 'Access is denied. Check credentials and try again.'],
  404: ['ErrorItemNotFound', 'The specified object was not found in the store.'],
  429: ['TooManyRequests', 'Please retry again later.'],
  500: ['ErrorInternalServerError', 'An internal server error occurred. The operation failed.'],
  503: ['ServiceUnavailable', 'The service is temporarily unavailable.'],
};

/** What a sendMail request is answered with when a fault strikes it. */
export function sendMailFaultAnswer(rule: FaultRule, call: Call, success: () => Answer, origin: string): Answer {
  return struckAnswer(rule, () => {
    if (onlyDelays(rule)) return success();
    if (rule.claimsChallenge) return claimsChallenge(call, origin);
    const { status = 504 } = rule;
    if (status < 300) return { status };
    if (status === 401)
      return tokenRefused(call, rule.message ?? 'Access token has expired or is not yet valid.', origin);
    const [code, message] = OWN[status] ?? ['UnknownError', ''];
    const words = [rule.code ?? code, rule.message ?? message] as const;
    return status === 429 ? gatewayRefusal(call, status, ...words) : outlookRefusal(status, ...words);
  });
}
