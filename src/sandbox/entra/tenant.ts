import type { Application } from './application.js';

/** The directory that the sandbox plays. */
export interface Tenant {
  id: string;
  /** Its verified domain, which works wherever the id does. */
  domain: string;
  /** By client id, lower case. */
  applications: Map<string, Application>;
}

export function isTenant(tenant: Tenant, name: string): boolean {
  const lower = name.toLowerCase();
  return lower === tenant.id.toLowerCase() || lower === tenant.domain.toLowerCase();
}

/** A GUID or a domain name: anything else is refused with another code than an unknown tenant. */
export function isTenantName(name: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name) || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(name);
}
