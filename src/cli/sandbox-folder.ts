import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../make-folder.js';
import { createCertificate } from '../sandbox/index.js';

/** Where a sandbox on the command line keeps what must be the same at its next start. */
export interface SandboxFolder {
  /** Certificate and key of the application that sends. */
  certificateFile: string;
  certificate: string;
  /** The sandbox's certificate authority, for clients. */
  caFile: string;
  /** CA and server certificate with its key, of the last start. */
  identity: string | undefined;
  keep(ca: string, identity: string): Promise<void>;
}

/**
 * Opens or makes the folder. Keys in it are for the account that runs this alone, and git passes the folder over.
 * @throws Error in words, naming the folder or file and the cure
 */
export async function openSandboxFolder(folder: string): Promise<SandboxFolder> {
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
    certificateFile,
    certificate: await ownCertificate(certificateFile),
    caFile,
    identity: await keptIdentity(identityFile),
    keep: async (ca, identity) => {
      await writeFile(caFile, ca);
      await writePrivate(identityFile, identity);
    },
  };
}

async function ownCertificate(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined && isValid(file, kept)) return kept;
  const { privateKey, certificate } = await createCertificate({ commonName: 'graph-mail sandbox' });
  await writePrivate(file, privateKey + certificate);
  return privateKey + certificate;
}

/** Whether the certificate still serves; one that was damaged is somebody's to look at. */
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

/** Kept so that a program that runs on trusts the sandbox after it was started again; a day before its end it is made anew. */
async function keptIdentity(file: string): Promise<string | undefined> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  const certificates = kept?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const tomorrow = Date.now() + 86_400_000;
  try {
    const lasting = certificates.every((one) => new Date(new X509Certificate(one).validTo).getTime() > tomorrow);
    return certificates.length > 0 && lasting ? kept : undefined;
  } catch {
    return undefined;
  }
}

async function writePrivate(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
}
