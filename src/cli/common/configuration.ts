import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configError } from '../../common/errors.js';
import { proxyFor } from '../../graph/proxy.js';
import { settleOptions } from '../../options/check-options.js';
import {
  authoritiesFromEnvironment,
  authoritiesVariable,
  cloudFromEnvironment,
  resolveCloud,
} from '../../options/clouds.js';
import { traceVariables } from '../../options/identity.js';
import type { Settings } from '../../options/settings.js';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import type { CloudName, CustomCloud, GraphTransportOptions, TraceOptions } from '../../options/types.js';
import type { Command } from '../../vendor/commander.js';
import { inWords } from './configuration-errors.js';
import {
  CONFIGURATION_NAMES,
  type ConfigurationSources,
  type ConfiguredVariables,
  type flagNames,
  proxyNames,
} from './configuration-variables.js';
import { readEnvFile } from './env-file.js';
import { UsageError } from './exit-codes.js';
import { mailboxFlag, oneOf, pathFlag, textFlag } from './flag-values.js';
import type { Terminal } from './terminal.js';

/** What the command line says about identity, mailbox and cloud. */
interface ConfigurationFlags {
  tenantId?: string | undefined;
  clientId?: string | undefined;
  certificate?: string | undefined;
  mailbox?: string | undefined;
  cloud?: CloudName | undefined;
}

/** What the flags of {@link addConfigurationFlags} become. */
export interface GivenConfiguration extends ConfigurationFlags {
  envFile?: string | boolean;
}

/** `--mailbox` is added by each command: one that sends has one, one that only reads may take several. */
export function addConfigurationFlags(command: Command): Command {
  return addEnvFileFlags(command)
    .option('--tenant-id <id>', 'directory (tenant) id; with --client-id and --certificate only', textFlag)
    .option('--client-id <id>', 'application (client) id', textFlag)
    .option(
      '--certificate <path>',
      'PEM with certificate and key, or PFX (its password: AZURE_CLIENT_CERTIFICATE_PASSWORD)',
      pathFlag,
    )
    .option('--cloud <name>', 'global, usgov, usgov-dod or china', cloudFlag);
}

export function addEnvFileFlags(command: Command): Command {
  return command
    .option('-e, --env-file <path>', 'where AZURE_* and GRAPH_MAIL_* stand (default: .env, if there is one)', pathFlag)
    .option('--no-env-file', 'read no .env file');
}

export function addMailboxFlag(command: Command): Command {
  return command.option('--mailbox <address>', 'whose mailbox sends (default: GRAPH_MAIL_MAILBOX)', mailboxFlag);
}

const cloudFlag: (text: string) => CloudName = oneOf('global', 'usgov', 'usgov-dod', 'china');

/** @throws what {@link readConfiguration} throws */
export function givenConfiguration(
  { envFile, ...flags }: GivenConfiguration,
  terminal: Pick<Terminal, 'env'>,
): Configuration {
  // Commander gives `true` for a `--no-` flag that was not used.
  return readConfiguration({ env: terminal.env, flags, envFile: envFile === true ? undefined : envFile });
}

/** @internal */
export interface ConfigurationInput {
  env: NodeJS.ProcessEnv;
  /** Path of a `.env` file; without it `.env` of the working directory, if there is one; `false`: none. */
  envFile?: string | false | undefined;
  flags: ConfigurationFlags;
  /** The text of a file; throws as `readFileSync` does. */
  read?: ((path: string) => string) | undefined;
}

/** What a command sends with. Nothing in it has been checked, so that `doctor` can examine what is wrong. */
export interface Configuration extends ConfiguredVariables {
  /** For `graphTransport`, which checks them, and complete: nothing is left for it to read from the environment. */
  options: GraphTransportOptions;
  /** Those of {@link options}, by where they come from. */
  authorities: Authorities;
}

/** Certificate authorities to trust besides those that Node trusts by itself, PEM. */
interface Authorities {
  /** Of `GRAPH_MAIL_CA`. */
  own: string | undefined;
  /**
   * Of `NODE_EXTRA_CA_CERTS` in the `.env` file. Node reads this variable when it starts, which is too early for that of a
   * file. The one of the environment, which a company may set on every machine, does not replace it: Node trusts that one already.
   */
  nodeOfFile: string | undefined;
}

/**
 * Puts flags, environment and `.env` file together. A variable of the environment goes before that of the file, as with
 * `node --env-file`. An identity in the flags replaces the whole one of environment and file, with its mailbox and cloud; of
 * that, only the password of the certificate stays, since a password does not belong on a command line.
 * @throws UsageError for half an identity in the flags, or an `--env-file` that cannot be read
 * @throws GraphMailError `ECONFIG` for a `.env` file with a line that is not understood, and for a `GRAPH_MAIL_CA` that cannot be used
 * @internal
 */
export function readConfiguration({ env, envFile, flags, read = readText }: ConfigurationInput): Configuration {
  const found = envFile === false ? undefined : readFileOf(envFile, read);
  const file: Record<string, string> = found ?? {};
  const given = flagVariables(flags);
  const merged: NodeJS.ProcessEnv = {
    ...file,
    ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
  };
  if (hasIdentity(flags)) {
    for (const name of CONFIGURATION_NAMES) if (belowIdentity(name)) delete merged[name];
  }
  Object.assign(merged, given);
  const source: ConfigurationSources = {};
  for (const name of CONFIGURATION_NAMES) {
    if (merged[name] === undefined) continue;
    source[name] = name in given ? 'flag' : env[name] === undefined ? '.env' : 'environment';
  }
  const from = {
    env: merged,
    source,
    envFile: found ? path.resolve(envFile || '.env') : envFile === false ? (false as const) : undefined,
  };
  const authorities = {
    own: inWords(from, () => authoritiesFromEnvironment(merged, read)),
    nodeOfFile: readIfThere(file.NODE_EXTRA_CA_CERTS, read),
  };
  return { ...from, options: configuredOptions(merged, source, flags.cloud, authorities), authorities };
}

/**
 * Checks a configuration.
 * @param mailbox instead of the one that it names
 * @throws GraphMailError `ECONFIG`, which says where a value that it names comes from
 */
export function checkConfiguration(configuration: Configuration, mailbox?: string): Settings {
  const { env } = configuration;
  return inWords(configuration, () => settleOptions(mailbox === undefined ? {} : { mailbox }, env), mailbox);
}

function hasIdentity({ tenantId, clientId, certificate }: ConfigurationFlags): boolean {
  const given = { '--tenant-id': tenantId, '--client-id': clientId, '--certificate': certificate };
  const missing = Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [flag] : []));
  if (missing.length === 3) return false;
  if (missing.length === 0) return true;
  throw new UsageError(
    `An identity is given whole: --tenant-id, --client-id and --certificate go together, and ${missing.join(' and ')} is missing.`,
  );
}

/** Variables that belong to the machine rather than to an identity. */
const ofTheMachine: readonly string[] = [
  ...proxyNames,
  authoritiesVariable,
  'NODE_EXTRA_CA_CERTS',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
];

function belowIdentity(name: string): boolean {
  return !ofTheMachine.includes(name);
}

function flagVariables(flags: ConfigurationFlags): Record<string, string> {
  const cloud = flags.cloud === undefined ? undefined : resolveCloud(flags.cloud);
  const variables: Record<keyof typeof flagNames, string | undefined> = {
    AZURE_TENANT_ID: flags.tenantId,
    AZURE_CLIENT_ID: flags.clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: flags.certificate,
    GRAPH_MAIL_MAILBOX: flags.mailbox,
    AZURE_AUTHORITY_HOST: cloud?.authorityHost,
    GRAPH_MAIL_GRAPH_HOST: cloud?.graphHost,
  };
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function readFileOf(envFile: string | undefined, read: (path: string) => string): Record<string, string> | undefined {
  const file = envFile ?? '.env';
  let text: string;
  try {
    text = read(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (envFile === undefined && (code === 'ENOENT' || code === 'EISDIR')) return undefined;
    const problem = `The file ${shownPath(file)} cannot be read: ${fileProblem(cause)}.`;
    if (envFile === undefined) throw configError(problem, 'Make it readable, or add --no-env-file.');
    throw new UsageError(`${problem} Give another one with --env-file.`);
  }
  return readEnvFile(text, file);
}

/** As Node does it: the connection tells whether the certificate was needed. */
function readIfThere(file: string | undefined, read: (path: string) => string): string | undefined {
  try {
    return file ? read(file) : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * What `graphTransport` is given for an environment. Complete, so that nothing is left for it to read from the environment of
 * the process, and unchecked.
 */
function configuredOptions(
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

/** A host that is not understood stays as it is, for the transport to refuse. */
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

/** The transport reads the proxy from the environment of the process, which does not include a `.env` file. */
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
