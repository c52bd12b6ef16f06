// One self-signed certificate for everything: the servers show it, the clients trust it, and the application signs in by it.
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import forge from 'node-forge';

/** Names that a client may know the servers by: the last two are where the peers that take no other host go. */
const hosts = ['localhost', 'graph.microsoft.com', 'login.microsoftonline.com'];

/** Writes `ca.pem` (certificate) and `identity.pem` (certificate and key) into `folder`. */
export function writeIdentity(folder) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });

  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(Date.now() + 365 * 86_400_000);
  const name = [{ name: 'commonName', value: 'bench' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    {
      name: 'subjectAltName',
      altNames: [...hosts.map((value) => ({ type: 2, value })), { type: 7, ip: '127.0.0.1' }],
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create());

  const pem = forge.pki.certificateToPem(certificate);
  const files = { ca: path.join(folder, 'ca.pem'), identity: path.join(folder, 'identity.pem') };
  writeFileSync(files.ca, pem);
  writeFileSync(files.identity, pem + key, { mode: 0o600 });
  return files;
}
