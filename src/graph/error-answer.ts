import { withoutSecrets } from '../common/redact.js';
import { asObject, type HttpAnswer, parseObject } from './http.js';

/** What Graph's error body says; all of it is missing when the body came from something in front of Graph. */
export interface GraphFault {
  code: string | undefined;
  message: string | undefined;
}

/** Reads `{ error: { code, message } }` (Graph documentation, "Microsoft Graph error responses"). (fact error-1) */
export function readGraphFault(answer: HttpAnswer): GraphFault {
  const { error } = parseObject(answer.body);
  const { code, message } = asObject(error);
  const text = (value: unknown) => (typeof value === 'string' ? withoutSecrets(value) : undefined);
  return { code: text(code), message: text(message) };
}

/** One line for messages and logs: `403 ErrorAccessDenied: Access is denied. …`. */
export function responseLine(answer: HttpAnswer, fault: GraphFault): string {
  const code = [answer.status, fault.code].filter(Boolean).join(' ');
  return fault.message ? `${code}: ${fault.message}` : code;
}
