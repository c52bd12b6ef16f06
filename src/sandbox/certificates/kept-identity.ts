import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { readPemCertificates } from './pem-certificates.js';
import type { ServerIdentity } from './server-identity.js';

const DAY = 86_400_000;
const WHAT = 'startSandbox: option "identity"';
const REMEDY = 'Leave it out for a new one, and keep its Sandbox.identity.';

/** The text that `readIdentity` takes: the authority's certificate, the server's certificate, the server's key. */
export function writeIdentity({ ca, certificate, privateKey }: ServerIdentity): string {
  return [ca, certificate, privateKey].map((pem) => `${pem.trim()}\n`).join('');
}

/** Throws when it is not what an earlier sandbox gave, or ends in less than a day. */
export function readIdentity(pem: string, now: () => number = Date.now): ServerIdentity {
  const [ca, server, ...more] = readPemCertificates(pem, WHAT);
  if (!ca || !server || more.length > 0) throw wrong('expected two certificates, of the authority and of the server');
  const key = readKey(pem);
  if (!ca.ca || !server.checkIssued(ca) || !server.verify(ca.publicKey)) {
    throw wrong('the second certificate is not issued by the first');
  }
  if (!server.checkHost('localhost') || !server.checkPrivateKey(key)) {
    throw wrong('the second certificate is not that of localhost and of the key');
  }
  const ends = Math.min(...[ca, server].map(({ validTo }) => Date.parse(validTo)));
  if (ends - now() < DAY) {
    throw wrong(`the certificate has less than a day left (it ends ${new Date(ends).toISOString()})`);
  }
  return { ca: text(ca), certificate: text(server), privateKey: `${key.export({ type: 'pkcs8', format: 'pem' })}` };
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(/-----BEGIN PRIVATE KEY-----[\s\S]*/.exec(pem)?.[0] ?? '');
  } catch {
    throw wrong('expected the private key of the server, PKCS#8 PEM, behind the certificates');
  }
}

function text(certificate: X509Certificate): string {
  return `${certificate.toString().trim()}\n`;
}

function wrong(reason: string): Error {
  return new Error(`${WHAT}: ${reason}. ${REMEDY}`);
}
