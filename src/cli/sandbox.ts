import { isMailbox } from '../option-checks.js';
import { type ApplicationOptions, type ScenarioName, startSandbox } from '../sandbox/index.js';
import { SCENARIO_NAMES } from '../sandbox/scenarios/scenarios.js';
import { type Command, InvalidArgumentError } from '../vendor/commander.js';
import { clientInstructions } from './client-instructions.js';
import { onInterruption } from './interruption.js';
import { openSandboxFolder } from './sandbox-folder.js';
import { readTenantFile } from './tenant-file.js';

interface SandboxFlags {
  port: number;
  inboxPort: number;
  mailbox: string;
  folder: string;
  tenant?: string;
  scenario?: ScenarioName;
  keep: number;
  role?: string[];
}

/** The same at every start, so that what was pasted into a program goes on working. */
const tenantId = '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee';
const clientId = 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee';
/** For clients that cannot sign with a certificate. Good for nothing but sandboxes on this machine. */
const secret = 'graph-sandbox';

export function addSandboxCommand(program: Command): void {
  program
    .command('sandbox')
    .description('run a local Microsoft Entra and Graph for mail, with an inbox page, until Ctrl-C')
    .option('--port <number>', 'port of Entra and Graph (HTTPS); 0 takes a free one', portNumber, 8443)
    .option('--inbox-port <number>', 'port of the inbox page (HTTP); 0 takes a free one', portNumber, 8025)
    .option('--mailbox <address>', 'the mailbox that may send', mailboxAddress, 'noreply@contoso.example')
    .option('--role <name>', 'an application permission of the program, instead of Mail.Send; may be repeated', oneMore)
    .option('--scenario <name>', `faults to play: ${SCENARIO_NAMES.join(', ')}`, scenarioName)
    .option('--tenant <file.json>', 'applications, mailboxes, groups and policies of the tenant')
    .option('--keep <number>', 'messages to keep; the oldest go first', keptNumber, 5000)
    .option('--folder <path>', 'where certificate, key and CA are kept', '.graph-sandbox')
    .action(runSandbox);
}

async function runSandbox(flags: SandboxFlags): Promise<void> {
  const { port, inboxPort, mailbox, folder, scenario, tenant, keep } = flags;
  if (port === inboxPort && port !== 0) {
    throw new Error(`--port and --inbox-port are both ${port}: Entra and Graph need a port of their own.`);
  }
  const contents = tenant === undefined ? {} : await readTenantFile(tenant);
  const kept = await openSandboxFolder(folder);
  const sandbox = await startSandbox({
    ...contents,
    port,
    inboxPort,
    mailbox,
    tenantId,
    clientId,
    certificate: kept.certificate,
    connect: { clientSecret: secret, certificatePath: kept.certificateFile, caPath: kept.caFile },
    apps: withSecret(contents.apps ?? [], flags.role),
    keep,
    ...(scenario !== undefined && { scenario }),
    ...(kept.identity !== undefined && { identity: kept.identity }),
  });
  const interruption = onInterruption();
  try {
    await kept.keep(sandbox.ca, sandbox.identity);
    const { url, inboxUrl } = sandbox;
    const { certificateFile, caFile } = kept;
    const address = { url, inboxUrl, tenantId, clientId, mailbox, certificateFile, caFile, secret };
    process.stdout.write(`${clientInstructions(address)}
Ctrl-C ends the sandbox.
`);
    await interruption.happened;
  } finally {
    interruption.release();
    await sandbox.close();
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

function oneMore(role: string, roles: string[] = []): string[] {
  return [...roles, role];
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

function mailboxAddress(text: string): string {
  if (isMailbox(text) && text.includes('@')) return text;
  throw new InvalidArgumentError('Expected a bare address, such as noreply@contoso.example.');
}
