import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { fileProblem } from '../../options/shown-value.js';
import { UsageError } from '../common/exit-codes.js';
import { SANDBOX_INBOX_VARIABLE } from '../common/known-sandbox.js';
import { writePrivateFile, writeWholeFile } from '../common/private-file.js';
import type { SetupFile } from './answers.js';
import { ownCertificate } from './certificate/own-certificate.js';
import type { PublicCertificate } from './certificate/public-certificate.js';
import { envLine } from './quote-env.js';
import { registerMissing, type SandboxConnection, type SandboxRequest } from './sandbox-administrators.js';
import type { SetupFlags } from './setup-flags.js';

const VERSION = 1;
const RECORD = 'developer/sandbox.json';
const ENV = 'developer/.env';
const CA = 'developer/sandbox-ca.pem';

/** Flags that a packet is made from, and that cannot be others the second time. */
const FLAGS = {
  mailbox: '--mailbox',
  deniedMailbox: '--denied-mailbox',
  group: '--group',
  filter: '--filter',
  name: '--name',
  certificate: '--certificate',
  legacyPolicy: '--legacy-policy',
  clientId: '--client-id',
  with: '--with',
} as const satisfies Partial<Record<keyof SetupFlags, string>>;

/** A packet that was made for a sandbox: for which, from what, and what was registered there. Nothing secret. */
export interface SandboxPacket {
  version: number;
  tenantId: string;
  /** Origin of Entra and Graph. */
  url: string;
  flags: Partial<SetupFlags>;
  requests: SandboxRequest[];
}

/** The file that tells the packet of a sandbox from that of a tenant, and from which it is registered again. */
export function sandboxPacketFile(
  { tenantId, url }: SandboxConnection,
  flags: SetupFlags,
  requests: SandboxRequest[],
): SetupFile {
  const given = Object.keys(FLAGS).map((name) => [name, flags[name as keyof typeof FLAGS]]);
  const packet: SandboxPacket = { version: VERSION, tenantId, url, flags: Object.fromEntries(given), requests };
  const about = 'What setup registered with the sandbox; setup --sandbox registers it again where it is missing.';
  return { path: RECORD, text: `${JSON.stringify({ about, ...packet }, undefined, 2)}\n` };
}

/**
 * The packet that an earlier `setup --sandbox` made in this folder; undefined where there is none.
 * @throws UsageError when the packet there was made for a tenant, or Error when its file is damaged
 */
export async function findSandboxPacket(folder: string): Promise<SandboxPacket | undefined> {
  const file = path.join(folder, RECORD);
  const text = await readIfThere(file);
  if (text === undefined) {
    if ((await readIfThere(path.join(folder, ENV))) === undefined) return undefined;
    throw new UsageError(
      `${folder} has ${ENV} already, which was made for a tenant: there is no ${RECORD}.\n` +
        '  Nothing was written, and nothing there was changed.\n  For the sandbox, give another folder: --out <folder>.',
    );
  }
  let packet: Partial<SandboxPacket> = {};
  try {
    packet = (JSON.parse(text) ?? {}) as Partial<SandboxPacket>;
  } catch {
    // Said below.
  }
  const { version, tenantId, url, flags, requests } = packet;
  if (typeof version === 'number' && version > VERSION) {
    throw new Error(
      `${file} was written by a newer version of this package. Use that one, or another folder with --out.`,
    );
  }
  const isComplete = version === VERSION && typeof tenantId === 'string' && typeof url === 'string' && flags;
  if (!isComplete || !Array.isArray(requests)) {
    throw new Error(
      `${file} is damaged. It was left as it is: give another folder with --out, or delete ${folder} and its keys to make them anew.`,
    );
  }
  return { version, tenantId, url, flags, requests };
}

/** What was done with a packet that was there, each as a sentence. */
export async function registerAgain(
  packet: SandboxPacket,
  given: SetupFlags,
  sandbox: SandboxConnection,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<string[]> {
  const folder = path.resolve(given.out);
  const ca = await readIfThere(path.join(folder, CA));
  const sameAuthority = ca?.trim() === sandbox.ca.trim();
  refuseOther(packet, given, sandbox, sameAuthority);
  const variables = parseEnv((await readIfThere(path.join(folder, ENV))) ?? '');
  const { AZURE_CLIENT_ID: clientId = '', AZURE_CLIENT_CERTIFICATE_PATH: key = '' } = variables;
  const certificate = await certificateOf(path.resolve(folder, key), env, now);
  const made = await registerMissing(sandbox, packet.requests, { clientId, certificate });
  const done = [
    made.length === 0
      ? 'The sandbox knows what was registered: nothing was missing.'
      : `Registered again what the sandbox did not know: ${made.join(', ')}.`,
  ];
  if (!sameAuthority) {
    writeWholeFile(path.join(folder, CA), sandbox.ca, 0o644);
    done.push(`The sandbox has another certificate authority than before: wrote ${CA}.`);
  }
  if (packet.url !== sandbox.url || (variables[SANDBOX_INBOX_VARIABLE] ?? sandbox.inboxUrl) !== sandbox.inboxUrl) {
    await moveTo(sandbox, folder, packet);
    done.push(
      packet.url === sandbox.url
        ? `The inbox page is at another address than before: ${ENV} now has ${sandbox.inboxUrl}.`
        : `Entra and Graph are at another address than before: ${ENV} now has ${sandbox.url}.`,
    );
  }
  return done;
}

function refuseOther(
  packet: SandboxPacket,
  given: SetupFlags,
  sandbox: SandboxConnection,
  sameAuthority: boolean,
): void {
  const folder = path.resolve(given.out);
  const nothing = '  Nothing was written, and nothing there was changed.\n';
  // Without its folder a sandbox comes back under the same address, with another authority.
  const same = packet.tenantId === sandbox.tenantId && (sameAuthority || packet.url === sandbox.url);
  if (!same) {
    throw new UsageError(
      `${folder} has a packet for another sandbox already (tenant ${packet.tenantId}, at ${packet.url}); this is tenant ${sandbox.tenantId}, at ${sandbox.url}.\n${nothing}` +
        '  Start that sandbox again, or give another folder: --out <folder>.',
    );
  }
  const changed = Object.entries(FLAGS).filter(([name]) => {
    const value = given[name as keyof typeof FLAGS];
    const before = packet.flags[name as keyof typeof FLAGS];
    return value !== undefined && JSON.stringify(value).toLowerCase() !== JSON.stringify(before)?.toLowerCase();
  });
  if (changed.length === 0) return;
  const flags = changed.map(([, flag]) => flag).join(', ');
  throw new UsageError(
    `${folder} has a packet for this sandbox already, which was made with something else for ${flags}.\n${nothing}` +
      `  Leave out ${flags} to use that packet, or give another folder: --out <folder>.`,
  );
}

async function certificateOf(file: string, env: NodeJS.ProcessEnv, now: number): Promise<PublicCertificate> {
  try {
    return await ownCertificate(file, env.AZURE_CLIENT_CERTIFICATE_PASSWORD, now);
  } catch (cause) {
    throw new Error(
      `The certificate and key that AZURE_CLIENT_CERTIFICATE_PATH of ${ENV} names cannot be used: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Only what says where the sandbox is: the file may have been changed by hand. */
async function moveTo({ url, inboxUrl }: SandboxConnection, folder: string, packet: SandboxPacket): Promise<void> {
  const file = path.join(folder, ENV);
  let text = (await readIfThere(file)) ?? '';
  const places = { AZURE_AUTHORITY_HOST: url, GRAPH_MAIL_GRAPH_HOST: url, [SANDBOX_INBOX_VARIABLE]: inboxUrl };
  for (const [name, place] of Object.entries(places)) {
    text = text.replaceAll(
      new RegExp(`^(\\s*(?:export\\s+)?)${name}\\s*=.*$`, 'gm'),
      (_, before) => `${before}${envLine(name, place)}`,
    );
  }
  writePrivateFile(file, text);
  const record = path.join(folder, RECORD);
  const whole = JSON.parse((await readIfThere(record)) ?? '{}');
  writeWholeFile(record, `${JSON.stringify({ ...whole, ...packet, url }, undefined, 2)}\n`, 0o644);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Error(`${file} cannot be read: ${fileProblem(cause)}.`, { cause });
  }
}
