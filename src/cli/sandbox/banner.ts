import path from 'node:path';
import { OwnCommands } from '../../common/own-commands.js';
import { fileWord, shellWord } from '../../common/shell-quoting.js';

/** A running sandbox, as its clients must know it. */
export interface SandboxAddress {
  inboxUrl: string;
  /** Origin of Entra and Graph. */
  url: string;
  /** The same over plain HTTP, where it answers that. */
  httpUrl?: string | undefined;
  /** Where it listens, if not on 127.0.0.1. */
  host?: string | undefined;
  /** Further names that it has. */
  names: readonly string[];
  tenantId: string;
  clientId: string;
  /** For clients that cannot sign with a certificate. */
  secret: string;
  mailboxes: readonly [string, ...string[]];
  anyMailbox: boolean;
  /** File with certificate and key. */
  certificateFile: string;
  /** File with the certificate authority. */
  caFile: string;
  folder: string;
}

/** What is printed at the start: at most 15 lines. `from` is where the command was started. */
export function sandboxBanner(
  sandbox: SandboxAddress,
  from: string = process.cwd(),
  platform: NodeJS.Platform = process.platform,
): string {
  const { inboxUrl, url, httpUrl, host, names, mailboxes, anyMailbox } = sandbox;
  const shown = (file: string) => shellWord(fileWord(nearFile(file, from)), platform);
  const [mailbox, ...others] = mailboxes;
  const more = [
    ...(others.length === 1 ? others : []),
    ...(others.length > 1 ? [`${others.length} more`] : []),
    ...(anyMailbox ? ['any other address'] : []),
  ];
  const terms: [string, string | undefined][] = [
    ['Inbox', inboxUrl],
    ['Entra and Graph', url],
    ['  plain HTTP', httpUrl],
    ['Listens on', host],
    ['Other names', names.length > 0 ? names.join(', ') : undefined],
    ['Tenant id', sandbox.tenantId],
    ['Client id', sandbox.clientId],
    ['Client secret', sandbox.secret],
    [more.length === 0 ? 'Mailbox' : 'Mailboxes', [mailbox, ...more].join(', ')],
    ['Certificate, key', shown(sandbox.certificateFile)],
    ['Authority (CA)', shown(sandbox.caFile)],
  ];
  const lines = terms.filter(([, value]) => value !== undefined).map(([name, value]) => `${name.padEnd(17)} ${value}`);
  return `${lines.join('\n')}
For a key, a .env and a first mail of your own, paste into another terminal:
${new OwnCommands({ platform }).plain('setup', '--sandbox', inboxUrl)}
Snippets for other clients: ${inboxUrl}#/connect
Ctrl-C ends it and deletes the mail; the tenant stays in ${shown(sandbox.folder)}.
`;
}

/** A file as somebody there would type it: relative where it is below. */
function nearFile(file: string, from: string): string {
  const near = path.relative(from, file);
  return near === '' || near.startsWith('..') || path.isAbsolute(near) ? file : near;
}
