import type { CloudName, CustomCloud } from '../options/types.js';

/** Where one cloud signs in and takes mail. */
export interface Cloud {
  /** Origin of the token service, without a slash at the end. */
  authorityHost: string;
  /** Origin of Graph, without a slash at the end; also the token's scope. (fact auth-7) */
  graphHost: string;
  ca: string | undefined;
  /** Whether MSAL knows the authority; otherwise it must be told to trust it without asking Microsoft. */
  wellKnown: boolean;
}

/**
 * Hosts as listed on Microsoft Graph's page "National cloud deployments"; the token service of China as on Entra's page
 * "National clouds", since the former still names login.chinacloudapi.cn. GCC uses the global hosts, GCC High those of `usgov`.
 * (fact cloud-1)
 */
const clouds: Record<CloudName, [authority: string, graph: string]> = {
  global: ['https://login.microsoftonline.com', 'https://graph.microsoft.com'],
  usgov: ['https://login.microsoftonline.us', 'https://graph.microsoft.us'],
  'usgov-dod': ['https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
  china: ['https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
};

/** @param ca certificate authorities to trust besides Node's own, where the cloud itself names none */
export function resolveCloud(cloud: CloudName | CustomCloud, ca?: string): Cloud {
  if (typeof cloud !== 'string')
    return { authorityHost: cloud.authorityHost, graphHost: cloud.graphHost, ca: cloud.ca ?? ca, wellKnown: false };
  const [authorityHost, graphHost] = clouds[cloud];
  return { authorityHost, graphHost, ca, wellKnown: true };
}
