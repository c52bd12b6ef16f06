import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { makeCertificate, makePfx, type TestCertificate } from '../../../helpers/certificates.js';
import type { Misconfiguration } from '../misconfigurations.js';
import type { DoctorFixture } from '../support.js';

const day = 86_400_000;
const inDays = (n: number) => new Date(Date.now() + n * day);
const wrongPassword = 'another-password';

let pair: TestCertificate | undefined;
const own = () => (pair ??= makeCertificate());

const signWith = (fixture: DoctorFixture, content: string | Buffer, name = 'mine.pem') => {
  fixture.env.AZURE_CLIENT_CERTIFICATE_PATH = fixture.write(name, content);
};
const encrypted = ({ certificate, privateKey }: TestCertificate) =>
  certificate +
  createPrivateKey(privateKey).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'right-password',
  });

/** Registered in the tenant as well, so that nothing is wrong but its dates. */
const registered = (notBefore: Date, notAfter: Date) => (fixture: DoctorFixture) => {
  const certificate = makeCertificate({ notBefore, notAfter });
  fixture.sandbox.registerCertificate(certificate.certificate);
  signWith(fixture, certificate.pem);
};

export const certificateRows: Misconfiguration[] = [
  {
    what: 'The certificate file is not there',
    arrange: ({ env }) => Object.assign(env, { AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere/graph-mailer.pem' }),
    check: 'Certificate file',
    says: "AZURE_CLIENT_CERTIFICATE_PATH '/nowhere/graph-mailer.pem' cannot be read: there is no such file",
    cure: 'Check the path',
    exitCode: 78,
  },
  {
    what: 'A folder where the certificate file belongs',
    arrange: (fixture) => Object.assign(fixture.env, { AZURE_CLIENT_CERTIFICATE_PATH: fixture.folder }),
    check: 'Certificate file',
    says: 'it is a directory',
    cure: 'Give the path of the file in it',
    exitCode: 78,
  },
  {
    what: 'The key can be read by every account of the machine',
    arrange: ({ env }) => chmodSync(env.AZURE_CLIENT_CERTIFICATE_PATH ?? '', 0o644),
    check: 'Certificate file',
    status: 'warning',
    says: 'also by every account of this machine (mode 0644)',
    cure: 'chmod 600',
    exitCode: 1,
  },
  {
    what: 'The .cer that was uploaded, in the place of certificate and key',
    arrange: (fixture) => signWith(fixture, own().certificate, 'graph-mailer.cer'),
    check: 'Certificate and key',
    says: 'holds a certificate but no private key',
    cure: 'the .cer file uploaded to Entra is only the public half',
    exitCode: 78,
  },
  {
    what: 'An encrypted key, and no password',
    arrange: (fixture) => signWith(fixture, encrypted(own())),
    check: 'Certificate and key',
    says: 'the private key is encrypted and no password is given',
    cure: 'AZURE_CLIENT_CERTIFICATE_PASSWORD',
    exitCode: 78,
  },
  {
    what: 'An encrypted key, and another password',
    arrange: (fixture) => {
      signWith(fixture, encrypted(own()));
      fixture.env.AZURE_CLIENT_CERTIFICATE_PASSWORD = wrongPassword;
    },
    check: 'Certificate and key',
    says: 'the private key cannot be decrypted with the password given',
    cure: 'Check AZURE_CLIENT_CERTIFICATE_PASSWORD',
    exitCode: 78,
  },
  {
    what: 'A PFX, and another password',
    arrange: (fixture) => {
      signWith(fixture, makePfx(own(), 'right-password'), 'mine.pfx');
      fixture.env.AZURE_CLIENT_CERTIFICATE_PASSWORD = wrongPassword;
    },
    check: 'Certificate and key',
    says: 'a PFX that the password given does not open',
    cure: 'Check AZURE_CLIENT_CERTIFICATE_PASSWORD',
    exitCode: 78,
  },
  {
    what: 'A certificate beside the key of another',
    arrange: (fixture) => signWith(fixture, own().certificate + makeCertificate().privateKey),
    check: 'Certificate and key',
    says: 'the private key does not belong to the certificate',
    cure: 'Put the key that the certificate was made with beside it',
    exitCode: 78,
  },
  {
    what: 'A key of elliptic curves',
    arrange: (fixture) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      signWith(fixture, own().certificate + privateKey.export({ type: 'pkcs8', format: 'pem' }));
    },
    check: 'Certificate and key',
    says: 'the private key is ec; Entra takes RSA keys only',
    cure: 'Make a certificate with an RSA key of 2048 bits or more',
    exitCode: 78,
  },
  {
    what: 'A key that is too short',
    arrange: (fixture) => signWith(fixture, makeCertificate({ bits: 1024 }).pem),
    check: 'Certificate and key',
    says: 'the RSA key has 1024 bits; 2048 is the least',
    cure: 'Make a certificate with an RSA key of 2048 bits or more',
    exitCode: 78,
  },
  {
    what: 'The certificate has expired',
    arrange: registered(inDays(-400), inDays(-35.5)),
    check: 'Days left',
    says: '35 days ago',
    cure: 'setup --rotate',
    exitCode: 78,
  },
  {
    what: 'The certificate ends in ten days',
    arrange: registered(inDays(-355), inDays(10.5)),
    check: 'Days left',
    status: 'warning',
    says: '10 days left',
    cure: 'setup --rotate',
    exitCode: 1,
  },
  {
    what: 'The certificate is not valid yet',
    arrange: registered(inDays(2), inDays(400)),
    check: 'Days left',
    says: 'The certificate is not valid before',
    cure: "Check this machine's clock",
    exitCode: 78,
  },
  {
    what: 'SHA-256 taken for the thumbprint of the portal',
    arrange: () => {},
    flags: { thumbprint: 'sha256' },
    check: 'Thumbprints',
    status: 'warning',
    says: 'The thumbprint given is the SHA-256 of this certificate, where the portal shows the SHA-1',
    cure: 'It is the right certificate',
    exitCode: 1,
  },
  {
    what: 'Part of a thumbprint',
    flags: { thumbprint: 'AB:CD' },
    check: 'Thumbprints',
    says: 'it has 4 hexadecimal digits, where a SHA-1 has 40 and a SHA-256 has 64',
    cure: 'Copy it anew from the portal',
    exitCode: 78,
  },
  {
    what: 'The portal shows the thumbprint of another certificate',
    flags: { thumbprint: 'AB:'.repeat(19).concat('AB') },
    check: 'Thumbprints',
    says: 'is of another certificate',
    cure: 'Upload the public part of this certificate',
    exitCode: 78,
  },
];
