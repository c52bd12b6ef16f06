import { existsSync } from 'node:fs';
import { listed } from '../../bulk/common/words.js';
import { configError, GraphMailError, isGraphMailError } from '../../common/errors.js';
import { OwnCommands, pathFrom } from '../../common/own-commands.js';
import { CONFIGURATION_NAMES, type ConfiguredVariables, flagNames } from './configuration-variables.js';

/** Runs `check`; where a configured value is at fault, the error says where it comes from, or what is missing. */
export function inWords<T>(configuration: ConfiguredVariables, check: () => T, mailbox?: string): T {
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

/** The option that a variable sets, as messages of the library quote it. */
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
export function originOf(name: string, { source, envFile }: Pick<ConfiguredVariables, 'source' | 'envFile'>): string {
  switch (source[name]) {
    case 'flag':
      return flagNames[name as keyof typeof flagNames];
    case '.env':
      return envFileInWords(envFile);
    default:
      return 'the environment';
  }
}

/** Where setup writes its configuration. */
const written = 'graph-mailer/developer/.env';

/** What a configuration must have: each part by any of its variables, and by a flag. */
const parts = [
  { variables: ['AZURE_TENANT_ID'], flag: '--tenant-id' },
  { variables: ['AZURE_CLIENT_ID'], flag: '--client-id' },
  {
    variables: ['AZURE_CLIENT_CERTIFICATE_PATH', 'GRAPH_MAIL_CERTIFICATE', 'AZURE_CLIENT_SECRET'],
    flag: '--certificate',
  },
  { variables: ['GRAPH_MAIL_MAILBOX'], flag: '--mailbox' },
] as const;

/**
 * What is wrong with a configuration in which parts are missing, all of them at once; `undefined` where none is. With
 * nothing at all configured, it says what to run first.
 * @param mailbox the mailbox, where it is given in another way
 */
export function incomplete(
  { env, source, envFile }: ConfiguredVariables,
  mailbox?: string,
): GraphMailError | undefined {
  const missing = parts.filter(
    ({ flag, variables }) => !variables.some((name) => env[name]) && !(flag === '--mailbox' && mailbox !== undefined),
  );
  if (missing.length === 0) return undefined;
  // A mailbox in a flag alone does not say who signs in.
  const nothing = parts.every(
    ({ variables }) =>
      !variables.some((name) => env[name] && !(name === 'GRAPH_MAIL_MAILBOX' && source[name] === 'flag')),
  );
  if (nothing)
    return configError(
      'Nothing is configured: neither flags nor the environment nor a .env file say who sends.',
      howToConfigure(),
    );
  const names = missing.map(({ variables: [name] }) => name);
  const nowhere = names.filter((name) => source[name] === undefined);
  const flags = missing.map(({ flag }) => flag).filter((flag) => flag !== '--mailbox');
  const instead = [
    ...(flags.length > 0 ? ['--tenant-id, --client-id and --certificate together'] : []),
    ...(missing.length > flags.length ? ['--mailbox'] : []),
  ].join(', and ');
  // Setup leaves them empty until the administrator answers.
  const fromEntra = names.some((name) => source[name] === '.env' && name.endsWith('_ID'))
    ? ' Those that setup left empty come from the Entra administrator (registered-app.txt).'
    : '';
  const are = (all: readonly string[]) => (all.length === 1 ? 'is' : 'are');
  const emptyIn = (['.env', 'environment'] as const).flatMap((origin) => {
    const there = names.filter((name) => source[name] === origin);
    const where = origin === '.env' ? envFileInWords(envFile) : 'the environment';
    return there.length === 0 ? [] : [`${listed(there)} ${are(there)} empty in ${where}.`];
  });
  return configError(
    [...(nowhere.length === 0 ? [] : [`${listed(nowhere)} ${are(nowhere)} missing.`]), ...emptyIn].join(' '),
    `Set ${names.length === 1 ? 'it' : 'them'} in the environment or in the .env file, or give ${instead}.${fromEntra}`,
  );
}

/** A `.env` file, by its path where that is not the usual one. */
export function envFileInWords(envFile: ConfiguredVariables['envFile']): string {
  const file = envFile ? pathFrom(process.cwd(), envFile) : '.env';
  return file === '.env' ? 'the .env file' : `the .env file ${file}`;
}

/** A text of several lines, whose commands are not wrapped. */
function howToConfigure(): string {
  const commands = new OwnCommands();
  const command = (...words: string[]) => `  ${commands.plain(...words)}`;
  return [
    ...(existsSync(written)
      ? [`There is a configuration in ${written}. To use it, add:`, `  --env-file ${written}`]
      : []),
    'To try it without a tenant, in two terminals:',
    command('sandbox'),
    command('setup', '--sandbox', 'http://127.0.0.1:8025/'),
    'For a tenant of Microsoft 365:',
    command('setup'),
    ...(existsSync(written)
      ? []
      : ['Where setup has run already, give the file that it wrote with --env-file,', `such as ${written}.`]),
  ].join('\n');
}
