import { createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CertificateSource } from '../../../src/auth/certificate/certificate-source.js';
import { systemClock } from '../../../src/common/clock.js';
import { isGraphMailError } from '../../../src/common/errors.js';
import { hasOpenssl, makeCertificate, makeOpensslPfx, makePfx } from '../../helpers/certificates.js';
import { expectNoSecrets, keyPieces } from '../../helpers/failure.js';

const own = makeCertificate();
const password = 'correct horse';
const encrypted = createPrivateKey(own.privateKey)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: password })
  .toString();

/** What a careless copy makes of a file: cut off, bits flipped, bytes lost or doubled. */
const damage = fc.record({
  cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
  flips: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(7)), { maxLength: 4 }),
  repeat: fc.option(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40)), { freq: 4 }),
});

function damaged(original: Buffer, { cut, flips, repeat }: typeof damage extends fc.Arbitrary<infer T> ? T : never) {
  let bytes = Buffer.from(original);
  for (const [place, bit] of flips) {
    const at = Math.min(Math.floor(place * bytes.length), bytes.length - 1);
    bytes[at] = (bytes[at] as number) ^ (1 << bit);
  }
  if (repeat) {
    const at = Math.floor(repeat[0] * bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, at + repeat[1]), bytes.subarray(at)]);
  }
  return cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length));
}

/** Whatever the bytes are: a certificate that signs, or an error of ours without a secret. */
async function holds(content: string | Uint8Array): Promise<void> {
  try {
    const credential = { kind: 'certificate', source: { contents: [content] }, from: 'x', password, sendChain: false };
    const source = new CertificateSource(credential as never, systemClock, () => {});
    expect((await source.get()).privateKey).toContain('PRIVATE KEY');
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    expect(['ECONFIG', 'EAUTH']).toContain(error.code);
    expectNoSecrets(error, [password, ...keyPieces(own.privateKey).slice(1)]);
  }
}

const timeBox = { interruptAfterTimeLimit: 3_000, numRuns: 400, markInterruptAsFailure: false };

describe('no damage to a certificate file does more than fail with words of ours', () => {
  test.each([
    ['PEM', Buffer.from(own.pem)],
    ['PEM with an encrypted key', Buffer.from(own.certificate + encrypted)],
    ['PFX, 3DES', makePfx(own, password)],
    ['PFX, AES, without a MAC', makePfx(own, password, { algorithm: 'aes256', useMac: false })],
    ['PFX without password', makePfx(own, undefined)],
    ['PFX in base64', Buffer.from(makePfx(own, password).toString('base64'))],
  ])('%s', async (_, original) => {
    await holds(original);
    await fc.assert(
      fc.asyncProperty(damage, (wish) => holds(damaged(original, wish))),
      timeBox,
    );
  });

  test.skipIf(!hasOpenssl).each([
    ['AES-256 and SHA-256', []],
    ['RC2-40', ['-legacy']],
  ])('PFX of OpenSSL: %s (needs the openssl program)', async (_, options) => {
    const original = makeOpensslPfx(own, password, options);
    await fc.assert(
      fc.asyncProperty(damage, (wish) => holds(damaged(original, wish))),
      timeBox,
    );
  });

  test('a PFX that is cut off anywhere in its beginning', async () => {
    const original = makePfx(own, password);
    for (let length = 0; length < 200; length++) await holds(original.subarray(0, length));
  });

  test('anything at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300 })), holds),
      timeBox,
    );
  });
});
