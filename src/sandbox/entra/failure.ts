import { randomUUID } from 'node:crypto';
import { type Answer, jsonAnswer } from '../http/answer.js';

/** Why Entra refuses a token: an OAuth error (RFC 6749 §5.2) with Microsoft's AADSTS code. */
export interface EntraFailure {
  error: string;
  code: number;
  message: string;
}

export interface FailureContext {
  origin: string;
  now: number;
  clientRequestId: string | undefined;
}

/** Microsoft's form: 401 for `invalid_client`, otherwise 400, with the ids that its support asks for. (fact auth-6) */
export function failureAnswer(failure: EntraFailure, context: FailureContext, status?: number): Answer {
  const traceId = randomUUID();
  const correlationId = context.clientRequestId ?? randomUUID();
  const timestamp = entraTimestamp(context.now);
  const description =
    `AADSTS${failure.code}: ${failure.message} ` +
    `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
  return jsonAnswer(
    status ?? (failure.error === 'invalid_client' ? 401 : 400),
    {
      error: failure.error,
      error_description: description,
      error_codes: [failure.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${context.origin}/error?code=${failure.code}`,
    },
    { 'cache-control': 'no-store, no-cache', pragma: 'no-cache', 'x-ms-request-id': traceId },
  );
}

/** `2026-11-23 10:00:00Z` */
export function entraTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
