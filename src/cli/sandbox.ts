import { isMailbox } from '../option-checks.js';
import { startSandbox } from '../sandbox/index.js';
import { type Command, InvalidArgumentError } from '../vendor/commander.js';
import { onInterruption } from './interruption.js';
import { openSandboxFolder } from './sandbox-folder.js';
import { setVariable } from './shell.js';

interface SandboxFlags {
  port: number;
  inboxPort: number;
  mailbox: string;
  folder: string;
}

/** The same at every start, so that what was pasted into a program goes on working. */
const tenantId = '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee';
const clientId = 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee';

export function addSandboxCommand(program: Command): void {
  program
    .command('sandbox')
    .description('run a local Microsoft Entra and Graph for mail, with an inbox page, until Ctrl-C')
    .option('--port <number>', 'port of Entra and Graph (HTTPS); 0 takes a free one', portNumber, 8443)
    .option('--inbox-port <number>', 'port of the inbox page (HTTP); 0 takes a free one', portNumber, 8025)
    .option('--mailbox <address>', 'the mailbox that may send', mailboxAddress, 'noreply@contoso.example')
    .option('--folder <path>', 'where certificate, key and CA are kept', '.graph-sandbox')
    .action(runSandbox);
}

async function runSandbox({ port, inboxPort, mailbox, folder }: SandboxFlags): Promise<void> {
  if (port === inboxPort && port !== 0) {
    throw new Error(`--port and --inbox-port are both ${port}: Entra and Graph need a port of their own.`);
  }
  const kept = await openSandboxFolder(folder);
  const sandbox = await startSandbox({
    port,
    inboxPort,
    mailbox,
    tenantId,
    clientId,
    certificate: kept.certificate,
    ...(kept.identity !== undefined && { identity: kept.identity }),
  });
  const interruption = onInterruption();
  try {
    await kept.keep(sandbox.ca, sandbox.identity);
    const variables = Object.entries({
      AZURE_AUTHORITY_HOST: sandbox.url,
      GRAPH_MAIL_GRAPH_HOST: sandbox.url,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_CERTIFICATE_PATH: kept.certificateFile,
      GRAPH_MAIL_MAILBOX: mailbox,
      NODE_EXTRA_CA_CERTS: kept.caFile,
    }).map(([name, value]) => setVariable(name, value));
    process.stdout.write(`Inbox            ${sandbox.inboxUrl}
Entra and Graph  ${sandbox.url}

To send through it, give your program this environment and use graphTransport() without options:

${variables.join('\n')}

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

function mailboxAddress(text: string): string {
  if (isMailbox(text) && text.includes('@')) return text;
  throw new InvalidArgumentError('Expected a bare address, such as noreply@contoso.example.');
}
