import type { Strike } from '../../faults/scripted-fault.js';
import type { Answer } from '../../http/answer.js';
import type { Call } from '../../http/call.js';
import { claimsChallenge, gatewayRefusal, outlookRefusal, tokenRefused } from '../../http/graph-errors.js';

// Code and message by status: what Graph is known to answer (Graph documentation, "Error responses" and "Throttling").
// (fact throttle-6)
const OWN: Readonly<Record<number, readonly [code: string, message: string]>> = {
  403: ['ErrorAccessDenied', 'Access is denied. Check credentials and try again.'],
  404: ['ErrorItemNotFound', 'The specified object was not found in the store.'],
  413: ['BadRequest', 'The maximum request length supported is 4MB.'],
  429: ['TooManyRequests', 'Please retry again later.'],
  500: ['ErrorInternalServerError', 'An internal server error occurred. The operation failed.'],
  503: ['ServiceUnavailable', 'The service is temporarily unavailable.'],
};

/** What Graph answers with the status of a fault. */
export function graphFaultAnswer(fault: Strike, call: Call): Answer {
  if (fault.claimsChallenge) return claimsChallenge(call);
  const { status = 504, code, message } = fault;
  if (status < 300) return { status };
  if (status === 401) return tokenRefused(call, message ?? 'Access token has expired or is not yet valid.');
  // The edge in front of Graph writes HTML (inferred), and knows no codes. (fact error-11)
  if (status === 502 && code === undefined && message === undefined) return badGateway;
  const [ownCode, ownMessage] = OWN[status] ?? ['UnknownError', ''];
  const words = [code ?? ownCode, message ?? ownMessage] as const;
  return status === 413 || status === 429 ? gatewayRefusal(call, status, ...words) : outlookRefusal(status, ...words);
}

const badGateway: Answer = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
};
