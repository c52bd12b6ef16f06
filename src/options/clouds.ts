import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { environmentVariable } from '../common/environment.js';
import { configError } from '../common/errors.js';
import { parsePem } from '../common/pem.js';
import type { Settings } from './settings.js';
import { fileProblem, shown, shownName, shownPath } from './shown-value.js';
import type { CloudName, CustomCloud } from './types.js';

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

/**
 * Checks the `cloud` option.
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

/**
 * The cloud as the environment names it. `AZURE_AUTHORITY_HOST` names only where tokens come from; Graph's host follows from
 * it, or stands in `GRAPH_MAIL_GRAPH_HOST`.
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

/** The variable with further certificate authorities: PEM text, or the path of a PEM file. */
export const authoritiesVariable = 'GRAPH_MAIL_CA';

const expectedAuthorities =
  "Give the path of a PEM file with the authority's certificate (.pem, .crt), or its text; a relative path counts from the working directory.";

/**
 * The certificate authorities that `GRAPH_MAIL_CA` adds to those of Node, as PEM; `undefined` where it is not set. Unlike
 * `NODE_EXTRA_CA_CERTS`, which Node reads when it starts and goes on without where it cannot, one that cannot be used is an error.
 * @param read the text of a file; throws as `readFileSync` does
 * @throws GraphMailError `ECONFIG`, which names the variable and never quotes what it holds, since that may be a private key
 */
export function authoritiesFromEnvironment(env: NodeJS.ProcessEnv, read = readText): string | undefined {
  const value = environmentVariable(env, authoritiesVariable);
  if (value === undefined) return undefined;
  if (value.includes('-----BEGIN')) return checkAuthorities(value, authoritiesVariable);
  const from = `${authoritiesVariable} ${shownPath(value)}`;
  let text: string;
  try {
    text = read(value);
  } catch (error) {
    throw configError(`${from} cannot be read: ${fileProblem(error)}.`, expectedAuthorities);
  }
  return checkAuthorities(text, from);
}

function checkAuthorities(text: string, from: string): string {
  const { blocks, broken } = parsePem(text);
  const labels = [...blocks.map(({ label }) => label), ...broken];
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw configError(
      `${from} holds a private key; expected certificates of authorities, and nothing else.`,
      "A certificate authority's certificate is public and comes without its key; certificate and key of the application belong into AZURE_CLIENT_CERTIFICATE_PATH.",
    );
  }
  const certificates = blocks.filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label));
  if (broken.length > 0 || certificates.some(({ bytes }) => !isCertificate(bytes))) {
    throw configError(
      `${from} holds a certificate that cannot be read: it is damaged or cut off.`,
      'Copy it whole, from its line BEGIN to its line END.',
    );
  }
  if (certificates.length === 0) {
    throw configError(
      `${from} holds no certificate in PEM.`,
      `${expectedAuthorities} A binary certificate becomes PEM with: openssl x509 -inform der -in ca.cer -out ca.pem`,
    );
  }
  return certificates.map(({ bytes }) => new X509Certificate(bytes).toString()).join('');
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).subject !== null;
  } catch {
    return false;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
