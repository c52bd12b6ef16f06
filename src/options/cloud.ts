import { environmentVariable } from '../common/environment.js';
import { configError } from '../common/errors.js';
import { shown, shownName } from './checks.js';
import type { Settings } from './settings.js';
import type { CloudName } from './types.js';

/**
 * @param fromEnvironment whether it came from variables, which an error then names
 * @throws GraphMailError `ECONFIG`
 */
export function checkCloud(value: unknown, fromEnvironment = false): Settings['cloud'] {
  if (value === 'global' || value === 'usgov' || value === 'usgov-dod' || value === 'china') return value;
  if (typeof value !== 'object' || value === null) {
    throw configError(
      `Option 'cloud' is ${shown(value)}; expected 'global', 'usgov', 'usgov-dod', 'china', or { authorityHost, graphHost }.`,
    );
  }
  const { authorityHost, graphHost, ca } = value as Record<string, unknown>;
  const unknown = Object.keys(value).find((name) => !['authorityHost', 'graphHost', 'ca'].includes(name));
  if (unknown)
    throw configError(
      `Option 'cloud' has an unknown option ${shownName(unknown)}; a cloud has authorityHost, graphHost and ca.`,
    );
  if (ca !== undefined && (typeof ca !== 'string' || !ca.includes('-----BEGIN CERTIFICATE-----'))) {
    throw configError(`Option 'cloud.ca' is ${shown(ca)}; expected certificates as PEM text.`);
  }
  return {
    authorityHost: httpsOrigin(
      fromEnvironment ? 'AZURE_AUTHORITY_HOST' : "Option 'cloud.authorityHost'",
      authorityHost,
    ),
    graphHost: httpsOrigin(fromEnvironment ? 'GRAPH_MAIL_GRAPH_HOST' : "Option 'cloud.graphHost'", graphHost),
    ca,
  };
}

function httpsOrigin(name: string, value: unknown): string {
  const text = typeof value === 'string' && !value.includes('://') ? `https://${value}` : value;
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.pathname === '/' && !url.search && !url.username) return url.origin;
  throw configError(`${name} is ${shown(value)}; expected a host over https, such as 'https://graph.microsoft.com'.`);
}

/** Hosts of the clouds for the US government and of 21Vianet's in China. */
const nationalHost = /(?:^|\.)(?:microsoft(?:online)?\.us|microsoftonline\.cn|chinacloudapi\.cn)$/i;

/**
 * Message trace is in the worldwide cloud alone (Graph documentation, "List messageTraces"). Hosts of no known cloud, such as a
 * sandbox's, are let through.
 * @throws GraphMailError `ECONFIG`
 */
export function checkTraceCloud(cloud: Settings['cloud']): void {
  const hosts = typeof cloud === 'string' ? [] : [cloud.authorityHost, cloud.graphHost];
  const national = typeof cloud === 'string' && cloud !== 'global';
  if (!national && !hosts.some((origin) => nationalHost.test(new URL(origin).hostname))) return;
  throw configError(
    "Message trace (option 'trace', GRAPH_MAIL_TRACE_CLIENT_ID) is in the worldwide cloud alone, and this is another one.",
    'Leave it out, and use Get-MessageTraceV2 of Exchange Online PowerShell.',
  );
}

/**
 * The cloud as the environment names it. `AZURE_AUTHORITY_HOST` names only where tokens come from; Graph's host follows from it, or stands in
 * `GRAPH_MAIL_GRAPH_HOST`.
 * @throws GraphMailError `ECONFIG`
 */
export function cloudFromEnvironment(env: NodeJS.ProcessEnv): CloudName | { authorityHost: string; graphHost: string } {
  const authorityHost = environmentVariable(env, 'AZURE_AUTHORITY_HOST') ?? 'https://login.microsoftonline.com';
  const graphHost = environmentVariable(env, 'GRAPH_MAIL_GRAPH_HOST');
  if (graphHost) return { authorityHost, graphHost };
  const host = authorityHost
    .replace(/^https:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  if (host === 'login.microsoftonline.com') return 'global';
  if (host === 'login.microsoftonline.us') return 'usgov';
  if (host === 'login.chinacloudapi.cn' || host === 'login.partner.microsoftonline.cn') return 'china';
  throw configError(
    `AZURE_AUTHORITY_HOST is ${shown(authorityHost)}, whose Graph host is not known.`,
    "Set GRAPH_MAIL_GRAPH_HOST beside it, or pass the option cloud: { authorityHost: 'https://…', graphHost: 'https://…' }.",
  );
}
