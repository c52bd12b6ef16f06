import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CertificateSource } from '../../../src/auth/certificate/certificate-source.js';
import { type CertificateWishes, makeCertificate, makePfx, type TestCertificate } from '../../helpers/certificates.js';
import { expectNoSecrets, failureOf, keyPieces, thrownBy } from '../../helpers/failure.js';
import { VirtualClock } from '../../helpers/virtual-clock.js';

const day = 86_400_000;
const start = new VirtualClock().now();
const lasting = (days: number, wishes: CertificateWishes = {}) =>
  makeCertificate({ notBefore: new Date(start - day), notAfter: new Date(start + days * day), ...wishes });

const first = lasting(300, { subject: 'first' });
const second = lasting(600, { subject: 'second' });

const folder = mkdtempSync(path.join(tmpdir(), 'certificate-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

let clock: VirtualClock;
let warnings: string[];
let files = 0;
beforeEach(() => {
  clock = new VirtualClock();
  warnings = [];
});

const make = (source: { paths: string[] } | { contents: (string | Uint8Array)[] }, password?: string) =>
  new CertificateSource(
    {
      kind: 'certificate',
      source,
      from: 'paths' in source ? `certificatePath '${source.paths.join("', '")}'` : "option 'certificate'",
      password,
      sendChain: false,
    },
    clock,
    (message) => warnings.push(message),
  );

/** A file of its own for each test. */
const newFile = (content: string | Buffer) => {
  const file = path.join(folder, `mailer-${files++}.pem`);
  writeFileSync(file, content);
  return file;
};
const subjectOf = async (source: CertificateSource) => (await source.get()).subject;

describe('info', () => {
  test('is there from the beginning with a PEM', () => {
    const source = make({ contents: [first.pem] });
    expect(source.info).toEqual({
      subject: 'CN=first',
      thumbprintSha1: expect.stringMatching(/^[0-9A-F]{40}$/),
      thumbprintSha256: expect.stringMatching(/^[0-9A-F]{64}$/),
      validFrom: new Date(start - day),
      validTo: new Date(start + 300 * day),
    });
  });

  test('is there once a PFX was opened', async () => {
    const source = make({ contents: [makePfx(first, 'secret')] }, 'secret');
    expect(source.info).toBeUndefined();
    await source.get();
    expect(source.info).toMatchObject({ subject: 'CN=first' });
  });

  test('does not let its reader change the certificate', async () => {
    const source = make({ contents: [first.pem] });
    source.info?.validTo.setTime(0);
    expect(await subjectOf(source)).toBe('CN=first');
  });
});

describe('validity is judged at get(), to the second', () => {
  const short = lasting(40, { subject: 'short' });

  test('a certificate that has ended', async () => {
    const source = make({ contents: [short.pem] });
    await clock.advance(40 * day);
    expect(await subjectOf(source)).toBe('CN=short');
    await clock.advance(1);
    const error = await failureOf(source.get());
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true, command: 'TOKEN' });
    expect(error.message).toContain(`CN=short (thumbprint ${source.info?.thumbprintSha1})`);
    expect(error.message).toContain(`expired on ${new Date(start + 40 * day).toISOString()}`);
    expect(error.hint).toContain('new certificate');
  });

  test('a certificate that has not begun points at the clock', async () => {
    const source = make({ contents: [lasting(90, { notBefore: new Date(start + 1_000) }).pem] });
    const error = await failureOf(source.get());
    expect(error).toMatchObject({ code: 'EAUTH', permanent: true });
    expect(error.message).toContain('not valid before');
    expect(error.hint).toContain("Check this machine's clock");
    await clock.advance(1_000);
    expect(await subjectOf(source)).toBe('CN=graph-mailer');
  });

  test('also of a PFX', async () => {
    const old = lasting(-1, { notBefore: new Date(start - 90 * day) });
    const error = await failureOf(make({ contents: [makePfx(old, 'correct horse')] }, 'correct horse').get());
    expect(error.code).toBe('EAUTH');
    expectNoSecrets(error, [...keyPieces(old.privateKey), 'correct horse']);
  });
});

describe('a certificate in its last 30 days', () => {
  test('is warned of once, with name, thumbprint, date and days', async () => {
    const { pem } = lasting(50, { subject: 'ending' });
    const source = make({ contents: [pem] });
    await clock.advance(20 * day - 1);
    await source.get();
    expect(warnings).toEqual([]);
    await clock.advance(1);
    await source.get();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`CN=ending (thumbprint ${source.info?.thumbprintSha1}) expires in 30 days, on `);
    expect(warnings[0]).toContain(new Date(start + 50 * day).toISOString());
    await clock.advance(10 * day);
    await source.get();
    await make({ contents: [pem] }).get();
    expect(warnings).toHaveLength(1);
  });

  test.each([
    [1.5, 'in 1 day,'],
    [0.5, 'in less than a day,'],
  ])('counts %s days', async (days, words) => {
    await make({ contents: [lasting(days).pem] }).get();
    expect(warnings).toEqual([expect.stringContaining(words)]);
  });

  test('is not warned of before that, nor once it has ended', async () => {
    await make({ contents: [first.pem] }).get();
    await failureOf(make({ contents: [lasting(-0.1, { notBefore: new Date(start - day) }).pem] }).get());
    expect(warnings).toEqual([]);
  });
});

describe('a file that was replaced is read again', () => {
  const pfx = (certificate: TestCertificate) => makePfx(certificate, 'secret');

  test.each<[string, (file: string) => void]>([
    ['written to', (file) => writeFileSync(file, second.pem)],
    ['exchanged', (file) => renameSync(newFile(second.pem), file)],
    [
      'exchanged for one with the same size and time',
      (file) => {
        const other = newFile(second.pem.padEnd(first.pem.length));
        utimesSync(other, 1, 1);
        renameSync(other, file);
      },
    ],
  ])('%s', async (_, replace) => {
    const file = newFile(first.pem);
    utimesSync(file, 1, 1);
    const source = make({ paths: [file] });
    expect(await subjectOf(source)).toBe('CN=first');
    replace(file);
    expect(await subjectOf(source)).toBe('CN=second');
    expect(source.info).toMatchObject({ subject: 'CN=second' });
    expect(warnings).toEqual([]);
  });

  test('behind a symbolic link, as Kubernetes replaces secrets', async () => {
    const link = path.join(folder, 'current.pem');
    symlinkSync(newFile(first.pem), link);
    const source = make({ paths: [link] });
    expect(await subjectOf(source)).toBe('CN=first');
    const next = path.join(folder, 'next.pem');
    symlinkSync(newFile(second.pem), next);
    renameSync(next, link);
    expect(await subjectOf(source)).toBe('CN=second');
  });

  test('a PFX, before it was ever opened and after', async () => {
    const file = newFile(pfx(first));
    const source = make({ paths: [file] }, 'secret');
    writeFileSync(file, pfx(second));
    expect(await subjectOf(source)).toBe('CN=second');
    writeFileSync(file, pfx(first));
    expect(await subjectOf(source)).toBe('CN=first');
  });

  test('a PEM by a PFX, and back', async () => {
    const file = newFile(first.pem);
    const source = make({ paths: [file] }, 'secret');
    writeFileSync(file, pfx(second));
    expect(await subjectOf(source)).toBe('CN=second');
    writeFileSync(file, first.pem);
    expect(await subjectOf(source)).toBe('CN=first');
  });

  test('one after the other of two: the old pair serves in between', async () => {
    const [certificate, key] = [newFile(first.certificate), newFile(first.privateKey)];
    const source = make({ paths: [certificate, key] });
    writeFileSync(certificate, second.certificate);
    expect(await subjectOf(source)).toBe('CN=first');
    expect(warnings).toEqual([expect.stringContaining('does not belong to the certificate (CN=second)')]);
    writeFileSync(key, second.privateKey);
    expect(await subjectOf(source)).toBe('CN=second');
    expect(warnings).toHaveLength(1);
  });

  test('only when it changed, or when told to look', async () => {
    const file = newFile(first.pem);
    const source = make({ paths: [file] });
    const before = await source.get();
    expect(await source.get()).toBe(before);
    source.recheck();
    const after = await source.get();
    expect(after).not.toBe(before);
    expect(after).toEqual(before);
    expect(await source.get()).toBe(after);
  });

  test('by recheck(), though nothing outside shows the change', async () => {
    const file = newFile(first.pem.padEnd(10_000));
    utimesSync(file, 1, 1);
    const source = make({ paths: [file] });
    writeFileSync(file, second.pem.padEnd(10_000));
    utimesSync(file, 1, 1);
    expect(await subjectOf(source)).toBe('CN=first');
    source.recheck();
    expect(await subjectOf(source)).toBe('CN=second');
  });

  test('recheck() means nothing where the content was given', async () => {
    const source = make({ contents: [pfx(first)] }, 'secret');
    const before = await source.get();
    source.recheck();
    expect(await source.get()).toBe(before);
  });

  test('once for all who wait', async () => {
    const source = make({ paths: [newFile(pfx(first))] }, 'secret');
    const all = await Promise.all(Array.from({ length: 20 }, () => source.get()));
    expect(new Set(all).size).toBe(1);
  });
});

describe('while a replacement cannot be used, the old certificate serves on, with a warning', () => {
  const future = lasting(900, { subject: 'future', notBefore: new Date(start + 5 * day) });
  const ended = lasting(-1, { subject: 'ended', notBefore: new Date(start - 90 * day) });

  test.each<[string, (file: string) => void, string]>([
    ['half-written', (file) => writeFileSync(file, second.pem.slice(0, -200)), 'is damaged or cut off'],
    ['empty', (file) => writeFileSync(file, ''), 'is empty'],
    ['something else', (file) => writeFileSync(file, 'not found'), 'neither PEM text nor a PFX'],
    ['gone', (file) => rmSync(file), 'there is no such file'],
    ['without a key', (file) => writeFileSync(file, second.certificate), 'no private key'],
    [
      'a PFX with another password',
      (file) => writeFileSync(file, makePfx(second, 'x')),
      'a password, and none is given',
    ],
    ['not valid yet', (file) => writeFileSync(file, future.pem), 'is not valid before'],
    ['expired', (file) => writeFileSync(file, ended.pem), 'expired on'],
  ])('%s', async (_, spoil, words) => {
    const file = newFile(first.pem);
    const source = make({ paths: [file] });
    spoil(file);
    expect(await subjectOf(source)).toBe('CN=first');
    expect(await subjectOf(source)).toBe('CN=first');
    expect(warnings).toEqual([expect.stringContaining(words)]);
    expect(warnings[0]).toMatch(/^The certificate's files changed.+CN=first \(thumbprint [0-9A-F]{40}\) signs on\.$/s);
    expectNoSecrets(
      warnings,
      [first, second].flatMap(({ privateKey }) => keyPieces(privateKey).slice(1)),
    );
    writeFileSync(file, second.pem);
    expect(await subjectOf(source)).toBe('CN=second');
    expect(warnings).toHaveLength(1);
  });

  test('and it is looked at again, though the file did not change: its time has come', async () => {
    const file = newFile(first.pem);
    const source = make({ paths: [file] });
    writeFileSync(file, future.pem);
    expect(await subjectOf(source)).toBe('CN=first');
    await clock.advance(5 * day);
    expect(await subjectOf(source)).toBe('CN=future');
  });

  test('permission that was given later counts, though it leaves no trace in the file', async () => {
    const file = newFile(first.pem);
    const source = make({ paths: [file] });
    const isRoot = process.getuid?.() === 0;
    writeFileSync(file, second.pem);
    chmodSync(file, 0);
    chmodSync(folder, 0o755);
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await subjectOf(source)).toBe('CN=first');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    expect(warnings).toEqual([expect.stringContaining('permission was denied')]);
    chmodSync(file, 0o600);
    expect(await subjectOf(source)).toBe('CN=second');
  });

  test('until it ends itself: the error then says why the new one does not serve', async () => {
    const file = newFile(lasting(40, { subject: 'short' }).pem);
    const source = make({ paths: [file] });
    writeFileSync(file, second.certificate);
    await source.get();
    await clock.advance(41 * day);
    const error = await failureOf(source.get());
    expect(error.message).toMatch(/CN=short .+ expired/);
    expect(error.hint).toContain('holds a certificate but no private key');
  });

  test('but one that ended gives way to whatever can be read', async () => {
    const file = newFile(lasting(40, { subject: 'short' }).pem);
    const source = make({ paths: [file] });
    await clock.advance(41 * day);
    writeFileSync(file, ended.pem);
    expect((await failureOf(source.get())).message).toMatch(/CN=ended .+ expired/);
  });
});

describe('a PFX that cannot be opened', () => {
  test('is tried again at the next get()', async () => {
    const file = newFile(makePfx(first, 'other'));
    const source = make({ paths: [file] }, 'secret');
    expect(await failureOf(source.get())).toMatchObject({ code: 'ECONFIG' });
    expect(await failureOf(source.get())).toMatchObject({ code: 'ECONFIG' });
    writeFileSync(file, makePfx(first, 'secret'));
    expect(await subjectOf(source)).toBe('CN=first');
  });

  test('is not replaced by what stood there before', async () => {
    const file = newFile(makePfx(first, 'secret'));
    const source = make({ paths: [file] }, 'secret');
    writeFileSync(file, makePfx(second, 'other'));
    expect(await failureOf(source.get())).toMatchObject({ code: 'ECONFIG' });
    expect(await failureOf(source.get())).toMatchObject({ code: 'ECONFIG' });
  });

  test('but a file that is not there fails at construction', () => {
    expect(thrownBy(() => make({ paths: [path.join(folder, 'missing.pfx')] })).code).toBe('ECONFIG');
  });
});
