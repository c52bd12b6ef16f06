import { isLoopback } from '../graph/proxy-exceptions.js';
import { OwnCommands } from '../own-commands.js';
import type { Configuration } from './configuration.js';

/** The variable in which `setup --sandbox` writes down where the mail can be seen. */
export const SANDBOX_INBOX_VARIABLE = 'GRAPH_MAIL_SANDBOX_INBOX';

/**
 * Address of the inbox page of the sandbox that a configuration leads to, as `setup --sandbox` wrote it down; `undefined` where
 * mail goes to Microsoft, whatever is written down.
 */
export function sandboxInbox({ env, options }: Configuration): string | undefined {
  const inbox = env[SANDBOX_INBOX_VARIABLE];
  if (!inbox || typeof options.cloud !== 'object' || !URL.canParse(inbox)) return undefined;
  const { protocol, href } = new URL(inbox);
  return protocol === 'http:' || protocol === 'https:' ? href : undefined;
}

/** Where a sandbox of this machine, or one that setup knows, should answer; `undefined` where that is none. */
export function sandboxOrigin(configuration: Configuration): string | undefined {
  const { cloud } = configuration.options;
  if (typeof cloud !== 'object' || !URL.canParse(cloud.graphHost)) return undefined;
  const known = sandboxInbox(configuration) !== undefined || isLoopback(new URL(cloud.graphHost).hostname);
  return known ? cloud.graphHost : undefined;
}

/**
 * What to do where it does not answer.
 * @param inbox address of its page, where it is known
 */
export function startSandbox(
  origin: string,
  inbox: string | undefined,
  commands: OwnCommands = new OwnCommands(),
): string {
  const portFlag = (flag: string, url: string | undefined, usual: string) => {
    const port = url === undefined ? '' : new URL(url).port;
    return port === usual || port === '' ? [] : [flag, port];
  };
  const command = commands.plain(
    'sandbox',
    ...portFlag('--port', origin, '8443'),
    ...portFlag('--inbox-port', inbox, '8025'),
  );
  return `Nothing answers at ${origin}. Start the sandbox in another terminal, in the folder where it ran before:\n  ${command}`;
}
