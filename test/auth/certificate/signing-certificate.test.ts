import { createPrivateKey, generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { CertificateSource } from '../../../src/auth/certificate/certificate-source.js';
import { systemClock } from '../../../src/common/clock.js';
import type { Credential } from '../../../src/options/settings.js';
import { hasOpenssl, makeCertificate, openssl } from '../../helpers/certificates.js';
import { expectNoSecrets, failureOf, keyPieces, thrownBy } from '../../helpers/failure.js';

const own = makeCertificate({ subject: 'graph-mailer' });
const other = makeCertificate({ subject: 'other' });
const password = 'correct horse';
const key = createPrivateKey(own.privateKey);
const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }).toString();
const encrypt = (type: 'pkcs1' | 'pkcs8', cipher: string, passphrase = password) =>
  key.export({ type, format: 'pem', cipher, passphrase }).toString();
const encryptedKey = encrypt('pkcs8', 'aes-256-cbc');
const oldEncryptedKey = encrypt('pkcs1', 'des-ede3-cbc');
const der = new X509Certificate(own.certificate).raw;

const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string | Buffer) => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

const sourceOf = (
  source: Extract<Credential, { kind: 'certificate' }>['source'],
  from: string,
  secret: string | undefined,
) =>
  new CertificateSource(
    { kind: 'certificate', source, from, password: secret, sendChain: false },
    systemClock,
    () => {},
  );
const read = (contents: string | Buffer | (string | Buffer)[], secret?: string) =>
  sourceOf({ contents: [contents].flat() }, "option 'certificate'", secret).get();
const readFiles = (paths: string | string[], secret?: string) =>
  sourceOf({ paths: [paths].flat() }, `certificatePath '${[paths].flat().join("', '")}'`, secret).get();

const subjectsOf = (chain: string) =>
  (chain.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----/g) ?? []).map((block) => new X509Certificate(block).subject);

describe('certificate and key are read', () => {
  const { fingerprint, fingerprint256 } = new X509Certificate(own.certificate);
  const expected = {
    privateKey: own.privateKey,
    thumbprintSha1: fingerprint.replaceAll(':', ''),
    thumbprintSha256: fingerprint256.replaceAll(':', ''),
    subject: 'CN=graph-mailer',
  };

  test.each([
    ['certificate first', `${own.certificate}${own.privateKey}`],
    ['key first', `${own.privateKey}${own.certificate}`],
    [
      'with text around them, as openssl writes it',
      `Bag Attributes\n  localKeyID: 01 \n${own.certificate}\nKey Attributes: <No Attributes>\n${own.privateKey}end`,
    ],
    ['with CRLF line ends', own.pem.replaceAll('\n', '\r\n')],
    ['indented', own.pem.replace(/^/gm, '    ')],
    ['with line breaks written as \\n', own.pem.replaceAll('\n', '\\n')],
    ['with line breaks written as \\r\\n, in quotes', `"${own.pem.replaceAll('\n', '\\r\\n')}"`],
    ['with line breaks that a shell turned into spaces', own.pem.replaceAll('\n', ' ')],
    ['with a byte order mark', `\ufeff${own.pem}`],
    ['with a byte order mark, as bytes', Buffer.from(`\ufeff${own.pem}`)],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${own.pem}`, 'utf16le')],
    ['in base64', Buffer.from(own.pem).toString('base64')],
    ['as bytes', Buffer.from(own.pem)],
    ['with a PKCS#1 key', `${own.certificate}${pkcs1}`],
    ['with another certificate before it', `${other.certificate}${own.pem}`],
    ['with another key beside it', `${other.privateKey}${own.pem}`],
    ['in two texts', [own.certificate, own.privateKey]],
    ['in two texts, key first', [own.privateKey, own.certificate]],
    ['in two texts, the certificate binary', [der, own.privateKey]],
  ])('%s', async (_, content) => {
    expect(await read(content)).toMatchObject(expected);
  });

  test.each([
    ['PKCS#8', encryptedKey],
    ['PKCS#8, 3DES', encrypt('pkcs8', 'des-ede3-cbc')],
    ['the old form, AES', encrypt('pkcs1', 'aes-128-cbc')],
    ['the old form, 3DES', oldEncryptedKey],
    ['the old form on one line', oldEncryptedKey.replaceAll('\n', ' ')],
    ['the old form with CRLF and indentation', oldEncryptedKey.replaceAll('\n', '\r\n  ')],
  ])('from an encrypted key: %s', async (_, encrypted) => {
    expect(await read(`${own.certificate}${encrypted}`, password)).toMatchObject(expected);
  });

  test('from a key encrypted with a password that is not ASCII', async () => {
    const encrypted = encrypt('pkcs8', 'aes-256-cbc', 'Grüße 🔑');
    expect(await read(`${own.certificate}${encrypted}`, 'Grüße 🔑')).toMatchObject(expected);
  });

  test('with a password that it does not need', async () => {
    expect(await read(own.pem, password)).toMatchObject(expected);
  });

  test('with the chain, the own one first and each followed by its issuer; strangers stay out', async () => {
    const root = makeCertificate({ subject: 'root', ca: true });
    const ca = makeCertificate({ subject: 'CA', ca: true, issuer: root });
    const leaf = makeCertificate({ subject: 'leaf', issuer: ca });
    const { chain } = await read(`${root.certificate}${other.certificate}${ca.certificate}${leaf.pem}`);
    expect(subjectsOf(chain)).toEqual(['CN=leaf', 'CN=CA', 'CN=root']);
  });

  test('of a certificate that was renewed with its key, the one that lasts longer', async () => {
    const renewed = makeCertificate({
      subject: 'renewed',
      privateKey: own.privateKey,
      notAfter: new Date('2049-01-01'),
    });
    expect(await read(`${own.pem}${renewed.certificate}`)).toMatchObject({ subject: 'CN=renewed' });
    expect(await read(`${renewed.certificate}${own.pem}`)).toMatchObject({ subject: 'CN=renewed' });
  });

  test('from a file, and from two', async () => {
    expect(await readFiles(write('mailer.pem', own.pem))).toMatchObject(expected);
    const files = [write('mailer.crt', own.certificate), write('mailer.key', encryptedKey)];
    expect(await readFiles(files, password)).toMatchObject(expected);
  });

  test('ready to sign', async () => {
    const { privateKey } = await read(`${own.certificate}${oldEncryptedKey}`, password);
    const signature = sign('sha256', Buffer.from('x'), privateKey);
    expect(verify('sha256', Buffer.from('x'), new X509Certificate(own.certificate).publicKey, signature)).toBe(true);
  });
});

describe('each fault has words of its own, with ECONFIG and without the key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const small = makeCertificate({ bits: 1024 });
  const publicKey = new X509Certificate(own.certificate).publicKey.export({ type: 'spki', format: 'pem' });
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const jwk = key.export({ format: 'jwk' });
  const bent = (part: unknown) => `AAAA${String(part).slice(4)}`;
  const halfBroken = createPrivateKey({
    key: { ...jwk, d: bent(jwk.d), dp: bent(jwk.dp), dq: bent(jwk.dq) },
    format: 'jwk',
  });
  // 2,048 iterations become 2,147,483,647; the two bytes more come out of the salt before them, so that all lengths stay.
  const greedy = Buffer.from(encryptedKey.split('\n').slice(1, -2).join(''), 'base64');
  const at = greedy.indexOf(Buffer.from('02020800', 'hex'));
  const saltLength = greedy[at - 9] === 8 ? 8 : 16;
  greedy[at - saltLength - 1] = saltLength - 2;
  Buffer.from('02047fffffff', 'hex').copy(greedy, at - 2);
  const block = (label: string, bytes: Buffer) =>
    `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;

  const faults: [what: string, attempt: () => unknown, words: RegExp][] = [
    ['nothing PEM in it', () => read('hello, world'), /neither PEM text nor a PFX/],
    ['nothing in it', () => read(' \n'), /is empty/],
    ['a path instead', () => read('./mailer.pem'), /neither PEM text nor a PFX/],
    ['far too much', () => read('A'.repeat(1_000_001)), /1000001 bytes long/],
    ['a PFX that was read as text', () => read('0\ufffd\u0005'), /binary file that was read as text/],
    ['a PKCS #7 file', () => read(Buffer.from('3082010006092a864886f70d010702', 'hex')), /PKCS #7/],
    ['a binary key', () => read([pkcs8, own.certificate]), /private key in binary form/],
    ['only other blocks', () => read(block('X509 CRL', der)), /no PEM private key \(only X509 CRL\)/],
    ['only the certificate', () => read(own.certificate), /a certificate but no private key/],
    ['only the key', () => read(own.privateKey), /a private key but no certificate/],
    ['only a public key', () => read(publicKey), /a public key, but no private key/],
    ['a public key instead', () => read(`${own.certificate}${publicKey}`), /a public key and a certificate, but no/],
    ['a certificate request', () => read(block('CERTIFICATE REQUEST', der)), /a certificate request, but neither/],
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
      /cannot be decrypted with the password given/,
    ],
    [
      'a key whose password takes forever',
      () => read(`${own.certificate}${block('ENCRYPTED PRIVATE KEY', greedy)}`, password),
      /2147483647 iterations/,
    ],
    [
      'a key that was cut off',
      () => read(`${own.certificate}${own.privateKey.slice(0, 800)}`),
      /block BEGIN PRIVATE KEY is damaged or cut off/,
    ],
    [
      'a broken key',
      () => read(`${own.certificate}${own.privateKey.replace(/MII.{20}/, 'AAAA')}`),
      /private key that cannot be read/,
    ],
    [
      'a key that does not sign what its certificate verifies',
      () => read(`${own.certificate}${halfBroken.export({ type: 'pkcs8', format: 'pem' })}`),
      /private key is damaged/,
    ],
    [
      'a broken certificate',
      () => read(`${own.certificate.replace(/MII.{20}/, 'AAAA')}${own.privateKey}`),
      /certificate that cannot be read/,
    ],
    ['an elliptic curve key', () => read(`${own.certificate}${ec}`), /is ec; Entra takes RSA keys only/],
    ['a short key', () => read(small.pem), /1024 bits; 2048 is the least/],
    ['a file that is not there', () => readFiles(path.join(folder, 'missing.pem')), /there is no such file/],
    [
      'one of two files that is not there',
      () => readFiles([write('a.crt', own.certificate), path.join(folder, 'b.key')]),
      /: '[^']+b\.key' cannot be read: there is no such file/,
    ],
    ['a folder', () => readFiles(folder), /cannot be read: it is a directory/],
    ['something else than a file', () => readFiles('/dev/null'), /not a regular file/],
    ['a huge file', () => readFiles(write('huge', Buffer.alloc(1_000_001))), /it is 1000001 bytes large/],
    ['content for a path', () => readFiles('x'.repeat(9_000)), /too long for a path/],
  ];

  test.each(faults)('%s', (_, attempt, words) => {
    const error = thrownBy(attempt);
    expect(error).toMatchObject({ code: 'ECONFIG', outcome: 'not-sent', permanent: true });
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/option 'certificate'|certificatePath '/);
    expect(error.hint).toMatch(/\w.*\.$/s);
    expectNoSecrets(
      error,
      [...keyPieces(own.privateKey), ...keyPieces(other.privateKey), ...keyPieces(encryptedKey), password].filter(
        (piece) => piece !== 'PRIVATE KEY',
      ),
    );
  });

  test('no two of them the same', () => {
    const messages = faults.map(([, attempt]) => `${thrownBy(attempt).message} ${thrownBy(attempt).hint}`);
    expect(new Set(messages).size).toBe(faults.length);
  });

  test('content that was given as one of two paths does not appear', () => {
    const content = Buffer.from(own.privateKey).toString('base64');
    const error = thrownBy(() => sourceOf({ paths: ['a.pem', content] }, 'certificatePath', undefined));
    expectNoSecrets(error, [content.slice(80, 140)]);
    const second = thrownBy(() =>
      sourceOf({ paths: [write('c.crt', own.certificate), content] }, 'certificatePath', undefined),
    );
    expect(second.message).toMatch(/too long for a path|no such file/);
    expectNoSecrets(second, [content.slice(80, 140)]);
  });

  test('a file that may not be read', () => {
    const file = write('locked.pem', own.pem);
    chmodSync(file, 0);
    // Root may read everything.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(thrownBy(() => readFiles(file)).message).toContain('permission was denied');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test.skipIf(!hasOpenssl)('a cipher that OpenSSL has put aside (needs the openssl program)', async () => {
    const encrypted = openssl(
      [
        'pkcs8',
        '-topk8',
        '-provider',
        'legacy',
        '-provider',
        'default',
        '-v1',
        'PBE-MD5-DES',
        '-passout',
        'pass:secret',
        '-in',
        'key.pem',
      ],
      { 'key.pem': own.privateKey },
    ).toString();
    const error = thrownBy(() => read(`${own.certificate}${encrypted}`, 'secret'));
    expect(error.message).toContain('in a way that this Node does not support');
  });
});

describe('inspection of the source shows', () => {
  test('no key and no password', async () => {
    const source = sourceOf({ contents: [`${own.certificate}${encryptedKey}`] }, "option 'certificate'", password);
    await source.get();
    expectNoSecrets(source, [...keyPieces(own.privateKey), ...keyPieces(encryptedKey), password]);
    expect(inspect(source, { showHidden: true, depth: 10 })).toMatch(/^CertificateSource/);
    expect(JSON.stringify(source)).toBe('{}');
  });

  test('nothing secret in what get() fails with', async () => {
    const expired = makeCertificate({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') });
    const error = await failureOf(read(expired.pem));
    expectNoSecrets(error, keyPieces(expired.privateKey));
  });
});
