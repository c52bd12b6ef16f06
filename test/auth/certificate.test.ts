import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkValidity, readSigningCertificate } from '../../src/auth/certificate.js';
import type { GraphMailError } from '../../src/errors.js';
import { makeCertificate } from '../helpers/certificates.js';
import { expectNoSecrets, keyPieces, thrownBy } from '../helpers/failure.js';

const own = makeCertificate({ subject: 'graph-mailer' });
const other = makeCertificate({ subject: 'other' });
const password = 'correct horse';
const encryptedKey = createPrivateKey(own.privateKey)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: password })
  .toString();

const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, secret?: string) =>
  readSigningCertificate({
    kind: 'certificate',
    source: { text },
    from: "option 'certificate'",
    password: secret,
    sendChain: false,
  });

const readFile = (file: string) =>
  readSigningCertificate({
    kind: 'certificate',
    source: { path: file },
    from: `certificatePath '${file}'`,
    password: undefined,
    sendChain: false,
  });

describe('certificate and key are read', () => {
  const expected = {
    thumbprintSha1: createHash('sha1').update(new X509Certificate(own.certificate).raw).digest('hex').toUpperCase(),
    thumbprintSha256: createHash('sha256').update(new X509Certificate(own.certificate).raw).digest('hex').toUpperCase(),
    subject: 'CN=graph-mailer',
  };

  test.each([
    ['certificate first', `${own.certificate}${own.privateKey}`],
    ['key first', `${own.privateKey}${own.certificate}`],
    [
      'with text around them, as openssl writes it',
      `Bag Attributes\n  x: y\n${own.certificate}\nKey:\n${own.privateKey}end`,
    ],
    ['with CRLF line ends', own.pem.replaceAll('\n', '\r\n')],
    ['with line breaks written as \\n', own.pem.replaceAll('\n', '\\n')],
    [
      'with a PKCS#1 key',
      `${own.certificate}${createPrivateKey(own.privateKey).export({ type: 'pkcs1', format: 'pem' })}`,
    ],
    ['with another certificate before it', `${other.certificate}${own.pem}`],
  ])('%s', (_, text) => {
    expect(read(text)).toMatchObject(expected);
  });

  test('from an encrypted key with its password', () => {
    const certificate = read(`${own.certificate}${encryptedKey}`, password);
    expect(certificate).toMatchObject(expected);
    expect(certificate.privateKey).toBe(own.privateKey);
  });

  test('with the key as PKCS#8, whatever it was before', () => {
    const pkcs1 = createPrivateKey(own.privateKey).export({ type: 'pkcs1', format: 'pem' });
    expect(read(`${own.certificate}${pkcs1}`).privateKey).toBe(own.privateKey);
  });

  test('with the chain: the own one first', () => {
    const ca = makeCertificate({ subject: 'CA', ca: true });
    const leaf = makeCertificate({ subject: 'leaf', issuer: ca });
    const { chain } = read(`${ca.certificate}${leaf.pem}`);
    const subjects = (chain.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----/g) ?? []).map(
      (block) => new X509Certificate(block).subject,
    );
    expect(subjects).toEqual(['CN=leaf', 'CN=CA']);
  });

  test('from a file', () => {
    const file = path.join(folder, 'mailer.pem');
    writeFileSync(file, own.pem);
    expect(readFile(file)).toMatchObject(expected);
  });
});

describe('each fault has words of its own, with ECONFIG and without the key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const small = makeCertificate({ bits: 1024 });
  const faults: [what: string, attempt: () => unknown, words: RegExp][] = [
    ['nothing in it', () => read('hello'), /no PEM certificate and no PEM private key/],
    ['a PFX instead', () => read('0\x82\x05'), /no PEM certificate and no PEM private key/],
    ['only the certificate', () => read(own.certificate), /a certificate but no private key/],
    ['only the key', () => read(own.privateKey), /a private key but no certificate/],
    [
      "another's key",
      () => read(`${own.certificate}${other.privateKey}`),
      /does not belong to the certificate \(CN=graph-mailer\)/,
    ],
    [
      'an encrypted key without a password',
      () => read(`${own.certificate}${encryptedKey}`),
      /encrypted and no password/,
    ],
    [
      'an encrypted key with a wrong password',
      () => read(`${own.certificate}${encryptedKey}`, 'wrong'),
      /cannot be decrypted/,
    ],
    [
      'a broken key',
      () => read(`${own.certificate}${own.privateKey.replace(/MII\w{20}/, 'AAAA')}`),
      /private key that cannot be read/,
    ],
    [
      'a broken certificate',
      () => read(`${own.certificate.replace(/MII\w{20}/, 'AAAA')}${own.privateKey}`),
      /certificate that cannot be read/,
    ],
    ['an elliptic curve key', () => read(`${own.certificate}${ec}`), /is ec; Entra takes RSA keys only/],
    ['a short key', () => read(small.pem), /1024 bits; 2048 is the least/],
    ['a file that is not there', () => readFile(path.join(folder, 'missing.pem')), /there is no such file/],
    ['a folder', () => readFile(folder), /cannot be read: .*EISDIR/],
  ];

  test.each(faults)('%s', (_, attempt, words) => {
    const error = thrownBy(attempt);
    expect(error).toMatchObject({ code: 'ECONFIG', outcome: 'not-sent', permanent: true });
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/option 'certificate'|certificatePath '/);
    expectNoSecrets(error, [
      ...keyPieces(own.privateKey),
      ...keyPieces(other.privateKey),
      ...keyPieces(encryptedKey),
      password,
    ]);
  });

  test('no two of them the same', () => {
    const messages = faults.map(([, attempt]) => (thrownBy(attempt) as GraphMailError).message);
    // A PFX is nothing that a PEM reader could tell from any other bytes.
    expect(new Set(messages).size).toBe(faults.length - 1);
  });
});

describe('validity', () => {
  const certificate = read(own.pem);

  test('a valid certificate is fine, to the last second', () => {
    expect(() => checkValidity(certificate, new Date())).not.toThrow();
    expect(() => checkValidity(certificate, certificate.validTo)).not.toThrow();
    expect(() => checkValidity(certificate, certificate.validFrom)).not.toThrow();
  });

  test('an expired one can be read, but does not sign: EAUTH, with its date and thumbprint', () => {
    const error = thrownBy(() => checkValidity(certificate, new Date(certificate.validTo.getTime() + 1)));
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true, command: 'TOKEN' });
    expect(error.message).toContain(certificate.validTo.toISOString());
    expect(error.message).toContain(certificate.thumbprintSha1);
    expect(error.hint).toContain('new certificate');
  });

  test('one that is not valid yet points at the clock', () => {
    const error = thrownBy(() => checkValidity(certificate, new Date(certificate.validFrom.getTime() - 1)));
    expect(error).toMatchObject({ code: 'EAUTH', permanent: true });
    expect(error.hint).toContain('clock');
  });
});
