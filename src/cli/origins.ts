import { pathFrom } from '../own-commands.js';
import type { Configuration } from './configuration.js';

/** The flag for a variable. */
export const flagNames = {
  AZURE_TENANT_ID: '--tenant-id',
  AZURE_CLIENT_ID: '--client-id',
  AZURE_CLIENT_CERTIFICATE_PATH: '--certificate',
  GRAPH_MAIL_MAILBOX: '--mailbox',
  AZURE_AUTHORITY_HOST: '--cloud',
  GRAPH_MAIL_GRAPH_HOST: '--cloud',
} as const;

/** The `.env` file, with its path where it is not that of the working directory. */
export function envFileInWords({ envFile }: Pick<Configuration, 'envFile'>): string {
  const file = envFile ? pathFrom(process.cwd(), envFile) : '.env';
  return file === '.env' ? 'the .env file' : `the .env file ${file}`;
}

/** Where a variable is set, in words. */
export function originOf(name: string, { source, envFile }: Pick<Configuration, 'source' | 'envFile'>): string {
  switch (source[name]) {
    case 'flag':
      return flagNames[name as keyof typeof flagNames];
    case '.env':
      return envFileInWords({ envFile });
    default:
      return 'the environment';
  }
}
