/**
 * Microsoft's clouds, as on Graph's page "National cloud deployments" and, for the token service of China, on Entra's
 * "National clouds"; `global` is GCC's as well, `usgov` is GCC High.
 * (facts cloud-2, cloud-3)
 */
export type SandboxCloud = 'global' | 'usgov' | 'usgov-dod' | 'china';

export const CLOUDS: Readonly<Record<SandboxCloud, { graph: string; login: readonly string[] }>> = {
  global: { graph: 'https://graph.microsoft.com', login: ['login.microsoftonline.com'] },
  usgov: { graph: 'https://graph.microsoft.us', login: ['login.microsoftonline.us'] },
  'usgov-dod': { graph: 'https://dod-graph.microsoft.us', login: ['login.microsoftonline.us'] },
  china: {
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    login: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
  },
};

/** The login host of another cloud that a request was addressed to, if any. */
export function foreignLoginHost(cloud: SandboxCloud, host: string | undefined): string | undefined {
  const name = host?.toLowerCase().replace(/:\d+$/, '');
  if (name === undefined || CLOUDS[cloud].login.includes(name)) return undefined;
  return Object.values(CLOUDS).some(({ login }) => login.includes(name)) ? name : undefined;
}
