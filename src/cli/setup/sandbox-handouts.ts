import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { fileProblem } from '../../options/shown-value.js';
import { UsageError } from '../common/exit-codes.js';
import { SANDBOX_INBOX_VARIABLE } from '../common/known-sandbox.js';
import { writePrivateFile, writeWholeFile } from '../common/private-file.js';
import type { SetupFile, SetupFlags } from './common/answers.js';
import { ownCertificate, type PublicCertificate } from './common/certificate.js';
import { envLine } from './common/quoting.js';
import { registerMissing, type SandboxConnection, type SandboxRequest } from './sandbox-administrators.js';

const VERSION = 1;
const RECORD = 'developer/sandbox.json';
const ENV = 'developer/.env';
const CA = 'developer/sandbox-ca.pem';

/** Flags that the handouts were made from; they must not differ the second time. */
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

/** The record of handouts for a sandbox: for which one, from which flags, and what was registered there. Nothing secret. */
export interface SandboxHandouts {
  version: number;
  tenantId: string;
  /** Origin of Entra and Graph. */
  url: string;
  flags: Partial<SetupFlags>;
  requests: SandboxRequest[];
}

/** The file that distinguishes handouts for a sandbox from those for a tenant, and from which they are registered again. */
export function sandboxRecordFile(
  { tenantId, url }: SandboxConnection,
  flags: SetupFlags,
  requests: SandboxRequest[],
): SetupFile {
  const given = Object.keys(FLAGS).map((name) => [name, flags[name as keyof typeof FLAGS]]);
  const handouts: SandboxHandouts = { version: VERSION, tenantId, url, flags: Object.fromEntries(given), requests };
  const about = 'What setup registered with the sandbox; setup --sandbox registers it again where it is missing.';
  return { path: RECORD, text: `${JSON.stringify({ about, ...handouts }, undefined, 2)}\n` };
}

/**
 * The record that an earlier `setup --sandbox` wrote into this folder; undefined where there is none.
 * @throws UsageError when the handouts there are for a tenant, or Error when the record is damaged
 */
export async function findSandboxHandouts(folder: string): Promise<SandboxHandouts | undefined> {
  const file = path.join(folder, RECORD);
  const text = await readIfThere(file);
  if (text === undefined) {
    if ((await readIfThere(path.join(folder, ENV))) === undefined) return undefined;
    throw new UsageError(
      `${folder} has ${ENV} already, which was made for a tenant: there is no ${RECORD}.\n` +
        '  Nothing was written, and nothing there was changed.\n  For the sandbox, give another folder: --out <folder>.',
    );
  }
  let handouts: Partial<SandboxHandouts> = {};
  try {
    handouts = (JSON.parse(text) ?? {}) as Partial<SandboxHandouts>;
  } catch {
    // Said below.
  }
  const { version, tenantId, url, flags, requests } = handouts;
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

/** Registers existing handouts again. Resolves to what was done, each as a sentence. */
export async function registerAgain(
  handouts: SandboxHandouts,
  given: SetupFlags,
  sandbox: SandboxConnection,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<string[]> {
  const folder = path.resolve(given.out);
  const ca = await readIfThere(path.join(folder, CA));
  const sameAuthority = ca?.trim() === sandbox.ca.trim();
  refuseOther(handouts, given, sandbox, sameAuthority);
  const variables = parseEnv((await readIfThere(path.join(folder, ENV))) ?? '');
  const { AZURE_CLIENT_ID: clientId = '', AZURE_CLIENT_CERTIFICATE_PATH: key = '' } = variables;
  const certificate = await certificateOf(path.resolve(folder, key), env, now);
  const made = await registerMissing(sandbox, handouts.requests, { clientId, certificate });
  const done = [
    made.length === 0
      ? 'The sandbox knows what was registered: nothing was missing.'
      : `Registered again what the sandbox did not know: ${made.join(', ')}.`,
  ];
  if (!sameAuthority) {
    writeWholeFile(path.join(folder, CA), sandbox.ca, 0o644);
    done.push(`The sandbox has another certificate authority than before: wrote ${CA}.`);
  }
  if (handouts.url !== sandbox.url || (variables[SANDBOX_INBOX_VARIABLE] ?? sandbox.inboxUrl) !== sandbox.inboxUrl) {
    await moveTo(sandbox, folder, handouts);
    done.push(
      handouts.url === sandbox.url
        ? `The inbox page is at another address than before: ${ENV} now has ${sandbox.inboxUrl}.`
        : `Entra and Graph are at another address than before: ${ENV} now has ${sandbox.url}.`,
    );
  }
  return done;
}

function refuseOther(
  handouts: SandboxHandouts,
  given: SetupFlags,
  sandbox: SandboxConnection,
  sameAuthority: boolean,
): void {
  const folder = path.resolve(given.out);
  const nothing = '  Nothing was written, and nothing there was changed.\n';
  // A sandbox that lost its folder has the same address again, with another authority.
  const same = handouts.tenantId === sandbox.tenantId && (sameAuthority || handouts.url === sandbox.url);
  if (!same) {
    throw new UsageError(
      `${folder} has a packet for another sandbox already (tenant ${handouts.tenantId}, at ${handouts.url}); this is tenant ${sandbox.tenantId}, at ${sandbox.url}.\n${nothing}` +
        '  Start that sandbox again, or give another folder: --out <folder>.',
    );
  }
  const changed = Object.entries(FLAGS).filter(([name]) => {
    const value = given[name as keyof typeof FLAGS];
    const before = handouts.flags[name as keyof typeof FLAGS];
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

/** Changes only the addresses of the sandbox: the file may have been edited by hand. */
async function moveTo({ url, inboxUrl }: SandboxConnection, folder: string, handouts: SandboxHandouts): Promise<void> {
  const file = path.join(folder, ENV);
  let text = (await readIfThere(file)) ?? '';
  const origins = { AZURE_AUTHORITY_HOST: url, GRAPH_MAIL_GRAPH_HOST: url, [SANDBOX_INBOX_VARIABLE]: inboxUrl };
  for (const [name, origin] of Object.entries(origins)) {
    text = text.replaceAll(
      new RegExp(`^(\\s*(?:export\\s+)?)${name}\\s*=.*$`, 'gm'),
      (_, before) => `${before}${envLine(name, origin)}`,
    );
  }
  writePrivateFile(file, text);
  const record = path.join(folder, RECORD);
  const whole = JSON.parse((await readIfThere(record)) ?? '{}');
  writeWholeFile(record, `${JSON.stringify({ ...whole, ...handouts, url }, undefined, 2)}\n`, 0o644);
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
