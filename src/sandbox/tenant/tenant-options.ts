import type { Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import type { ApplicationOptions } from '../model/application.js';
import { CLOUDS, type SandboxCloud } from '../model/cloud.js';
import type { MailboxOptions } from '../model/mailbox.js';
import type { AccessPolicyOptions, AssignmentOptions, GroupOptions } from './access-rules.js';
import {
  checkAccessPolicy,
  checkApplication,
  checkAssignment,
  checkEws,
  checkGroup,
  checkMailbox,
} from './check-tenant.js';
import type { EwsOptions } from './ews-policy.js';
import type { TenantContents } from './load-tenant.js';
import type { DenialText } from './mailbox-access-denials.js';

/** What the sandbox's tenant is made of. */
export interface TenantOptions {
  /** Further users of the tenant. Default: none. */
  mailboxes?: (string | MailboxOptions)[];
  /** Further applications; one with the default application's `clientId` adds to that one. */
  apps?: ApplicationOptions[];
  /** Mail-enabled security groups and distribution groups. Default: none. */
  groups?: GroupOptions[];
  /** Assignments of RBAC for Applications: what applications may do beyond their Entra roles. Default: none. */
  assignments?: AssignmentOptions[];
  /** Application access policies: to which mailboxes the Entra roles of an application are narrowed. Default: none. */
  accessPolicies?: AccessPolicyOptions[];
  /** Which programs may come in, by `User-Agent`. Default: all. */
  ews?: EwsOptions;
  /**
   * Milliseconds until a change of the running tenant (roles, assignments, access policies, members of groups, EWS lists,
   * `messageTracePrincipal`) takes effect; in Exchange Online that is minutes to hours. Certificates, secrets and mailboxes count at once, and mail to
   * a group reaches its new members at once. Default `0`.
   */
  propagationDelay?: number;
  /**
   * Whether the tenant has the service principal of Microsoft's message trace application
   * (8bd644d1-64a1-4d4b-ae52-2e0cbf64e373), without which message trace is answered 401. Default `false`, as in a tenant where
   * it was never created.
   */
  messageTracePrincipal?: boolean;
  /** The cloud that the tenant lives in: for which Graph it gets tokens, beside the sandbox's own URL. Default `'global'`. */
  cloud?: SandboxCloud;
  /**
   * Continuous access evaluation: a revoked token of a client that declared `cp1` is answered with a claims challenge, not
   * with a plain 401. Default `true`.
   */
  cae?: boolean;
  /**
   * Text of the 403 for a mailbox outside the scope: `'raop'`, as Exchange Online is seen to answer, or `'short'`, as its
   * documentation shows. Default `'raop'`.
   */
  denialText?: DenialText;
  /** Status of `NoPermissionsInAccessToken`, of which reports differ. Default `401`. */
  noPermissionsStatus?: 401 | 403;
  /**
   * Whether an Entra role alone is refused like a mailbox outside the scope, until an assignment is made, as newer tenants
   * may do. Default `false`, as documented. (fact access-7)
   */
  requireAssignment?: boolean;
}

/** What these options may hold; the entries of the arrays are checked by `checkTenantEntries`. */
export const TENANT_OPTIONS: Kinds<TenantOptions> = {
  mailboxes: is.listOf(is.anything, 'addresses and mailboxes'),
  apps: is.listOf(is.anything, 'applications'),
  groups: is.listOf(is.anything, 'groups'),
  assignments: is.listOf(is.anything, 'assignments'),
  accessPolicies: is.listOf(is.anything, 'access policies'),
  ews: { expected: 'an object', accepts: (value) => typeof value === 'object' && value !== null },
  propagationDelay: is.milliseconds,
  messageTracePrincipal: is.flag,
  cloud: is.oneOf(...Object.keys(CLOUDS)),
  cae: is.flag,
  denialText: is.oneOf('raop', 'short'),
  noPermissionsStatus: { expected: '401 or 403', accepts: (value) => value === 401 || value === 403 },
  requireAssignment: is.flag,
};

export interface TenantSettings extends Required<Omit<TenantOptions, keyof TenantContents>> {
  tenant: TenantContents;
}

/** Fills in the defaults: the default application and the mailboxes of `addresses` are there, whatever is given beside them. */
export function settleTenant(
  options: TenantOptions,
  defaults: { clientId: string; certificates: string[]; addresses: string[] },
): TenantSettings {
  const { apps = [], mailboxes = [] } = options;
  const { clientId, certificates } = defaults;
  const isDefault = (app: ApplicationOptions): boolean => app.clientId.toLowerCase() === clientId.toLowerCase();
  const named = apps.find(isDefault);
  const own = { ...named, clientId, certificates: [...certificates, ...(named?.certificates ?? [])] };
  const known = new Set(mailboxes.flatMap(addressesOf).map((one) => one.toLowerCase()));
  const missing = defaults.addresses.filter((one) => !known.has(one.toLowerCase()) && known.add(one.toLowerCase()));
  return {
    tenant: {
      apps: [own, ...apps.filter((app) => !isDefault(app))],
      mailboxes: [...missing, ...mailboxes],
      groups: options.groups ?? [],
      assignments: options.assignments ?? [],
      accessPolicies: options.accessPolicies ?? [],
      ews: options.ews ?? {},
      propagationDelay: options.propagationDelay ?? 0,
      messageTracePrincipal: options.messageTracePrincipal ?? false,
    },
    cloud: options.cloud ?? 'global',
    cae: options.cae ?? true,
    denialText: options.denialText ?? 'raop',
    noPermissionsStatus: options.noPermissionsStatus ?? 401,
    requireAssignment: options.requireAssignment ?? false,
  };
}

function addressesOf(mailbox: string | MailboxOptions): string[] {
  return typeof mailbox === 'string' ? [mailbox] : [mailbox.address, ...(mailbox.aliases ?? [])];
}

/** Throws an Error that names the entry among the options of `what`, its field, what was given and what is expected. */
export function checkTenantEntries(what: string, options: TenantOptions): void {
  const { mailboxes, apps, groups, accessPolicies, assignments, ews } = options;
  const users = mailboxes?.map((one) => (typeof one === 'string' ? { address: one } : one));
  each(`${what}: mailboxes`, users, checkMailbox, 'address');
  each(`${what}: apps`, apps, checkApplication, 'clientId');
  each(`${what}: groups`, groups, checkGroup, 'address');
  each(`${what}: accessPolicies`, accessPolicies, checkAccessPolicy, 'name');
  each(`${what}: assignments`, assignments, checkAssignment, 'name');
  if (ews) checkEws(`${what}: ews`, ews);
}

function each<Entry, Key extends keyof Entry & string>(
  list: string,
  entries: readonly Entry[] = [],
  check: (what: string, given: unknown) => void,
  key: Key,
): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const what = `${list}[${index}]`;
    check(what, entry);
    const name = entry[key];
    if (typeof name !== 'string') continue;
    if (seen.has(name.toLowerCase())) throw new Error(`${what}: "${key}" is "${name}" again, expected each only once.`);
    seen.add(name.toLowerCase());
  }
}
