import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createServerIdentity,
  readIdentity,
  writeIdentity,
} from '../../../src/sandbox/certificates/server-identity.js';
import { createCertificate, startSandbox } from '../../../src/sandbox/index.js';
import { startClient } from '../support.js';

const day = 86_400_000;
const run = promisify(execFile);
const openssl = await run('openssl', ['version']).catch(() => undefined);
if (!openssl) console.warn('openssl is not installed: its view of the certificates is not tested.');

async function files(contents: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(contents)) await writeFile(path.join(folder, name), text);
  return folder;
}

describe('the certificate of the server', () => {
  it.skipIf(!openssl)(
    'passes the strict check of openssl, for this machine and every name that was given',
    async () => {
      const { ca, certificate } = await createServerIdentity(['Sandbox', 'mail_1.example', '192.0.2.7', 'fe80::a:0:b']);
      const cwd = await files({ 'ca.pem': ca, 'server.pem': certificate });
      const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.pem'];
      for (const host of [
        ['-verify_hostname', 'localhost'],
        ['-verify_ip', '127.0.0.1'],
        ['-verify_ip', '::1'],
        ['-verify_hostname', 'sandbox'],
        ['-verify_ip', '192.0.2.7'],
        ['-verify_ip', 'fe80::a:0:b'],
      ]) {
        const { stdout } = await run('openssl', [...strict, ...host, 'server.pem'], { cwd });
        expect(stdout).toContain('server.pem: OK');
      }
      await expect(
        run('openssl', [...strict, '-verify_hostname', 'example.com', 'server.pem'], { cwd }),
      ).rejects.toThrow();
    },
  );

  it('is accepted by Node under both names, and under no other authority', async () => {
    const { sandbox } = await startClient();
    const port = Number(new URL(sandbox.url).port);
    const connect = (servername: string | undefined, host: string, ca: string) =>
      new Promise<boolean>((resolve, reject) => {
        const socket = tls.connect({ port, host, ca, ...(servername && { servername }) }, () => {
          resolve(socket.authorized);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await connect('localhost', '127.0.0.1', sandbox.ca)).toBe(true);
    expect(await connect(undefined, '127.0.0.1', sandbox.ca)).toBe(true);
    const other = await createServerIdentity();
    await expect(connect('localhost', '127.0.0.1', other.ca)).rejects.toThrow();
  });
});

describe('the identity of an earlier sandbox', () => {
  it('makes another trusted by the same clients', async () => {
    const first = await startClient();
    const { identity, ca } = first.sandbox;
    expect(identity.match(/-----BEGIN [A-Z ]+-----/g)).toEqual([
      '-----BEGIN CERTIFICATE-----',
      '-----BEGIN CERTIFICATE-----',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN PRIVATE KEY-----',
    ]);
    await first.sandbox.close();
    const second = await startClient({ identity });
    expect([second.sandbox.ca, second.sandbox.identity]).toEqual([ca, identity]);
    expect((await second.token()).status).toBe(200);
  });

  it('is refused when it ends in less than a day', async () => {
    const identity = writeIdentity(await createServerIdentity());
    const end = Date.UTC(2100, 0, 1);
    expect((await readIdentity(identity, [], () => end - day)).ca).toContain('BEGIN CERTIFICATE');
    await expect(readIdentity(identity, [], () => end - day + 1)).rejects.toThrow(
      'option "identity": the certificate has less than a day',
    );
    const validity = { notBefore: new Date(Date.now() - 400 * day), days: 366 };
    const old = writeIdentity(await createServerIdentity([], undefined, validity));
    await expect(startSandbox({ identity: old })).rejects.toThrow('Leave it out for a new one');
  });

  it('gets a server certificate for new names from the same authority, and keeps the one that has them', async () => {
    const one = await createServerIdentity();
    for (const names of [[], ['localhost'], ['127.0.0.1', '::1']]) {
      expect(await readIdentity(writeIdentity(one), names)).toEqual(one);
    }
    const two = await readIdentity(writeIdentity(one), ['sandbox', '192.0.2.7']);
    expect([two.ca, two.authorityKey]).toEqual([one.ca, one.authorityKey]);
    expect(two.certificate).not.toBe(one.certificate);
    expect(new X509Certificate(two.certificate).verify(new X509Certificate(one.ca).publicKey)).toBe(true);
    expect(await readIdentity(writeIdentity(two), ['SANDBOX'])).toEqual(two);
  });

  it("without the authority's key serves the names that it has, and no other", async () => {
    const { authorityKey: _, ...kept } = await createServerIdentity(['sandbox']);
    const identity = writeIdentity({ ...kept, authorityKey: undefined });
    expect((await readIdentity(identity, ['sandbox'])).certificate).toBe(kept.certificate);
    await expect(startSandbox({ identity, names: ['other'] })).rejects.toThrow(
      /^startSandbox: option "identity": it is not for "other", and has not the authority's key/,
    );
  });

  it('is refused when it is something else', async () => {
    const [one, other] = await Promise.all([createServerIdentity(), createServerIdentity()]);
    const client = await createCertificate();
    for (const [identity, reason] of [
      ['nonsense', 'expected PEM text'],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'cannot be read'],
      [one.ca + one.privateKey, 'expected two certificates'],
      [one.ca + one.certificate, 'expected the private keys'],
      [`${one.ca}${one.certificate}-----BEGIN PRIVATE KEY-----\nAAAA`, 'expected the private key'],
      [one.certificate + one.ca + one.privateKey, 'not issued by the first'],
      [writeIdentity({ ...one, ca: other.ca }), 'not issued by the first'],
      [writeIdentity({ ...one, privateKey: other.privateKey }), 'not that of localhost'],
      [client.certificate + client.certificate + client.privateKey, 'not issued by the first'],
    ]) {
      await expect(startSandbox({ identity: identity ?? '' })).rejects.toThrow(
        new RegExp(`^startSandbox: option "identity".*${reason}`),
      );
    }
  });
});

describe('createCertificate', () => {
  it('makes a certificate and its key, and tells the thumbprints', async () => {
    const made = await createCertificate({
      commonName: 'Größe',
      days: 10,
      now: () => Date.parse('2026-01-01T00:05:00Z'),
    });
    const certificate = new X509Certificate(made.certificate);
    expect(certificate.subject).toBe('CN=Größe');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(made.privateKey))).toBe(true);
    expect([certificate.validFrom, certificate.validTo].map((date) => new Date(date).toISOString())).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-11T00:00:00.000Z',
    ]);
    expect(made.thumbprintSha1).toBe(certificate.fingerprint.replaceAll(':', ''));
    expect(made.thumbprintSha256).toBe(certificate.fingerprint256.replaceAll(':', ''));
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  it('can reach beyond 2050', async () => {
    const { certificate } = await createCertificate({ notBefore: new Date('2049-12-31T00:00:00Z'), days: 2 });
    expect(new Date(new X509Certificate(certificate).validTo).toISOString()).toBe('2050-01-02T00:00:00.000Z');
  });

  it.skipIf(!openssl)('passes the strict check of openssl as a client certificate', async () => {
    const { certificate } = await createCertificate();
    const cwd = await files({ 'cert.pem': certificate });
    const args = ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'cert.pem', 'cert.pem'];
    expect((await run('openssl', args, { cwd })).stdout).toContain('cert.pem: OK');
  });
});
