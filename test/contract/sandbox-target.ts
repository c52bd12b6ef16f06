import { Target } from '../../src/cli/live/common/target.js';
import { createCertificate, type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';

const CLIENT_ID = '00000000-1111-4222-8333-444444444444';
const roles = ['Mail.Send', 'Mail.ReadWrite'];

// An RSA key takes longer than everything else; one for all is enough.
let shared: ReturnType<typeof createCertificate> | undefined;

/** A sandbox whose application may send and write drafts, and a target that speaks to it. */
export async function startSandboxTarget(options: SandboxOptions = {}): Promise<{ target: Target; sandbox: Sandbox }> {
  shared ??= createCertificate();
  const { certificate, privateKey } = await shared;
  const apps = [{ clientId: CLIENT_ID, certificates: [], roles }, ...(options.apps ?? [])];
  const sandbox = await startSandbox({ certificate: certificate + privateKey, clientId: CLIENT_ID, ...options, apps });
  const { cloud, ...identity } = sandbox.options;
  const to = ['ana@example.com', 'bob@example.com', 'cleo@example.com', sandbox.options.mailbox];
  return { sandbox, target: new Target({ ...identity, ...cloud, to }) };
}
