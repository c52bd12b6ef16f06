import { createSign, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CertificateSource } from '../../../src/auth/certificate/certificate-source.js';
import { readPfx } from '../../../src/auth/certificate/read-pfx.js';
import { type SigningCertificate, signingCertificate } from '../../../src/auth/certificate/signing-certificate.js';
import { systemClock } from '../../../src/common/clock.js';
import { hasOpenssl, makeCertificate, makeOpensslPfx, makePfx, openssl } from '../../helpers/certificates.js';
import { expectNoSecrets, failureOf, keyPieces, thrownBy } from '../../helpers/failure.js';

const root = makeCertificate({ subject: 'root', ca: true });
const ca = makeCertificate({ subject: 'CA', ca: true, issuer: root });
const own = makeCertificate({ subject: 'graph-mailer', issuer: ca });
const other = makeCertificate({ subject: 'other' });
const from = "option 'certificate'";
const old3des = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];

const read = async (pfx: Buffer, password?: string): Promise<SigningCertificate> =>
  signingCertificate(await readPfx(pfx, password, from), from);

const sourceOf = (content: string | Uint8Array | (string | Uint8Array)[], password?: string) =>
  new CertificateSource(
    { kind: 'certificate', source: { contents: [content].flat() }, from, password, sendChain: false },
    systemClock,
    () => {},
  );

const expected = {
  privateKey: own.privateKey,
  thumbprintSha1: new X509Certificate(own.certificate).fingerprint.replaceAll(':', ''),
  subject: 'CN=graph-mailer',
};

describe('a PFX of node-forge is opened', () => {
  test.each([
    ['3DES', makePfx(own, 'secret'), 'secret'],
    ['AES-256', makePfx(own, 'secret', { algorithm: 'aes256' }), 'secret'],
    ['3DES, a password that is not ASCII', makePfx(own, 'Grüße, Ωmega'), 'Grüße, Ωmega'],
    ['3DES, a password beyond the basic plane', makePfx(own, 'key 🔑'), 'key 🔑'],
    ['an empty password, given as one', makePfx(own, ''), ''],
    ['an empty password, none given', makePfx(own, ''), undefined],
    ['no password at all', makePfx(own, undefined), undefined],
    ['no password at all, an empty one given', makePfx(own, undefined), ''],
    ['without a MAC', makePfx(own, 'secret', { useMac: false }), 'secret'],
    ['without a MAC and without password', makePfx(own, undefined, { useMac: false }), undefined],
    ['with something after it', Buffer.concat([makePfx(own, 'secret'), Buffer.from('\n\0\0')]), 'secret'],
  ])('%s', async (_, pfx, password) => {
    expect(await read(pfx, password)).toMatchObject(expected);
  });

  test('with its chain, in order', async () => {
    const { chain } = await read(makePfx(own, 'secret', { chain: [root.certificate, ca.certificate] }), 'secret');
    const subjects = chain.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----/g)?.map((pem) => new X509Certificate(pem));
    expect(subjects?.map(({ subject }) => subject)).toEqual(['CN=graph-mailer', 'CN=CA', 'CN=root']);
  });

  test('with a key that signs', async () => {
    const { privateKey } = await read(makePfx(own, 'secret'), 'secret');
    const sign = (key: string) => createSign('sha256').update('x').sign(key, 'base64');
    expect(sign(privateKey)).toBe(sign(own.privateKey));
  });

  test('with a MAC of an unknown kind: decryption tells a right password from a wrong one', async () => {
    const pfx = makePfx(own, 'secret');
    const sha1 = pfx.lastIndexOf(Buffer.from('2b0e03021a', 'hex'));
    pfx[sha1 + 4] = 0x7f;
    expect(await read(pfx, 'secret')).toMatchObject(expected);
    expect((await failureOf(read(pfx, 'other'))).message).toContain('the password given does not open');
  });

  test('while the event loop goes on', async () => {
    const pfx = makePfx(own, 'secret', { count: 50_000 });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    expect(await read(pfx, 'secret')).toMatchObject(expected);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  });
});

describe.skipIf(!hasOpenssl)('a PFX of OpenSSL is opened (needs the openssl program)', () => {
  test.each<[string, string[], string]>([
    ['AES-256 and SHA-256, as OpenSSL 3 and Windows write it', [], 'secret'],
    ['AES-256, an empty password', [], ''],
    ['AES-256, a password that is not ASCII', [], 'Grüße, Ωmega 🔑'],
    ['AES-128 and SHA-512', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha512'], 'secret'],
    ['3DES, a password that is not ASCII', old3des, 'Grüße, Ωmega 🔑'],
    ['RC2-40 and 3DES, as OpenSSL 1 wrote it', ['-legacy'], 'secret'],
    ['RC2-40, an empty password', ['-legacy'], ''],
    ['RC2-128 and two-key 3DES', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-2DES'], 'secret'],
    ['without a MAC', ['-nomac'], 'secret'],
    ['unencrypted but with a MAC', ['-keypbe', 'NONE', '-certpbe', 'NONE'], 'secret'],
    ['100,000 iterations', ['-iter', '100000'], 'secret'],
  ])('%s', async (_, options, password) => {
    const pfx = makeOpensslPfx(own, password, options, ca.certificate + root.certificate);
    const { chain, ...certificate } = await read(pfx, password);
    expect(certificate).toMatchObject(expected);
    expect(chain.match(/BEGIN/g)).toHaveLength(3);
    if (password === '') expect(await read(pfx)).toMatchObject(expected);
  });

  test('with a password whose UTF-8 bytes old OpenSSL widened one by one', async () => {
    const misread = Buffer.from('Grüße').toString('latin1');
    expect(await read(makePfx(own, misread), 'Grüße')).toMatchObject(expected);
  });

  test('not with RC4: it names the algorithm and how to convert the file', async () => {
    const rc4 = makeOpensslPfx(own, 'secret', [
      '-legacy',
      '-keypbe',
      'PBE-SHA1-RC4-128',
      '-certpbe',
      'PBE-SHA1-RC4-128',
    ]);
    const error = await failureOf(read(rc4, 'secret'));
    expect(error.message).toContain('encrypted with RC4');
    expect(error.hint).toContain('openssl pkcs12 -legacy');
  });

  test('not without a key', async () => {
    const error = await failureOf(read(makeOpensslPfx(own, 'secret', ['-nokeys']), 'secret'));
    expect(error.message).toContain('a certificate but no private key');
  });

  test('not without a certificate', async () => {
    const error = await failureOf(read(makeOpensslPfx(own, 'secret', ['-nocerts']), 'secret'));
    expect(error.message).toContain('a private key but no certificate');
  });

  test('not with an elliptic curve key', async () => {
    const key = openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout']);
    const certificate = openssl(['req', '-x509', '-key', 'key.pem', '-subj', '/CN=ec'], { 'key.pem': key });
    const ec = { certificate: certificate.toString(), privateKey: key.toString(), pem: '' };
    const error = await failureOf(read(makeOpensslPfx(ec, 'secret'), 'secret'));
    expect(error.message).toContain('is ec; Entra takes RSA keys only');
  });
});

describe('each fault of a PFX has words of its own', () => {
  const password = 'correct horse';
  const pfx = makePfx(own, password);
  const aes = makePfx(own, password, { algorithm: 'aes256' });
  const noMac = makePfx(own, password, { useMac: false });
  const small = makeCertificate({ bits: 1024 });
  const flipped = (bytes: Buffer, offset: number) => {
    const copy = Buffer.from(bytes);
    copy[offset] = (copy[offset] as number) ^ 0x10;
    return copy;
  };
  /** The iterations of the MAC are the last two bytes. */
  const withIterations = (bytes: Buffer, ...count: number[]) =>
    Buffer.concat([bytes.subarray(0, -2), Buffer.from(count)]);
  const signedData = Buffer.from(pfx);
  signedData[signedData.indexOf(Buffer.from('2a864886f70d010701', 'hex')) + 8] = 2;

  test.each<[what: string, pfx: Buffer, password: string | undefined, words: RegExp]>([
    ['a wrong password', pfx, 'battery staple', /the password given does not open/],
    ['a wrong password, AES', aes, 'battery staple', /the password given does not open/],
    ['a wrong password, without a MAC', noMac, 'battery staple', /the password given does not open/],
    ['an empty password', pfx, '', /the empty password does not open/],
    ['no password', pfx, undefined, /with a password, and none is given/],
    ['no password, without a MAC', noMac, undefined, /with a password, and none is given/],
    ['cut off', pfx.subarray(0, 1_000), password, /damaged or cut off/],
    ['cut off near its end', pfx.subarray(0, -20), password, /damaged or cut off/],
    ['cut off near its beginning', pfx.subarray(0, 30), password, /damaged or cut off/],
    ['damaged in its certificates', flipped(pfx, 400), password, /damaged or cut off/],
    ['damaged in its MAC', flipped(pfx, pfx.length - 20), password, /damaged or cut off/],
    ['a short key', makePfx(small, password), password, /1024 bits; 2048 is the least/],
    [
      "another's key",
      makePfx({ ...own, privateKey: other.privateKey }, password),
      password,
      /does not belong to the certificate \(CN=graph-mailer\)/,
    ],
    ['no iterations', withIterations(pfx, 0, 0), password, /damaged or cut off/],
    ['signed by a public key', signedData, password, /encrypted with a public key/],
  ])('%s', async (_, bytes, given, words) => {
    const error = await failureOf(read(bytes, given));
    expect(error).toMatchObject({ code: 'ECONFIG', outcome: 'not-sent', permanent: true });
    expect(error.message).toMatch(words);
    expect(error.message).toContain(from);
    expect(error.hint).toBeTruthy();
    expect(error.cause).toBeUndefined();
    expectNoSecrets(error, [...keyPieces(own.privateKey), password, 'battery staple']);
  });
});

describe('iterations that would never end are refused', () => {
  const sequence = (tag: number, ...parts: Buffer[]) => {
    const content = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content]);
  };
  const dataId = Buffer.from('06092a864886f70d010701', 'hex');
  const sha1 = Buffer.from('300906052b0e03021a0500', 'hex');
  const octets = (bytes: Buffer) => sequence(0x04, bytes);
  const endless = sequence(
    0x30,
    Buffer.from([2, 1, 3]),
    sequence(0x30, dataId, sequence(0xa0, octets(sequence(0x30)))),
    sequence(
      0x30,
      sequence(0x30, sha1, octets(Buffer.alloc(20))),
      octets(Buffer.alloc(8)),
      Buffer.from('02047fffffff', 'hex'),
    ),
  );

  test('in the MAC', async () => {
    const error = await failureOf(read(endless, 'secret'));
    expect(error.message).toContain('2147483647 iterations');
    expect(error.hint).toContain('-iter 100000');
  });

  test('in PBKDF2', async () => {
    const pfx = makePfx(own, 'secret', { algorithm: 'aes256', useMac: false });
    // 2,048 becomes 2,147,483,647; the two bytes more come out of the 8 of the salt before it, so that all lengths stay.
    const greedy = Buffer.from(pfx);
    const at = greedy.indexOf(Buffer.from('02020800', 'hex'));
    greedy[at - 9] = 6;
    Buffer.from('02047fffffff', 'hex').copy(greedy, at - 2);
    expect((await failureOf(read(greedy, 'secret'))).message).toContain('2147483647 iterations');
  });
});

describe('a PFX is recognised', () => {
  const pfx = makePfx(own, 'secret');
  const folder = mkdtempSync(path.join(tmpdir(), 'pfx-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const base64 = pfx.toString('base64');

  test.each<[string, string | Uint8Array]>([
    ['as bytes', pfx],
    ['as Uint8Array', new Uint8Array(pfx)],
    ['in base64, as a Key Vault secret has it', base64],
    ['in base64 with line breaks', base64.replace(/.{76}/g, '$&\r\n')],
    ['in base64 with line breaks written as \\n', base64.replace(/.{76}/g, '$&\\n')],
    ['in base64 with quotes and a byte order mark', `\ufeff"${base64}"`],
  ])('%s', async (_, content) => {
    expect(await sourceOf(content, 'secret').get()).toMatchObject(expected);
  });

  test.each([
    ['.pfx', pfx],
    ['.p12', Buffer.from(base64)],
  ])('in a file %s, whatever it is called', async (extension, content) => {
    const file = path.join(folder, `mailer${extension}`);
    writeFileSync(file, content);
    const source = new CertificateSource(
      { kind: 'certificate', source: { paths: [file] }, from: 'certificatePath', password: 'secret', sendChain: false },
      systemClock,
      () => {},
    );
    expect(await source.get()).toMatchObject(expected);
  });

  test('and must come alone', () => {
    const error = thrownBy(() => sourceOf([pfx, own.certificate], 'secret'));
    expect(error.message).toContain('a PFX together with another content');
  });

  test('and shows nothing in inspection, opened or not', async () => {
    const source = sourceOf(pfx, 'correct horse');
    expectNoSecrets(source, ['correct horse', base64.slice(40, 80)]);
    await failureOf(source.get());
    const opened = sourceOf(pfx, 'secret');
    await opened.get();
    expectNoSecrets(opened, [...keyPieces(own.privateKey), 'secret']);
  });
});
