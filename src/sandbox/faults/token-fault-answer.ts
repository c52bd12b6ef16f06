import { type FailureContext, failureAnswer } from '../entra/failure.js';
import { temporarilyUnavailable } from '../entra/failures.js';
import type { Answer } from '../wire/answer.js';
import { AADSTS, type AadstsAnswer } from './aadsts.js';
import type { Strike } from './scripted-fault.js';
import { onlyDelays, struckAnswer } from './struck-answer.js';

/** What Entra's words name: the application and the tenant of the request. */
export interface RequestNames {
  client: string;
  tenant: string;
}

/** What a request to Entra is answered with when a fault strikes it. */
export function tokenFaultAnswer(
  fault: Strike,
  success: () => Answer,
  context: FailureContext,
  names: RequestNames,
): Answer {
  return struckAnswer(fault, onlyDelays(fault) ? success() : ownAnswer(fault, context, names));
}

function ownAnswer(fault: Strike, context: FailureContext, names: RequestNames): Answer {
  const known = fault.aadsts === undefined ? undefined : AADSTS.get(fault.aadsts);
  const status = fault.status ?? known?.status ?? 503;
  if (status < 300) return { status, headers: { 'content-type': 'application/json' } };
  const { code: ownCode, ...own } = temporarilyUnavailable;
  const ownError = status < 500 && status !== 429 ? 'invalid_request' : own.error;
  const failure = {
    error: fault.code ?? known?.error ?? ownError,
    code: fault.aadsts ?? ownCode,
    message: fault.message ?? (known ? filled(known, names) : own.message),
  };
  return failureAnswer(failure, context, status);
}

function filled({ message }: AadstsAnswer, { client, tenant }: RequestNames): string {
  return message.replaceAll('{client}', () => client).replaceAll('{tenant}', () => tenant);
}
