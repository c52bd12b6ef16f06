import { AADSTS, type AadstsAnswer } from '../faults/aadsts.js';
import { faultAnswer, onlyDelays } from '../faults/fault-answer.js';
import type { AppliedFault } from '../faults/scripted-fault.js';
import type { Answer } from '../http/answer.js';
import { type FailureContext, failureAnswer } from './failures.js';

/** What Entra's words name: the application and the tenant of the request. */
export interface RequestNames {
  client: string;
  tenant: string;
}

/** What a request to Entra is answered with when a fault is applied to it. */
export function tokenFaultAnswer(
  fault: AppliedFault,
  success: () => Answer,
  context: FailureContext,
  names: RequestNames,
): Answer {
  return faultAnswer(fault, onlyDelays(fault) ? success() : ownAnswer(fault, context, names));
}

function ownAnswer(fault: AppliedFault, context: FailureContext, names: RequestNames): Answer {
  const { status, aadsts = codeOf(status ?? 503) } = fault;
  if (status !== undefined && status < 300) return { status, headers: { 'content-type': 'application/json' } };
  const known = AADSTS.get(aadsts) as AadstsAnswer;
  const failure = {
    error: fault.code ?? known.error,
    code: aadsts,
    message: fault.message ?? filled(known, names),
  };
  return failureAnswer(failure, context, status ?? known.status);
}

/** The AADSTS code when only a status is asked for: a client must not take a refusal for something transient. */
function codeOf(status: number): number {
  if (status === 401) return 50012;
  return status < 500 && status !== 429 ? 900144 : 90033;
}

function filled({ message }: AadstsAnswer, { client, tenant }: RequestNames): string {
  return message.replaceAll('{client}', () => client).replaceAll('{tenant}', () => tenant);
}
