import { OwnCommands } from '../../common/own-commands.js';
import { isLoopback } from '../../graph/proxy.js';
import type { Configuration } from './configuration.js';

/** The variable in which `setup --sandbox` writes down where the mail can be seen. */
export const SANDBOX_INBOX_VARIABLE = 'GRAPH_MAIL_SANDBOX_INBOX';

/**
 * Address of the inbox page of the sandbox that a configuration leads to, as `setup --sandbox` wrote it down; `undefined` where
 * mail goes to Microsoft, whatever is written down: the variable may be left over from a sandbox.
 */
export function sandboxInbox({ env, options }: Pick<Configuration, 'env' | 'options'>): string | undefined {
  const inbox = env[SANDBOX_INBOX_VARIABLE];
  if (!inbox || !isOneOrigin(options.cloud) || !URL.canParse(inbox)) return undefined;
  const { protocol, href } = new URL(inbox);
  return protocol === 'http:' || protocol === 'https:' ? href : undefined;
}

/** A sandbox is Entra and Graph at one address, which no cloud of Microsoft's is. */
function isOneOrigin(cloud: Configuration['options']['cloud']): boolean {
  if (typeof cloud !== 'object') return false;
  const graph = originOf(cloud.graphHost);
  return graph !== undefined && graph === originOf(cloud.authorityHost);
}

/** A host may stand there without its scheme, as the transport takes it. */
function originOf(host: string): string | undefined {
  const url = host.includes('://') ? host : `https://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** Where a sandbox of this machine, or one that setup knows, should answer; `undefined` where that is none. */
export function sandboxOrigin(configuration: Pick<Configuration, 'env' | 'options'>): string | undefined {
  const { cloud } = configuration.options;
  const origin = typeof cloud === 'object' ? originOf(cloud.graphHost) : undefined;
  if (origin === undefined) return undefined;
  const known = sandboxInbox(configuration) !== undefined || isLoopback(new URL(origin).hostname);
  return known ? origin : undefined;
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
  const portFlag = (flag: string, port: string | undefined, usual: string) =>
    port === undefined || port === usual ? [] : [flag, port];
  const command = commands.plain(
    'sandbox',
    ...portFlag('--port', new URL(origin).port || '443', '8443'),
    ...portFlag('--inbox-port', inbox === undefined ? undefined : new URL(inbox).port || '80', '8025'),
  );
  return `Nothing answers at ${origin}. Start the sandbox in another terminal, in the folder where it ran before:\n  ${command}`;
}
