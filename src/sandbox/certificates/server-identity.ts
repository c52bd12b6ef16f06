import { createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { urlHost } from '../http/own-names.js';
import { readPemCertificates } from './pem-certificates.js';
import { anyDate, createEcKey, type KeyPair, signCertificate, type Validity } from './sign-certificate.js';

const AUTHORITY = 'Graph mail sandbox CA';
const ALWAYS = ['localhost', '127.0.0.1', '::1'];
const DAY = 86_400_000;
const WHAT = 'startSandbox: option "identity"';
const REMEDY = 'Leave it out for a new one, and keep its Sandbox.identity.';

interface ServerIdentity {
  /** The certificate authority's certificate, PEM: what a client must trust. */
  ca: string;
  certificate: string;
  privateKey: string;
  /** PEM. Undefined where it was not kept: nothing can be signed then. */
  authorityKey: string | undefined;
}

/** Who signs: the authority's certificate and its keys. */
export interface Authority {
  ca: string;
  keys: KeyPair;
}

/**
 * A certificate authority, and a certificate of it for localhost, 127.0.0.1, ::1 and what else is named. With `authority` it is
 * that one, and only the server's part is new: clients that trust it go on doing so.
 */
export async function createServerIdentity(
  names: readonly string[] = [],
  authority?: Authority,
  validity: Validity = anyDate,
): Promise<ServerIdentity> {
  const [{ ca, keys }, server] = await Promise.all([authority ?? createAuthority(validity), createEcKey()]);
  const all = [...new Set([...ALWAYS, ...names].map((name) => name.toLowerCase()))];
  const certificate = signCertificate({
    ...validity,
    commonName: 'localhost',
    publicKey: server.publicKey,
    issuer: { commonName: AUTHORITY, keys },
    extensions: [
      { type: 'basicConstraints', authority: false },
      { type: 'keyUsage', use: 'sign' },
      { type: 'extendedKeyUsage', use: 'server' },
      {
        type: 'subjectAltName',
        dns: all.filter((name) => isIP(name) === 0),
        ip: all.filter((name) => isIP(name) !== 0).map(addressBytes),
      },
    ],
  });
  return { ca, certificate, privateKey: pkcs8(server), authorityKey: pkcs8(keys) };
}

async function createAuthority(validity: Validity): Promise<Authority> {
  const keys = await createEcKey();
  const ca = signCertificate({
    ...validity,
    commonName: AUTHORITY,
    publicKey: keys.publicKey,
    issuer: { commonName: AUTHORITY, keys },
    extensions: [
      { type: 'basicConstraints', authority: true },
      { type: 'keyUsage', use: 'sign certificates' },
    ],
  });
  return { ca, keys };
}

function pkcs8({ privateKey }: KeyPair): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** In network order, as a certificate has it (RFC 5280 §4.2.1.6). */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = urlHost(address).slice(1, -1).split('::');
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  const all = [...before, ...zeros, ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

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
    privateKey: keyPem(key),
    authorityKey: authorityKey && keyPem(authorityKey),
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

function keyPem(key: KeyObject): string {
  return `${key.export({ type: 'pkcs8', format: 'pem' })}`;
}

function text(certificate: X509Certificate): string {
  return `${certificate.toString().trim()}\n`;
}

function wrong(reason: string): Error {
  return new Error(`${WHAT}: ${reason}. ${REMEDY}`);
}
