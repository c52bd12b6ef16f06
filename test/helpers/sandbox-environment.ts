import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Sandbox } from '../../src/sandbox/index.js';

/** The environment that makes `graphTransport()` without options use a sandbox; `remove` deletes its files. */
export function sandboxEnvironment(sandbox: Sandbox): { env: Record<string, string>; folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
  const [key, ca] = [path.join(folder, 'certificate.pem'), path.join(folder, 'ca.pem')];
  writeFileSync(key, sandbox.options.certificate, { mode: 0o600 });
  writeFileSync(ca, sandbox.ca);
  return {
    folder,
    env: {
      AZURE_AUTHORITY_HOST: sandbox.url,
      GRAPH_MAIL_GRAPH_HOST: sandbox.url,
      AZURE_TENANT_ID: sandbox.options.tenantId,
      AZURE_CLIENT_ID: sandbox.options.clientId,
      AZURE_CLIENT_CERTIFICATE_PATH: key,
      AZURE_CLIENT_SECRET: '',
      GRAPH_MAIL_MAILBOX: sandbox.options.mailbox,
      NODE_EXTRA_CA_CERTS: ca,
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
