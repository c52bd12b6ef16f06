import { isException, isLoopback } from './exceptions.js';
import { type ProxyServer, readProxyUrl } from './server.js';

/** The `proxy` option: a proxy's URL for every connection, or `false` (or `''`) for none whatever the environment says. */
export type ProxyOption = string | URL | false;

/** The variables that are read, each also in lower case, which comes first as with curl and Node. */
export type ProxyEnvironment = Partial<
  Record<'HTTPS_PROXY' | 'https_proxy' | 'NO_PROXY' | 'no_proxy', string | undefined>
>;

/** Which proxy a connection to a URL takes; `undefined`: none. */
export type ProxyChoice = (url: string) => ProxyServer | undefined;

/**
 * Which proxy a connection to `url` takes. An option counts for every host. The environment's does not for the hosts of
 * `NO_PROXY`, nor for this machine itself: a proxy elsewhere could not reach that, and a sandbox's mail must not leave.
 * `ALL_PROXY` is not read, as Node does not read it either: it mostly names a SOCKS proxy.
 * @throws GraphMailError `ECONFIG`, naming the option or variable
 */
export function proxyFor(url: string, option: ProxyOption | undefined, env: ProxyEnvironment): ProxyServer | undefined {
  if (option === false || option === '') return undefined;
  if (option !== undefined) return readProxyUrl(option, "Option 'proxy'");
  const variable = (['https_proxy', 'HTTPS_PROXY'] as const).find((name) => env[name]?.trim());
  if (!variable) return undefined;
  const { hostname, port } = new URL(url);
  if (isLoopback(hostname) || isException(hostname, Number(port) || 443, env.no_proxy || env.NO_PROXY || '')) {
    return undefined;
  }
  return readProxyUrl(env[variable], variable);
}

/**
 * The choice for a transport's whole life, from the option and the environment as they are now; `undefined` when no
 * connection can ever need a proxy.
 * @param targets URLs that will surely be used: a proxy that is wrong for one of them is refused here
 * @throws GraphMailError `ECONFIG`
 */
export function settleProxies(
  option: ProxyOption | undefined,
  env: ProxyEnvironment,
  targets: readonly string[],
): ProxyChoice | undefined {
  const { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = env;
  const choose: ProxyChoice = (url) => proxyFor(url, option, { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy });
  for (const target of targets) choose(target);
  const possible = option === undefined ? HTTPS_PROXY || https_proxy : option;
  return possible ? choose : undefined;
}
