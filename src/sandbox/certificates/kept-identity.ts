import { createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { readPemCertificates } from './pem-certificates.js';
import { createServerIdentity, type ServerIdentity } from './server-identity.js';

const DAY = 86_400_000;
const WHAT = 'startSandbox: option "identity"';
const REMEDY = 'Leave it out for a new one, and keep its Sandbox.identity.';

/** The text that `readIdentity` takes: certificates of the authority and of the server, and their keys. */
export function writeIdentity({ ca, certificate, privateKey, authorityKey = '' }: ServerIdentity): string {
  return [ca, certificate, privateKey, authorityKey]
    .filter((pem) => pem !== '')
    .map((pem) => `${pem.trim()}\n`)
    .join('');
}

/**
 * What an earlier sandbox gave, with a new server certificate of the same authority where that has not all the names. Throws
 * when it is anything else, ends in less than a day, or lacks the authority's key for names that are new.
 */
export async function readIdentity(
  pem: string,
  names: readonly string[] = [],
  now: () => number = Date.now,
): Promise<ServerIdentity> {
  const [ca, server, ...more] = readPemCertificates(pem, WHAT);
  if (!ca || !server || more.length > 0) throw wrong('expected two certificates, of the authority and of the server');
  const keys = readKeys(pem);
  const key = keys.find((one) => server.checkPrivateKey(one));
  if (!ca.ca || !server.checkIssued(ca) || !server.verify(ca.publicKey)) {
    throw wrong('the second certificate is not issued by the first');
  }
  if (!server.checkHost('localhost') || !key) {
    throw wrong('the second certificate is not that of localhost and of the key');
  }
  const ends = Math.min(...[ca, server].map(({ validTo }) => Date.parse(validTo)));
  if (ends - now() < DAY) {
    throw wrong(`the certificate has less than a day left (it ends ${new Date(ends).toISOString()})`);
  }
  const authorityKey = keys.find((one) => ca.checkPrivateKey(one));
  const missing = names.find((name) => !(isIP(name) ? server.checkIP(name) : server.checkHost(name)));
  if (missing !== undefined) {
    if (!authorityKey) throw wrong(`it is not for "${missing}", and has not the authority's key to change that`);
    const keyPair = { privateKey: authorityKey, publicKey: createPublicKey(authorityKey) };
    return createServerIdentity(names, { ca: text(ca), keys: keyPair });
  }
  return {
    ca: text(ca),
    certificate: text(server),
    privateKey: pkcs8(key),
    authorityKey: authorityKey && pkcs8(authorityKey),
  };
}

function readKeys(pem: string): KeyObject[] {
  try {
    const blocks = pem.match(/-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/g) ?? [];
    if (blocks.length > 0) return blocks.map((block) => createPrivateKey(block));
  } catch {
    // Said below.
  }
  throw wrong('expected the private keys of server and authority, PKCS#8 PEM, behind the certificates');
}

function pkcs8(key: KeyObject): string {
  return `${key.export({ type: 'pkcs8', format: 'pem' })}`;
}

function text(certificate: X509Certificate): string {
  return `${certificate.toString().trim()}\n`;
}

function wrong(reason: string): Error {
  return new Error(`${WHAT}: ${reason}. ${REMEDY}`);
}
