import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configError, GraphMailError, isGraphMailError } from '../../common/errors.js';
import { settleOptions } from '../../options/check-options.js';
import { authoritiesFromEnvironment, authoritiesVariable, resolveCloud } from '../../options/clouds.js';
import { traceVariables } from '../../options/identity.js';
import type { Settings } from '../../options/settings.js';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import type { CloudName, GraphTransportOptions } from '../../options/types.js';
import { type Authorities, type ConfigurationSources, configuredOptions, proxyNames } from './configured-options.js';
import { readEnvFile } from './env-file.js';
import { UsageError } from './exit-codes.js';
import { FEATURES_VARIABLE } from './features.js';
import { envFileInWords, incomplete } from './incomplete.js';
import { SANDBOX_INBOX_VARIABLE } from './known-sandbox.js';

/** What the command line says of identity, mailbox and cloud. */
export interface ConfigurationFlags {
  tenantId?: string | undefined;
  clientId?: string | undefined;
  certificate?: string | undefined;
  mailbox?: string | undefined;
  cloud?: CloudName | undefined;
}

export interface ConfigurationInput {
  env: NodeJS.ProcessEnv;
  /** Path of a `.env` file; without it `.env` of the working directory, if there is one; `false`: none. */
  envFile?: string | false | undefined;
  flags: ConfigurationFlags;
  /** The text of a file; throws as `readFileSync` does. */
  read?: ((path: string) => string) | undefined;
}

export type { ConfigurationSource } from './configured-options.js';

/** What a command sends with. Nothing in it was checked, so that `doctor` can look at what is wrong. */
export interface Configuration {
  /** The environment with the `.env` file and the flags, under the names of the environment. */
  env: NodeJS.ProcessEnv;
  /** Of each of {@link CONFIGURATION_NAMES} that is set. */
  source: ConfigurationSources;
  /** The `.env` file that was read, absolute; `false`: none was to be. */
  envFile: string | false | undefined;
  /** For `graphTransport`, which checks them, and complete: nothing is left for it to read from the environment. */
  options: GraphTransportOptions;
  /** Those of {@link options}, by where they come from. */
  authorities: Authorities;
}

const flagNames = {
  AZURE_TENANT_ID: '--tenant-id',
  AZURE_CLIENT_ID: '--client-id',
  AZURE_CLIENT_CERTIFICATE_PATH: '--certificate',
  GRAPH_MAIL_MAILBOX: '--mailbox',
  AZURE_AUTHORITY_HOST: '--cloud',
  GRAPH_MAIL_GRAPH_HOST: '--cloud',
} as const;

/** All variables that say who sends, from where and to where. */
export const CONFIGURATION_NAMES: readonly string[] = [
  ...Object.keys(flagNames),
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_CLIENT_SEND_CERTIFICATE_CHAIN',
  'GRAPH_MAIL_CERTIFICATE',
  ...Object.values(traceVariables),
  ...proxyNames,
  authoritiesVariable,
  'NODE_EXTRA_CA_CERTS',
  FEATURES_VARIABLE,
  SANDBOX_INBOX_VARIABLE,
];

/**
 * Puts flags, environment and `.env` file together. A variable of the environment goes before that of the file, as with
 * `node --env-file`. An identity in the flags takes the place of the whole one beneath it, with its mailbox and cloud; of
 * that, only the password of the certificate stays, since a command line is no place for it.
 * @throws UsageError for half an identity in the flags, or an `--env-file` that cannot be read
 * @throws GraphMailError `ECONFIG` for a `.env` file with a line that is not understood, and for a `GRAPH_MAIL_CA` that cannot be used
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

/** Does what needs a configuration; where a value of it is at fault, the error says where that comes from, or what is missing. */
export function inWords<T>(
  configuration: Pick<Configuration, 'env' | 'source' | 'envFile'>,
  check: () => T,
  mailbox?: string,
): T {
  const { env, source } = configuration;
  try {
    return check();
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    const missing = incomplete(configuration, mailbox);
    if (missing) throw missing;
    const named = CONFIGURATION_NAMES.filter((name) => source[name] && isNamed(name, error.message));
    const origins = named.map((name) =>
      env[name] === ''
        ? `${name} is empty in ${originOf(name, configuration)}.`
        : `${name} comes from ${originOf(name, configuration)}.`,
    );
    throw new GraphMailError([error.message, ...origins].join(' '), { ...error, cause: error.cause });
  }
}

/** As the options of a program that variables are for are called. */
const optionNames: Partial<Record<string, string>> = {
  GRAPH_MAIL_MAILBOX: "'mailbox'",
  AZURE_AUTHORITY_HOST: "'cloud.authorityHost'",
  GRAPH_MAIL_GRAPH_HOST: "'cloud.graphHost'",
};

function isNamed(variable: string, message: string): boolean {
  const option = optionNames[variable];
  return new RegExp(`\\b${variable}\\b`).test(message) || (option !== undefined && message.includes(option));
}

/** Where a variable is set, in words. */
export function originOf(name: string, { source, envFile }: Pick<Configuration, 'source' | 'envFile'>): string {
  switch (source[name]) {
    case 'flag':
      return flagNames[name as keyof typeof flagNames];
    case '.env':
      return envFileInWords(envFile);
    default:
      return 'the environment';
  }
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
