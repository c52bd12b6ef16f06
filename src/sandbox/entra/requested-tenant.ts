import type { Application } from '../model/application.js';
import { foreignLoginHost, type SandboxCloud } from '../model/cloud.js';
import { crossCloudRefused, type EntraFailure, otherCloud, tenantMalformed, tenantNotFound } from './failures.js';

/** The directory that the sandbox plays. */
export interface Tenant {
  id: string;
  /** Its verified domain, which works wherever the id does. */
  domain: string;
  cloud: SandboxCloud;
  /** By client id, lower case. */
  applications: ReadonlyMap<string, Application>;
}

export function isTenant(tenant: Tenant, name: string): boolean {
  const lower = name.toLowerCase();
  return lower === tenant.id.toLowerCase() || lower === tenant.domain.toLowerCase();
}

/**
 * Why a request for a tenant of this name, addressed to this host, is refused; undefined when it is not.
 * @param client whether it is the token request of a confidential client
 */
export function refuseTenant(
  tenant: Tenant,
  name: string,
  host: string | undefined,
  client = false,
): EntraFailure | undefined {
  if (!isTenant(tenant, name)) return isTenantName(name) ? tenantNotFound(name) : tenantMalformed(name);
  const foreign = foreignLoginHost(tenant.cloud, host);
  if (foreign === undefined) return undefined;
  return client ? crossCloudRefused : otherCloud(name, tenant.cloud, foreign);
}

/** A GUID or a domain name: anything else is refused with another code than an unknown tenant. */
function isTenantName(name: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name) || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(name);
}
