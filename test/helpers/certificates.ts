import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import forge from 'node-forge';

/** A certificate and its private key, both PEM. */
export interface TestCertificate {
  certificate: string;
  privateKey: string;
  /** Both in one text, as the transport takes them. */
  pem: string;
}

export interface CertificateWishes {
  subject?: string;
  /** IP addresses and host names that a TLS client accepts it for. */
  hosts?: string[];
  issuer?: TestCertificate;
  ca?: boolean;
  notBefore?: Date;
  notAfter?: Date;
  bits?: number;
  /** The key of a certificate that is renewed; PKCS#8 PEM. */
  privateKey?: string;
}

const day = 86_400_000;

/** Makes a certificate: self-signed, or signed by `issuer`. Keys come from node:crypto, which is far faster at it. */
export function makeCertificate(wishes: CertificateWishes = {}): TestCertificate {
  const { subject = 'graph-mailer', hosts = [], issuer, ca = false, bits = 2048 } = wishes;
  const privateKey = wishes.privateKey ?? makeKey(bits);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = wishes.notBefore ?? new Date(Date.now() - day);
  certificate.validity.notAfter = wishes.notAfter ?? new Date(Date.now() + 365 * day);
  const name = [{ name: 'commonName', value: subject }];
  certificate.setSubject(name);
  certificate.setIssuer(issuer ? forge.pki.certificateFromPem(issuer.certificate).subject.attributes : name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: ca, critical: true },
    ...(hosts.length === 0
      ? []
      : [
          {
            name: 'subjectAltName',
            altNames: hosts.map((host) => (/^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host })),
          },
        ]),
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.privateKey ?? privateKey), forge.md.sha256.create());
  const text = forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
  return { certificate: text, privateKey, pem: `${text}${privateKey}` };
}

function makeKey(bits: number): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A PFX as node-forge writes it: key encrypted, certificates plain, SHA-1 MAC. `undefined` is no password at all. */
export function makePfx(
  { certificate, privateKey }: TestCertificate,
  password: string | undefined,
  options: { algorithm?: '3des' | 'aes256'; count?: number; useMac?: boolean; chain?: string[] } = {},
): Buffer {
  const { chain = [], ...others } = options;
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificates = [certificate, ...chain].map((pem) => forge.pki.certificateFromPem(pem));
  // The types lack `useMac`, and know no PFX without password.
  const toPfx = forge.pkcs12.toPkcs12Asn1 as (...args: unknown[]) => forge.asn1.Asn1;
  const pfx = toPfx(key, certificates, password, { algorithm: '3des', ...others });
  return Buffer.from(forge.asn1.toDer(pfx).getBytes(), 'latin1');
}

/** Whether the `openssl` program is here, which writes what neither node:crypto nor node-forge can. */
export const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/**
 * Runs `openssl` in a folder of its own that holds `files`, and gives the content of the file `out` that it wrote.
 */
export function openssl(args: string[], files: Record<string, string | Buffer> = {}): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    execFileSync('openssl', [...args, '-out', 'out'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    return readFileSync(path.join(folder, 'out'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A PFX as `openssl pkcs12 -export` writes it: AES-256 and SHA-256, unless `options` say otherwise. */
export function makeOpensslPfx(own: TestCertificate, password: string, options: string[] = [], chain = ''): Buffer {
  const inputs = ['-inkey', 'key.pem', '-in', 'certificate.pem', ...(chain ? ['-certfile', 'chain.pem'] : [])];
  return openssl(['pkcs12', '-export', ...inputs, '-passout', `pass:${password}`, ...options], {
    'key.pem': own.privateKey,
    'certificate.pem': own.certificate,
    'chain.pem': chain,
  });
}
