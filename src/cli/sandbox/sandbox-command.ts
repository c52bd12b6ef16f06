import { isIP } from 'node:net';
import path from 'node:path';
import { isMailbox } from '../../common/canonical-address.js';
import { OwnCommands } from '../../common/own-commands.js';
import { fileWord, shellWord } from '../../common/shell-quoting.js';
import { isHostName } from '../../sandbox/check-options.js';
import { SCENARIO_NAMES } from '../../sandbox/faults/scenarios.js';
import { isLoopback } from '../../sandbox/http/own-names.js';
import { type ApplicationOptions, type ScenarioName, startSandbox } from '../../sandbox/index.js';
import { nearestPermission } from '../../sandbox/tenant/check-tenant.js';
import { type Command, InvalidArgumentError } from '../../vendor/commander.js';
import { UsageError } from '../common/exit-codes.js';
import { onInterruption } from '../common/interruption.js';
import { openSandboxFolder } from './folder.js';
import { KeptTenant, readTenantFile } from './tenant.js';

interface SandboxFlags {
  port: number;
  inboxPort: number;
  httpPort?: number;
  host: string;
  allowNetwork?: boolean;
  name?: string[];
  mailbox?: [string, ...string[]];
  anyMailbox?: boolean;
  folder: string;
  tenant?: string;
  scenario?: ScenarioName;
  keep: number;
  role?: string[];
}

/** The same at every start, so that programs that were configured with them go on working. */
const tenantId = '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee';
const clientId = 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee';
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_MAILBOX = 'noreply@contoso.example';
/** For clients that cannot sign with a certificate. For sandboxes only: it is publicly known. */
const secret = 'graph-sandbox';

export function addSandboxCommand(program: Command): void {
  program
    .command('sandbox')
    .description('run a local Microsoft Entra and Graph for mail, with an inbox page, until Ctrl-C')
    .option('--port <number>', 'port of Entra and Graph (HTTPS); 0 takes a free one', portNumber, 8443)
    .option('--inbox-port <number>', 'port of the inbox page (HTTP); 0 takes a free one', portNumber, 8025)
    .option('--http-port <number>', 'answer Entra and Graph over plain HTTP too, on this port', portNumber)
    .option('--host <address>', 'IP address to listen on', hostAddress, DEFAULT_HOST)
    .option(
      '--allow-network',
      'let other machines reach it: whoever does may read all mail, and its client secret is publicly known',
    )
    .option(
      '--name <name>',
      'a further name by which clients come, such as that of a container; may be repeated',
      oneName,
    )
    .option(
      '--mailbox <address>',
      `a mailbox that may send, the first by default; may be repeated (default: "${DEFAULT_MAILBOX}")`,
      mailboxAddress,
    )
    .option('--any-mailbox', 'let every address send: its mailbox comes into being when it is first used')
    .option('--role <name>', 'an application permission of the program, instead of Mail.Send; may be repeated', oneRole)
    .option('--scenario <name>', `faults to play: ${SCENARIO_NAMES.join(', ')}`, scenarioName)
    .option('--tenant <file.json>', 'applications, mailboxes, groups and policies of the tenant')
    .option('--keep <number>', 'messages to keep; the oldest go first', keptNumber, 5000)
    .option('--folder <path>', 'where certificate, key, CA and tenant are kept', '.graph-sandbox')
    .action(runSandbox);
}

async function runSandbox(flags: SandboxFlags): Promise<void> {
  const { port, inboxPort, httpPort, host, name = [], folder, scenario, tenant, keep, role } = flags;
  const { mailbox = [DEFAULT_MAILBOX], anyMailbox = false, allowNetwork = false } = flags;
  refuseSamePorts({ '--port': port, '--inbox-port': inboxPort, '--http-port': httpPort });
  if (!isLoopback(host) && !allowNetwork) {
    throw new UsageError(
      `--host ${host} can be reached from other machines: the sandbox holds mail, and its client secret is publicly known. Add --allow-network to allow that.`,
    );
  }
  const contents = tenant === undefined ? {} : await readTenantFile(tenant);
  const files = await openSandboxFolder(folder, name);
  const kept = new KeptTenant(files.tenantFile, contents, role && clientId);
  const options = kept.options;
  const sandbox = await startSandbox({
    ...options,
    port,
    inboxPort,
    ...(httpPort !== undefined && { httpPort }),
    host,
    allowNetwork,
    names: name,
    mailbox,
    anyMailbox,
    tenantId,
    clientId,
    certificate: files.certificate,
    connect: { clientSecret: secret, certificatePath: files.certificateFile, caPath: files.caFile },
    apps: withSecret(options.apps ?? [], role),
    keep,
    ...(scenario !== undefined && { scenario }),
    ...(files.identity !== undefined && { identity: files.identity }),
    onTenantChange: (changed) => kept.keep(changed, (text) => process.stderr.write(`Warning: ${text}\n`)),
  }).catch((error: unknown) => {
    throw kept.explain(inPortFlags(error, { '--port': port, '--inbox-port': inboxPort, '--http-port': httpPort }));
  });
  const interruption = onInterruption();
  try {
    await files.keep(sandbox.ca, sandbox.identity);
    const { url, httpUrl, inboxUrl } = sandbox;
    const { certificateFile, caFile } = files;
    const banner = sandboxBanner({
      ...{ inboxUrl, url, httpUrl, host: host === DEFAULT_HOST ? undefined : host, names: name },
      ...{ tenantId, clientId, secret, mailboxes: mailbox, anyMailbox, certificateFile, caFile },
      folder: files.folder,
    });
    process.stdout.write(banner);
    await interruption.happened;
  } finally {
    interruption.release();
    await sandbox.close();
  }
}

/** The error of a port that is taken, with the flag that chooses another. */
function inPortFlags(error: unknown, ports: Record<string, number | undefined>): unknown {
  const { code, port } = error as { code?: unknown; port?: unknown };
  const [flag] = Object.entries(ports).find(([, given]) => given !== undefined && given === port) ?? [];
  if (!(error instanceof Error) || flag === undefined) return error;
  const text = error.message.replace(/: choose another one for .*$/, `: choose another one with ${flag}.`);
  return Object.assign(new Error(text, { cause: error }), { code });
}

function refuseSamePorts(ports: Record<string, number | undefined>): void {
  for (const [flag, port] of Object.entries(ports)) {
    const other = Object.keys(ports).find((one) => one !== flag && ports[one] === port);
    if (port && other) throw new UsageError(`${flag} and ${other} are both ${port}: each needs a port of its own.`);
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a number from 0 to 65535.');
}

/** The applications of the tenant, the program's own among them with a secret. */
function withSecret(apps: readonly ApplicationOptions[], roles: string[] | undefined): ApplicationOptions[] {
  const isOwn = (app: ApplicationOptions) => app.clientId.toLowerCase() === clientId;
  const own = apps.find(isOwn);
  const secrets = [...(own?.secrets ?? []), secret];
  return [...apps.filter((app) => !isOwn(app)), { ...own, clientId, secrets, ...(roles && { roles }) }];
}

function oneRole(role: string, roles: readonly string[] = []): string[] {
  const meant = nearestPermission(role);
  if (role !== '' && (meant === undefined || meant === role)) return [...roles, role];
  throw new InvalidArgumentError(
    `Expected an application permission as Entra spells it, such as ${meant ?? 'Mail.Send'}.`,
  );
}

function keptNumber(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a number from 1 to 9999999.');
}

function scenarioName(text: string): ScenarioName {
  const [name] = SCENARIO_NAMES.filter((one) => one === text);
  if (name) return name;
  throw new InvalidArgumentError(`Expected one of ${SCENARIO_NAMES.join(', ')}.`);
}

function mailboxAddress(text: string, before: readonly string[] = []): string[] {
  if (isMailbox(text) && text.includes('@')) return [...before, text];
  throw new InvalidArgumentError('Expected a bare address, such as noreply@contoso.example.');
}

function hostAddress(text: string): string {
  if (text.toLowerCase() === 'localhost') return DEFAULT_HOST;
  if (isIP(text) !== 0 && !text.includes('%')) return text;
  throw new InvalidArgumentError(
    'Expected an IP address, such as 127.0.0.1, ::1 or 0.0.0.0. A name is given with --name.',
  );
}

function oneName(text: string, before: readonly string[] = []): string[] {
  if (isHostName(text)) return [...before, text];
  throw new InvalidArgumentError('Expected a DNS name without port, such as sandbox or mail.example.');
}

/**
 * What clients must know of a running sandbox.
 * @internal
 */
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

/**
 * The text that is printed at the start: at most 15 lines. `from` is the folder in which the command was started.
 * @internal
 */
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

/** A file as a user in that folder would type it: relative where it is below. */
function nearFile(file: string, from: string): string {
  const near = path.relative(from, file);
  return near === '' || near.startsWith('..') || path.isAbsolute(near) ? file : near;
}
