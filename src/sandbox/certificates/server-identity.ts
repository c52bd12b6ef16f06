import { isIP, isIPv4 } from 'node:net';
import { urlHost } from '../http/own-names.js';
import { createEcKey, type KeyPair } from './key-pair.js';
import { anyDate, signCertificate, type Validity } from './sign-certificate.js';

const AUTHORITY = 'Graph mail sandbox CA';
const ALWAYS = ['localhost', '127.0.0.1', '::1'];

export interface ServerIdentity {
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
