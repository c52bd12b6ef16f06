// `doctor --live-contract` of the installed package, against its own sandbox: nothing of it needs the repository.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { startSandbox } from 'nodemailer-graph-transport/sandbox';

const application = '00000000-1111-4222-8333-444444444444';
const sandbox = await startSandbox({
  clientId: application,
  apps: [{ clientId: application, certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] }],
  mimeContentType: 'any-charset',
});
try {
  const { tenantId, clientId, certificate, mailbox } = sandbox.options;
  writeFileSync('live.pem', certificate, { mode: 0o600 });
  writeFileSync('live-ca.pem', sandbox.ca);
  const env = {
    ...process.env,
    AZURE_AUTHORITY_HOST: sandbox.url,
    GRAPH_MAIL_GRAPH_HOST: sandbox.url,
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: 'live.pem',
    GRAPH_MAIL_MAILBOX: mailbox,
    NODE_EXTRA_CA_CERTS: 'live-ca.pem',
  };
  const args = ['doctor', '--live-contract', '--to', 'ana@example.com', '--yes', '--report', 'live.md'];
  await promisify(execFile)('npx', ['--no-install', 'nodemailer-graph-transport', ...args], { env });
  const contract = /\| Contract \| (\d+ held, 0 did not hold, 0 not tried) \|/.exec(readFileSync('live.md', 'utf8'));
  if (!contract) throw new Error('not all of the contract held');
  console.log(contract[1]);
} finally {
  await sandbox.close();
}
