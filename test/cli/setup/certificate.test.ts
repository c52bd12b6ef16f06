import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyAndCertificate, newCertificate } from '../../../src/cli/setup/common/certificate.js';
import { startSandbox } from '../../../src/sandbox/index.js';
import { graphTransport } from '../../../src/transport/graph-transport.js';
import { hasOpenssl } from '../../helpers/certificates.js';

const now = Date.UTC(2026, 10, 23, 12);
const name = 'Caf\u00e9 "news" \u2013 mailer';
let made: KeyAndCertificate;
let x509: X509Certificate;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'setup-certificate-'));
  made = await newCertificate(name, 365, now);
  x509 = new X509Certificate(made.certificate.pem);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the certificate that setup makes', () => {
  it('has an RSA key of 3072 bits of its own', async () => {
    expect(x509.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
    expect(x509.checkPrivateKey(createPrivateKey(made.pem))).toBe(true);
    const other = await newCertificate(name, 365, now);
    expect(new X509Certificate(other.certificate.pem).serialNumber).not.toBe(x509.serialNumber);
    expect(other.certificate.thumbprintSha1).not.toBe(made.certificate.thumbprintSha1);
  });

  it('is valid from an hour ago, for as many days as were asked for and not an hour more', () => {
    expect(made.certificate.validFrom.toISOString()).toBe('2026-11-23T11:00:00.000Z');
    expect(made.certificate.validTo.toISOString()).toBe('2027-11-23T11:00:00.000Z');
  });

  it('is shown without its key, by the thumbprints of the portal and of the sign-in', () => {
    expect(made.certificate.pem).not.toContain('PRIVATE');
    expect(made.certificate.thumbprintSha1).toBe(x509.fingerprint.replaceAll(':', ''));
    expect(made.certificate.thumbprintSha256).toBe(x509.fingerprint256.replaceAll(':', ''));
    expect(Buffer.from(made.certificate.keyIdentifier, 'base64').toString('hex').toUpperCase()).toBe(
      made.certificate.thumbprintSha1,
    );
    expect(made.certificate.subject).toMatch(/^CN=Caf\u00e9 .*news.* \u2013 mailer$/);
  });

  it.skipIf(!hasOpenssl)('passes the strict check of openssl as a client certificate', async () => {
    const { certificate } = await newCertificate(name, 365, Date.now());
    const file = path.join(folder, 'c.pem');
    writeFileSync(file, certificate.pem);
    const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' });
    expect(openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', file, file)).toContain(': OK');
    const text = openssl('x509', '-in', file, '-noout', '-text');
    expect(text).toMatch(/Subject Key Identifier[\s\S]*Authority Key Identifier/);
    expect(text).toContain('TLS Web Client Authentication');
    expect(text).toContain('Digital Signature');
  });
});

describe('the sandbox', () => {
  it('takes it for a sign-in', async () => {
    const { pem, certificate } = await newCertificate(name, 365, Date.now());
    const sandbox = await startSandbox({ certificate: certificate.pem });
    const transporter = createTransport(graphTransport({ ...sandbox.options, certificate: pem }));
    const { mailbox } = sandbox.options;
    await transporter.sendMail({ from: mailbox, to: 'ana@example.com', subject: 'Hi', text: 'Hello' });
    expect(await sandbox.messages()).toHaveLength(1);
    transporter.close();
    await sandbox.close();
  });
});
