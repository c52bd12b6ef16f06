import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createCertificate, startSandbox } from '../sandbox/index.js';
import { type Command, InvalidArgumentError } from '../vendor/commander.js';
import { untilInterrupted } from './until-interrupted.js';

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
    .option('--mailbox <address>', 'the mailbox that may send', 'noreply@contoso.example')
    .option('--folder <path>', 'where certificate, key and CA are kept', '.graph-sandbox')
    .action(runSandbox);
}

async function runSandbox({ port, inboxPort, mailbox, folder }: SandboxFlags): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(folder, '.gitignore'), '*\n');
  const keyFile = path.resolve(folder, 'certificate.pem');
  const caFile = path.resolve(folder, 'ca.pem');
  const pem = await ownCertificate(keyFile);
  const sandbox = await startSandbox({ port, inboxPort, mailbox, tenantId, clientId, certificate: pem });
  try {
    await writeFile(caFile, sandbox.ca);
    const interrupted = untilInterrupted();
    process.stdout.write(`Inbox            ${sandbox.inboxUrl}
Entra and Graph  ${sandbox.url}

To send through it, give your program this environment and use graphTransport() without options:

export AZURE_AUTHORITY_HOST=${sandbox.url}
export GRAPH_MAIL_GRAPH_HOST=${sandbox.url}
export AZURE_TENANT_ID=${tenantId}
export AZURE_CLIENT_ID=${clientId}
export AZURE_CLIENT_CERTIFICATE_PATH='${keyFile}'
export GRAPH_MAIL_MAILBOX=${mailbox}
export NODE_EXTRA_CA_CERTS='${caFile}'

Ctrl-C ends the sandbox.
`);
    await interrupted;
  } finally {
    await sandbox.close();
  }
}

/** Certificate and key for the sandbox's application: those of the last start, while they are valid. */
async function ownCertificate(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined && new Date(new X509Certificate(kept).validTo) > new Date()) return kept;
  const { privateKey, certificate } = await createCertificate({ commonName: 'graph-mail sandbox' });
  await rm(file, { force: true });
  await writeFile(file, privateKey + certificate, { mode: 0o600, flag: 'wx' });
  return privateKey + certificate;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a number from 0 to 65535.');
}
