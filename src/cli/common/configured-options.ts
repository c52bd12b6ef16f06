import { proxyFor } from '../../graph/proxy.js';
import { cloudFromEnvironment, resolveCloud } from '../../options/clouds.js';
import { traceVariables } from '../../options/identity.js';
import type { CloudName, CustomCloud, GraphTransportOptions, TraceOptions } from '../../options/types.js';

/** Where a value comes from. */
export type ConfigurationSource = 'environment' | '.env' | 'flag';

/** Where the variables that are set come from. */
export type ConfigurationSources = Partial<Record<string, ConfigurationSource>>;

/** Certificate authorities to trust besides those that Node trusts by itself, PEM. */
export interface Authorities {
  /** Of `GRAPH_MAIL_CA`. */
  own: string | undefined;
  /**
   * Of `NODE_EXTRA_CA_CERTS` in the `.env` file. Node reads this variable when it starts, which is too early for that of a
   * file. The one of the environment, which a company may set on every machine, does not take its place: Node trusts that one already.
   */
  nodeOfFile: string | undefined;
}

export const proxyNames = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const;

/**
 * What `graphTransport` is given for an environment. Complete, so that nothing is left for it to read from the environment of
 * the process, and unchecked.
 */
export function configuredOptions(
  env: NodeJS.ProcessEnv,
  source: ConfigurationSources,
  named: CloudName | undefined,
  authorities: Authorities,
): GraphTransportOptions {
  const set = (name: string) => env[name] || undefined;
  const cloud = withCa(named ?? cloudOf(env), authorities);
  const secret = set('AZURE_CLIENT_SECRET');
  const certificatePath = set('AZURE_CLIENT_CERTIFICATE_PATH');
  const certificate = set('GRAPH_MAIL_CERTIFICATE');
  // In the order in which the transport itself reads them.
  const credential = secret
    ? { clientSecret: secret }
    : {
        ...(certificatePath ? { certificatePath } : { certificate }),
        certificatePassword: set('AZURE_CLIENT_CERTIFICATE_PASSWORD'),
        sendCertificateChain: /^(1|true)$/i.test(set('AZURE_CLIENT_SEND_CERTIFICATE_CHAIN') ?? ''),
      };
  const identity = { tenantId: set('AZURE_TENANT_ID'), clientId: set('AZURE_CLIENT_ID'), ...credential };
  const mailbox = set('GRAPH_MAIL_MAILBOX');
  return defined({ ...identity, mailbox, cloud, proxy: proxyOf(env, source, cloud), trace: traceOf(set) });
}

/** The application that may search message trace, where one is named. */
function traceOf(set: (name: string) => string | undefined): TraceOptions | undefined {
  const clientId = set(traceVariables.clientId);
  if (clientId === undefined) return undefined;
  const certificatePath = set(traceVariables.certificatePath);
  return defined({
    clientId,
    ...(certificatePath ? { certificatePath } : { certificate: set(traceVariables.certificate) }),
    certificatePassword: set(traceVariables.password),
  });
}

/** What cannot be told stays as it is, for the transport to refuse. */
function cloudOf(env: NodeJS.ProcessEnv): CloudName | CustomCloud {
  try {
    return cloudFromEnvironment(env);
  } catch {
    return { authorityHost: env.AZURE_AUTHORITY_HOST ?? '', graphHost: env.GRAPH_MAIL_GRAPH_HOST ?? '' };
  }
}

function withCa(cloud: CloudName | CustomCloud, { own, nodeOfFile }: Authorities): CloudName | CustomCloud {
  const ca = [own, nodeOfFile].filter((pem) => pem !== undefined);
  if (ca.length === 0) return cloud;
  const { authorityHost, graphHost } = typeof cloud === 'string' ? resolveCloud(cloud) : cloud;
  return { authorityHost, graphHost, ca: ca.join('\n') };
}

/** The transport reads the proxy from the environment of the process, which a `.env` file is no part of. */
function proxyOf(env: NodeJS.ProcessEnv, source: ConfigurationSources, cloud: CloudName | CustomCloud) {
  if (!proxyNames.some((name) => source[name] === '.env')) return undefined;
  const { graphHost } = resolveCloud(cloud);
  try {
    return URL.canParse(graphHost) && proxyFor(graphHost, undefined, env) ? env.https_proxy || env.HTTPS_PROXY : false;
  } catch {
    return env.https_proxy || env.HTTPS_PROXY;
  }
}

function defined<T extends object>(values: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };
}
