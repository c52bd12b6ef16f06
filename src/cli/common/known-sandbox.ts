import { OwnCommands } from '../../common/own-commands.js';
import { isLoopback } from '../../graph/proxy.js';
import type { GraphTransportOptions } from '../../options/types.js';

/** The variable in which `setup --sandbox` records where the mail can be seen. */
export const SANDBOX_INBOX_VARIABLE = 'GRAPH_MAIL_SANDBOX_INBOX';

/** The parts of a configuration that can point to a sandbox. */
interface SandboxConfiguration {
  env: NodeJS.ProcessEnv;
  options: GraphTransportOptions;
}

/**
 * Address of the inbox page of the sandbox that a configuration points to, as `setup --sandbox` recorded it; `undefined` where
 * mail goes to Microsoft, whatever was recorded: the variable may be left over from a sandbox.
 */
export function sandboxInbox({ env, options }: SandboxConfiguration): string | undefined {
  const inbox = env[SANDBOX_INBOX_VARIABLE];
  if (!inbox || !isOneOrigin(options.cloud) || !URL.canParse(inbox)) return undefined;
  const { protocol, href } = new URL(inbox);
  return protocol === 'http:' || protocol === 'https:' ? href : undefined;
}

/** A sandbox is Entra and Graph at one address, unlike any cloud of Microsoft's. */
function isOneOrigin(cloud: GraphTransportOptions['cloud']): boolean {
  if (typeof cloud !== 'object') return false;
  const graph = originOf(cloud.graphHost);
  return graph !== undefined && graph === originOf(cloud.authorityHost);
}

/** A host may be given without its scheme, as the transport accepts it. */
function originOf(host: string): string | undefined {
  const url = host.includes('://') ? host : `https://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** Where a sandbox of this machine, or one that setup knows, should answer; `undefined` where the configuration points to none. */
export function sandboxOrigin(configuration: SandboxConfiguration): string | undefined {
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
