import { isLoopback } from '../../../graph/proxy.js';
import { type Cloud, resolveCloud } from '../../../options/clouds.js';
import type { CloudName } from '../../../options/types.js';

const names: readonly CloudName[] = ['global', 'usgov', 'usgov-dod', 'china'];

/**
 * Parameters with which Exchange Online PowerShell connects to a cloud (Connect-ExchangeOnline, -ExchangeEnvironmentName).
 * (fact cloud-4)
 */
const environments: Record<CloudName, string> = {
  global: '',
  usgov: ' -ExchangeEnvironmentName O365USGovGCCHigh',
  'usgov-dod': ' -ExchangeEnvironmentName O365USGovDoD',
  china: ' -ExchangeEnvironmentName O365China',
};

/** The clouds that a host belongs to. */
export function cloudOfHost(origin: string): CloudName[] {
  if (/^https:\/\/login\.chinacloudapi\.cn$/i.test(origin)) return ['china'];
  return names.filter((name) => {
    const { authorityHost, graphHost } = resolveCloud(name);
    return [authorityHost, graphHost].includes(origin.toLowerCase());
  });
}

/** The cloud whose Graph takes the mail; `undefined` for a custom one. */
function cloudName({ graphHost }: Cloud): CloudName | undefined {
  return cloudOfHost(graphHost)[0];
}

/** Says plainly when the checks say nothing about Microsoft 365. */
export function cloudInWords(cloud: Cloud): string {
  const name = cloudName(cloud);
  if (name !== undefined) return `Microsoft 365, cloud "${name}"`;
  const { host, hostname } = new URL(cloud.graphHost);
  if (isLoopback(hostname)) return `the sandbox at ${host} on this machine, not Microsoft 365`;
  return `a cloud of your own at ${host}, not Microsoft 365`;
}

export function connectCommand(cloud: Cloud | undefined): string {
  return `Connect-ExchangeOnline${environments[(cloud && cloudName(cloud)) ?? 'global']}`;
}
