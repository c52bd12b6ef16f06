import { lookup } from 'node:dns';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { Terminal } from '../../../src/cli/common/terminal.js';
import type { Check } from '../../../src/cli/doctor/common/check.js';
import type { DoctorFlags, Environment } from '../../../src/cli/doctor/common/environment.js';
import { doctorCommand } from '../../../src/cli/doctor/doctor-command.js';
import { systemClock } from '../../../src/common/clock.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.js';
import { graphTransport } from '../../../src/transport/graph-transport.js';

export const clientId = 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee';
export const tenantId = '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee';
export const mailbox = 'noreply@contoso.example';
const group = 'graph-mailers@contoso.example';

const people: NonNullable<SandboxOptions['mailboxes']> = [
  'boss@contoso.example',
  { address: 'shop@contoso.example', kind: 'shared' },
  { address: 'leaver@contoso.example', kind: 'none' },
  { address: 'unlicensed@contoso.example', licensed: false },
];

/** An application that RBAC for Applications lets send from the members of a group, and from nobody else. */
export const rbacTenant: SandboxOptions = {
  mailboxes: people,
  apps: [{ clientId, roles: [] }],
  groups: [{ address: group, kind: 'mail-enabled-security', members: [mailbox] }],
  assignments: [{ app: clientId, role: 'Application Mail.Send', scope: { group } }],
};

/** The same by an application access policy. */
export const policyTenant: SandboxOptions = {
  mailboxes: people,
  apps: [{ clientId, roles: ['Mail.Send'] }],
  groups: [{ address: group, kind: 'mail-enabled-security', members: [mailbox] }],
  accessPolicies: [{ app: clientId, group, right: 'RestrictAccess' }],
};

export interface DoctorRun {
  code: number;
  out: string;
  checks: Check[];
  /** The support bundle. */
  bundle: string;
}

/** Certificates take long to make, so all sandboxes share theirs. */
let kept: { identity: string; certificate: string } | undefined;

/** A sandbox, and the environment of a program that is set up for it. */
export class DoctorFixture {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
  readonly sandbox: Sandbox;
  readonly env: Record<string, string | undefined>;
  lookup: Environment['lookup'] = lookup;
  clock = systemClock;
  readonly #closing: (() => unknown)[] = [];

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.env = {
      AZURE_AUTHORITY_HOST: sandbox.url,
      GRAPH_MAIL_GRAPH_HOST: sandbox.url,
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_CERTIFICATE_PATH: this.write('graph-mailer.pem', sandbox.options.certificate),
      GRAPH_MAIL_MAILBOX: mailbox,
      NODE_EXTRA_CA_CERTS: this.write('ca.pem', sandbox.ca),
    };
  }

  static async start(options: SandboxOptions = rbacTenant): Promise<DoctorFixture> {
    const sandbox = await startSandbox({ tenantId, clientId, ...kept, ...options });
    kept ??= { identity: sandbox.identity, certificate: sandbox.options.certificate };
    return new DoctorFixture(sandbox);
  }

  /** Writes a file that only this account can read, and gives its path. */
  write(name: string, content: string | Uint8Array): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }

  /** Closes something with this fixture. */
  later(close: () => unknown): void {
    this.#closing.push(close);
  }

  /** Runs `doctor` as a person sees it, with a support bundle. */
  async runDoctor(flags: Partial<DoctorFlags> = {}): Promise<DoctorRun> {
    const file = path.join(this.folder, `bundle-${Math.random()}.json`);
    const { code, out } = await this.run({ bundle: file, ...flags });
    const bundle = readFileSync(file, 'utf8');
    return { code, out, checks: JSON.parse(bundle).checks, bundle };
  }

  async run(flags: Partial<DoctorFlags> = {}, isTTY = false): Promise<{ code: number; out: string }> {
    let out = '';
    const terminal: Terminal = {
      stdin: Object.assign(new PassThrough(), { isTTY }),
      stdout: { isTTY, write: (text) => (out += text) },
      stderr: { write: () => {} },
      env: this.env,
      clock: this.clock,
      signals: new EventEmitter(),
      // This process trusts no sandbox by itself, as a program with NODE_EXTRA_CA_CERTS does.
      connect: (options) => createTransport(graphTransport({ ...options, cloud: this.sandbox.options.cloud })),
    };
    const { env, clock, connect } = terminal;
    const fixture: Environment = {
      env,
      clock,
      connect,
      platform: process.platform,
      lookup: this.lookup,
      timeout: 5_000,
    };
    const code = await doctorCommand({ mode: 'rbac', envFile: false, ...flags }, terminal, fixture);
    return { code, out };
  }

  async close(): Promise<void> {
    for (const close of this.#closing) await close();
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
