import { authoritiesVariable } from '../../options/clouds.js';
import { traceVariables } from '../../options/identity.js';
import { FEATURES_VARIABLE } from './features.js';
import { SANDBOX_INBOX_VARIABLE } from './known-sandbox.js';

/** Where a value comes from. */
export type ConfigurationSource = 'environment' | '.env' | 'flag';

/** Where the variables that are set come from. */
export type ConfigurationSources = Partial<Record<string, ConfigurationSource>>;

/** The variables that configure a command, and where each comes from. */
export interface ConfiguredVariables {
  /** The environment with the `.env` file and the flags, under the names of the environment. */
  env: NodeJS.ProcessEnv;
  /** Of each of {@link CONFIGURATION_NAMES} that is set. */
  source: ConfigurationSources;
  /** The `.env` file that was read, absolute; `false`: none was to be. */
  envFile: string | false | undefined;
}

/** Variables that a flag sets. */
export const flagNames = {
  AZURE_TENANT_ID: '--tenant-id',
  AZURE_CLIENT_ID: '--client-id',
  AZURE_CLIENT_CERTIFICATE_PATH: '--certificate',
  GRAPH_MAIL_MAILBOX: '--mailbox',
  AZURE_AUTHORITY_HOST: '--cloud',
  GRAPH_MAIL_GRAPH_HOST: '--cloud',
} as const;

/** As Node and most programs read them. */
export const proxyNames = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const;

/** All variables that configure identity, mailbox, cloud and network. */
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
