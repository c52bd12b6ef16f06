import { applicationDisabled, applicationNotFound } from '../entra/failures.js';
import { judgeAccess } from './mailbox-access.js';
import type { TenantState } from './tenant-state.js';

/** Whether an application may send from a mailbox, as a request with a new token would find out now. */
export interface TenantAccess {
  result: 'Granted' | 'Denied';
  /** What in the tenant grants or denies it, in words. */
  reason: string;
  /** Of the refusal: HTTP status, `error.code` (of Entra: `error`) and message. */
  status?: number;
  code?: string;
  message?: string;
}

/** The mailbox is named as in a path. Without `userAgent` the EWS lists are not judged, only told. */
export function judgeTenantAccess(
  tenant: TenantState,
  clientId: string,
  user: string,
  userAgent?: string,
): TenantAccess {
  const application = tenant.applications.get(clientId.toLowerCase());
  if (!application || application.disabled) {
    const { error, code, message } = application
      ? applicationDisabled(application.clientId, application.displayName)
      : applicationNotFound(clientId, tenant.id);
    const reason = application ? 'The application is disabled' : `The tenant has no application "${clientId}"`;
    return { result: 'Denied', reason, status: 400, code: error, message: `AADSTS${code}: ${message}` };
  }
  const rules = tenant.rulesFor(application);
  const judgement = judgeAccess({
    application,
    mailbox: tenant.directory.find(user),
    user,
    roles: application.roles.at(tenant.now),
    needed: ['Mail.Send'],
    userAgent,
    rules,
  });
  if (!judgement.granted) {
    const { status, code, message } = judgement.denial;
    return { result: 'Denied', reason: judgement.reason, status, code, message };
  }
  const listed = userAgent === undefined && rules.ews.applicationAccessPolicy !== null;
  const reason = listed ? `${judgement.reason}; by User-Agents that the EWS lists admit` : judgement.reason;
  return { result: 'Granted', reason };
}
