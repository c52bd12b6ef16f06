import { readFileSync } from 'node:fs';
import { Pace } from '../../src/cli/live/common/plain-http.js';
import type { TargetSettings } from '../../src/cli/live/common/target.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Hosts as listed on Microsoft Graph's "National cloud deployments" page. */
const CLOUDS: Readonly<Record<string, readonly [authority: string, graph: string]>> = {
  global: ['https://login.microsoftonline.com', 'https://graph.microsoft.com'],
  usgov: ['https://login.microsoftonline.us', 'https://graph.microsoft.us'],
  'usgov-dod': ['https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
  china: ['https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
};

const NEEDED = [
  'GRAPH_LIVE_TENANT_ID',
  'GRAPH_LIVE_CLIENT_ID',
  'GRAPH_LIVE_CERTIFICATE_PATH',
  'GRAPH_LIVE_MAILBOX',
  'GRAPH_LIVE_TO',
] as const;

/** The tenant that `GRAPH_LIVE_*` name. Throws an Error that says what is missing or wrong. */
export function livePlace(env: Environment): TargetSettings {
  const missing = NEEDED.filter((name) => !env[name]?.trim());
  if (missing.length > 0) throw new Error(`${missing.join(', ')} must be set: see docs/live-tests.md.`);
  const [tenantId, clientId, path, mailbox, addresses] = NEEDED.map((name) => env[name]?.trim() ?? '') as [
    string,
    string,
    string,
    string,
    string,
  ];
  const to = addresses.split(',').map((address) => address.trim());
  for (const address of [mailbox, ...to]) {
    if (!/^[^\s@,;<>]+@[^\s@,;<>]+$/.test(address)) throw new Error(`"${address}" is not an address.`);
  }
  const [authorityHost, graphHost] = hosts(env);
  const { GRAPH_MAIL_TRACE_CLIENT_ID: reader, GRAPH_MAIL_TRACE_CERTIFICATE_PATH: readerPath } = env;
  const trace = reader && readerPath ? { trace: { clientId: reader, certificate: certificateAt(readerPath) } } : {};
  // The last two are for the project's own tests, where a sandbox plays the tenant.
  const pace = new Pace(Number(env.GRAPH_LIVE_PAUSE ?? 250), Number(env.GRAPH_LIVE_MAIL_PAUSE ?? 3_000));
  return {
    tenantId,
    clientId,
    mailbox,
    to,
    authorityHost,
    graphHost,
    certificate: certificateAt(path),
    pace,
    ...trace,
  };
}

function hosts(env: Environment): readonly [authority: string, graph: string] {
  const { GRAPH_LIVE_AUTHORITY_HOST: authority, GRAPH_LIVE_GRAPH_HOST: graph, GRAPH_LIVE_CLOUD: name } = env;
  if (authority && graph) return [authority, graph];
  const cloud = CLOUDS[name?.trim() || 'global'];
  if (cloud) return cloud;
  throw new Error(`GRAPH_LIVE_CLOUD is "${name}", expected ${Object.keys(CLOUDS).join(', ')}.`);
}

function certificateAt(path: string): string {
  const pem = readFileSync(path, 'utf8');
  for (const part of ['CERTIFICATE', 'PRIVATE KEY']) {
    if (!pem.includes(`${part}-----`)) throw new Error(`${path} has no ${part}: it must be PEM with both.`);
  }
  return pem;
}
