import type { CloudName } from '../../options/types.js';
import type { Command } from '../../vendor/commander.js';
import { type Configuration, type ConfigurationFlags, readConfiguration } from './configuration.js';
import { mailboxFlag, oneOf, pathFlag, textFlag } from './flag-values.js';
import type { Terminal } from './terminal.js';

/** What the flags of {@link addConfigurationFlags} become. */
export interface GivenConfiguration extends ConfigurationFlags {
  envFile?: string | boolean;
}

/** `--mailbox` is for the command to add: one that sends has one, one that looks may take several. */
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
