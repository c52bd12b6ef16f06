import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../common/make-folder.js';
import { fileProblem } from '../../options/shown-value.js';
import { readIdentity } from '../../sandbox/certificates/server-identity.js';
import { createCertificate } from '../../sandbox/index.js';
import { writePrivateFile, writeWholeFile } from '../common/private-file.js';

/** The folder in which the `sandbox` command keeps what must be the same at its next start. */
export interface SandboxFolder {
  /** Absolute. */
  folder: string;
  /** Certificate and key of the application that sends. */
  certificateFile: string;
  certificate: string;
  /** The sandbox's certificate authority, for clients. */
  caFile: string;
  /** CA and server certificate with their keys, of the last start. */
  identity: string | undefined;
  /** Where the tenant is kept. */
  tenantFile: string;
  keep(ca: string, identity: string): Promise<void>;
}

/**
 * Opens or makes the folder. Only the account that runs this may read its keys, and git ignores the folder. `names` are
 * those that the server is to have.
 * @throws Error in words, naming the folder or file and the cure
 */
export async function openSandboxFolder(folder: string, names: readonly string[] = []): Promise<SandboxFolder> {
  if (folder === '') throw new Error("--folder is empty; give a folder's path, such as .graph-sandbox.");
  const absolute = path.resolve(folder);
  const inside = (name: string) => path.join(absolute, name);
  try {
    await makeFolder(absolute, 0o700);
    await writeFile(inside('.gitignore'), '*\n');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'there is a file of that name' : (cause as Error).message;
    throw new Error(`The folder ${absolute} cannot be used: ${why}. Give another one with --folder.`, { cause });
  }
  const certificateFile = inside('certificate.pem');
  const identityFile = inside('identity.pem');
  const caFile = inside('ca.pem');
  return {
    folder: absolute,
    certificateFile,
    certificate: await ownCertificate(certificateFile),
    caFile,
    identity: await keptIdentity(identityFile, names),
    tenantFile: inside('kept-tenant.json'),
    keep: async (ca, identity) => {
      // Its key first: without it the authority could not issue certificates for more names.
      if ((await kept(identityFile)) !== identity) writePrivateFile(identityFile, identity);
      if ((await kept(caFile)) !== ca) writeWholeFile(caFile, ca, 0o644);
    },
  };
}

async function ownCertificate(file: string): Promise<string> {
  const pem = await kept(file);
  if (pem !== undefined && isValid(file, pem)) return pem;
  const { privateKey, certificate } = await createCertificate({ commonName: 'graph-mail sandbox' });
  writePrivateFile(file, privateKey + certificate);
  return privateKey + certificate;
}

/** Whether the certificate is still valid; a damaged one is an error, for the user to look at. */
function isValid(file: string, pem: string): boolean {
  try {
    const certificate = new X509Certificate(
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0] ?? '',
    );
    if (!certificate.checkPrivateKey(createPrivateKey(pem))) throw new Error('its key belongs to another certificate');
    return new Date(certificate.validTo) > new Date();
  } catch (cause) {
    throw new Error(`${file} is not the certificate and key that were kept there. Delete it, and a new one is made.`, {
      cause,
    });
  }
}

/**
 * Kept so that a program that goes on running trusts the sandbox after a restart; a day before it expires a new one is made.
 * A damaged one is an error, for the user to look at.
 */
async function keptIdentity(file: string, names: readonly string[]): Promise<string | undefined> {
  const pem = await kept(file);
  if (pem === undefined) return undefined;
  try {
    await readIdentity(pem, names);
    return pem;
  } catch (cause) {
    const reason = (cause as Error).message.replace(/^.*?option "identity": /, '').replace(/\. Leave it out.*$/, '');
    if (reason.includes('less than a day left')) return undefined;
    throw new Error(
      `${file} is not the certificate authority that was kept there: ${reason}. Delete it, and a new one is made, which clients must be given again (ca.pem).`,
      { cause },
    );
  }
}

/** @throws Error in words when it is there, and cannot be read */
async function kept(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read: ${fileProblem(cause)}.`, { cause });
  }
}
