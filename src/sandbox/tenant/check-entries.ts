import {
  checkAccessPolicy,
  checkApplication,
  checkAssignment,
  checkEws,
  checkGroup,
  checkMailbox,
} from './check-tenant.js';
import type { TenantOptions } from './tenant-options.js';

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
