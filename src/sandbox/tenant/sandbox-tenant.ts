import { checkFields, type Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { applicationDisabled, applicationNotFound } from '../entra/failures.js';
import type { MailboxOptions } from '../model/mailbox.js';
import { accessPoliciesOf, type TenantAccessPolicy } from './access-policies.js';
import type { AccessPolicyOptions, AssignmentOptions, Group, GroupOptions } from './access-rules.js';
import { appsOf, type TenantApp, type TenantAppOptions } from './apps.js';
import { assignmentsOf, type TenantAssignment } from './assignments.js';
import { checkEws } from './check-tenant.js';
import type { LoadableCollection, TenantCollection } from './collection.js';
import type { EwsOptions, EwsPolicy } from './ews-policy.js';
import { groupsOf } from './groups.js';
import { checkMailboxAccess } from './mailbox-access.js';
import { mailboxesOf, type TenantMailbox } from './mailboxes.js';
import type { TenantState } from './tenant-state.js';

/** What concerns the tenant as a whole. */
export interface TenantUpdate {
  /** Milliseconds until changes of roles, assignments, access policies, groups, EWS lists and `messageTracePrincipal` take effect. */
  propagationDelay?: number;
  /** What is left out of it stays as it was. */
  ews?: EwsOptions;
  /** Makes or removes the service principal of Microsoft's message trace application. */
  messageTracePrincipal?: boolean;
}

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

/** The tenant of a running sandbox: what is changed here counts for the next request, or when its delay is over. */
export interface SandboxTenant {
  readonly tenantId: string;
  readonly domain: string;
  readonly propagationDelay: number;
  /** As configured, in effect or not. */
  readonly ews: EwsPolicy;
  /** Whether there is the service principal of Microsoft's message trace application, in effect or not. */
  readonly messageTracePrincipal: boolean;
  /** Applications, by client id. A removed or disabled one gets no token, and those it has are refused. */
  readonly apps: TenantCollection<TenantAppOptions, TenantApp>;
  /** Users and their mailboxes, by address, alias or object id; `set` goes by the address. */
  readonly mailboxes: TenantCollection<string | MailboxOptions, TenantMailbox>;
  /** Groups, by address. */
  readonly groups: TenantCollection<GroupOptions, Group>;
  /** Application access policies, by name; `set` replaces one. */
  readonly accessPolicies: TenantCollection<AccessPolicyOptions, TenantAccessPolicy>;
  /** Assignments of RBAC for Applications, by name; `set` replaces one. */
  readonly assignments: TenantCollection<AssignmentOptions, TenantAssignment>;
  /** Throws an Error that names the field, what was given and what is expected. */
  update(changes: TenantUpdate): void;
  /**
   * Whether an application may send from a mailbox (by address or object id) now, with a new token, and why. It is the
   * decision that requests meet. Without `userAgent` the EWS lists are not checked.
   */
  access(clientId: string, mailbox: string, userAgent?: string): TenantAccess;
  /** Every access token issued so far is answered 401 from now on. */
  revokeTokens(): void;
}

/** The same with collections that tell in an error where an entry comes from. */
export interface LoadableTenant extends SandboxTenant {
  readonly apps: LoadableCollection<TenantAppOptions, TenantApp>;
  readonly mailboxes: LoadableCollection<string | MailboxOptions, TenantMailbox>;
  readonly groups: LoadableCollection<GroupOptions, Group>;
  readonly accessPolicies: LoadableCollection<AccessPolicyOptions, TenantAccessPolicy>;
  readonly assignments: LoadableCollection<AssignmentOptions, TenantAssignment>;
}

const UPDATE: Kinds<TenantUpdate> = {
  propagationDelay: is.milliseconds,
  ews: { expected: 'an object', accepts: (value) => typeof value === 'object' && value !== null },
  messageTracePrincipal: is.flag,
};

export function sandboxTenant(state: TenantState): LoadableTenant {
  return {
    tenantId: state.id,
    domain: state.domain,
    get propagationDelay() {
      return state.propagationDelay;
    },
    get ews() {
      return structuredClone(state.ews.latest);
    },
    get messageTracePrincipal() {
      return state.messageTracePrincipal.latest;
    },
    apps: appsOf(state),
    mailboxes: mailboxesOf(state),
    groups: groupsOf(state),
    accessPolicies: accessPoliciesOf(state),
    assignments: assignmentsOf(state),
    update: (changes) => {
      checkFields('tenant.update', changes, UPDATE);
      const { propagationDelay, ews, messageTracePrincipal } = changes;
      if (ews) checkEws('tenant.update: ews', ews);
      if (propagationDelay !== undefined) state.propagationDelay = propagationDelay;
      if (ews) {
        const {
          applicationAccessPolicy = state.ews.latest.applicationAccessPolicy,
          allowList = state.ews.latest.allowList,
          blockList = state.ews.latest.blockList,
        } = structuredClone(ews);
        state.ews.set({ applicationAccessPolicy, allowList, blockList }, state.now, state.propagationDelay);
      }
      if (messageTracePrincipal !== undefined) {
        state.messageTracePrincipal.set(messageTracePrincipal, state.now, state.propagationDelay);
      }
      state.changed();
    },
    access: (clientId, mailbox, userAgent) => checkTenantAccess(state, clientId, mailbox, userAgent),
    revokeTokens: () => {
      state.revokeTokens();
      state.changed();
    },
  };
}

/** The mailbox is named as in a path. Without `userAgent` the EWS lists are not checked, only reported. */
function checkTenantAccess(tenant: TenantState, clientId: string, user: string, userAgent?: string): TenantAccess {
  const application = tenant.applications.get(clientId.toLowerCase());
  if (!application || application.disabled) {
    const { error, code, message } = application
      ? applicationDisabled(application.clientId, application.displayName)
      : applicationNotFound(clientId, tenant.id);
    const reason = application ? 'The application is disabled' : `The tenant has no application "${clientId}"`;
    return { result: 'Denied', reason, status: 400, code: error, message: `AADSTS${code}: ${message}` };
  }
  const rules = tenant.rulesFor(application);
  const decision = checkMailboxAccess({
    application,
    mailbox: tenant.directory.find(user),
    user,
    roles: application.roles.at(tenant.now),
    needed: ['Mail.Send'],
    userAgent,
    rules,
  });
  if (!decision.granted) {
    const { status, code, message } = decision.denial;
    return { result: 'Denied', reason: decision.reason, status, code, message };
  }
  const listed = userAgent === undefined && rules.ews.applicationAccessPolicy !== null;
  const reason = listed ? `${decision.reason}; by User-Agents that the EWS lists admit` : decision.reason;
  return { result: 'Granted', reason };
}
