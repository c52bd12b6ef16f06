import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import nodemailer from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { graphTransport } from '../../src/index.js';
import { settleOptions } from '../../src/options/check-options.js';
import { resolveCloud } from '../../src/options/clouds.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { makeCertificate, type TestCertificate } from '../helpers/certificates.js';
import { runInChild } from '../helpers/child.js';
import { failureOf, thrownBy } from '../helpers/failure.js';
import { startProxy } from '../helpers/proxy-server.js';

let folder: string;
let authority: TestCertificate;
let other: TestCertificate;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'authorities-'));
  [authority, other] = [makeCertificate({ ca: true, subject: 'One' }), makeCertificate({ ca: true, subject: 'Two' })];
});
afterAll(() => rmSync(folder, { recursive: true }));

const identity = {
  AZURE_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  AZURE_CLIENT_ID: '66666666-7777-4888-8999-aaaaaaaaaaaa',
  AZURE_CLIENT_SECRET: 's',
  GRAPH_MAIL_MAILBOX: 'noreply@contoso.example',
};

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

const settled = (value: string, options = {}) => settleOptions(options, { ...identity, GRAPH_MAIL_CA: value });

describe('GRAPH_MAIL_CA', () => {
  it.each<[string, () => string]>([
    ['the path of a PEM file', () => write('ca.pem', authority.certificate)],
    [
      'a path that counts from the working directory',
      () => path.relative(process.cwd(), write('ca.pem', authority.certificate)),
    ],
    ['PEM text', () => authority.certificate],
    ['PEM text with \\n for its line breaks', () => authority.certificate.replaceAll('\n', '\\n')],
    ['PEM text whose line breaks became spaces', () => authority.certificate.replaceAll('\n', ' ')],
    [
      'a file with Windows line ends and words around',
      () => write('w.pem', `My CA\r\n${authority.certificate.replaceAll('\n', '\r\n')}`),
    ],
  ])('may be %s', (_, value) => {
    const { ca = '', cloud } = settled(value());
    expect(cloud).toBe('global');
    expect(new X509Certificate(ca).subject).toBe('CN=One');
    expect(resolveCloud(cloud, ca)).toMatchObject({ ca, wellKnown: true });
  });

  it('may hold several authorities', () => {
    const { ca = '' } = settled(write('both.pem', authority.certificate + other.certificate));
    const subjects = ca
      .match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)
      ?.map((pem) => new X509Certificate(pem).subject);
    expect(subjects).toEqual(['CN=One', 'CN=Two']);
  });

  it.each<[string, () => string, RegExp]>([
    [
      'a file that is not there',
      () => path.join(folder, 'nowhere.pem'),
      /^GRAPH_MAIL_CA '.*nowhere\.pem' cannot be read: it is not there\.$/,
    ],
    ['a folder', () => folder, /cannot be read: it is a directory\.$/],
    ['an empty file', () => write('empty.pem', ''), /holds no certificate in PEM\.$/],
    [
      'a certificate in binary',
      () => write('ca.cer', new X509Certificate(authority.certificate).raw),
      /holds no certificate in PEM\.$/,
    ],
    [
      'a certificate request',
      () => write('r.pem', authority.certificate.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST')),
      /holds no certificate in PEM\.$/,
    ],
    [
      'a file with a private key',
      () => write('key.pem', other.privateKey),
      /^GRAPH_MAIL_CA '.*key\.pem' holds a private key; expected certificates/,
    ],
    ['certificate and private key', () => other.pem, /^GRAPH_MAIL_CA holds a private key; expected certificates/],
    [
      'half a private key',
      () => other.privateKey.slice(0, 800),
      /^GRAPH_MAIL_CA holds a private key; expected certificates/,
    ],
    [
      'a certificate that is cut off',
      () => authority.certificate.slice(0, 500),
      /^GRAPH_MAIL_CA holds a certificate that cannot be read/,
    ],
    [
      'a certificate that is damaged',
      () => authority.certificate.replace(/MII[\w+/]{8}/, 'MIIAAAAAAAA'),
      /^GRAPH_MAIL_CA holds a certificate that cannot be read/,
    ],
    ['a value in quotes', () => `"${folder}"`, /^GRAPH_MAIL_CA begins and ends with a quotation mark/],
    [
      'the base64 of a key in place of a path',
      () => other.privateKey.split('\n').slice(1, -2).join(''),
      /^GRAPH_MAIL_CA a path of \d+ characters cannot be read/,
    ],
  ])('is refused as what it is, and never shown: %s', (_, value, says) => {
    const error = thrownBy(() => settled(value()));
    expect(error).toMatchObject({ code: 'ECONFIG', message: expect.stringMatching(says), hint: expect.any(String) });
    const told = inspect(error, { depth: 9 });
    for (const text of [other.privateKey, other.certificate, authority.certificate]) {
      for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('-----')))
        expect(told).not.toContain(line);
    }
  });

  it.each<[string, object]>([
    ['the option cloud', { cloud: 'usgov' }],
    ['hosts of a cloud', { cloud: { authorityHost: 'https://a.example', graphHost: 'https://b.example' } }],
    ['an agent', { agent: new Agent({ keepAlive: false }) }],
    [
      'an identity',
      {
        tenantId: identity.AZURE_TENANT_ID,
        clientId: identity.AZURE_CLIENT_ID,
        clientSecret: 's',
        mailbox: 'a@contoso.example',
      },
    ],
  ])('is not read beside %s', (_, options) => {
    expect(settled('/nowhere/ca.pem', options).ca).toBeUndefined();
  });
});

describe('a transport whose environment has GRAPH_MAIL_CA', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    const clientId = identity.AZURE_CLIENT_ID;
    sandbox = await startSandbox({
      clientId,
      apps: [{ clientId, secrets: ['s'], roles: ['Mail.Send', 'Mail.ReadWrite'] }],
    });
  });
  afterAll(() => sandbox.close());
  afterEach(() => {
    vi.unstubAllEnvs();
    sandbox.clear();
  });

  const environment = (ca: string | undefined) => ({
    ...identity,
    AZURE_TENANT_ID: sandbox.options.tenantId,
    AZURE_AUTHORITY_HOST: sandbox.url,
    GRAPH_MAIL_GRAPH_HOST: sandbox.url,
    ...(ca !== undefined && { GRAPH_MAIL_CA: ca }),
  });

  /** Sends by `graphTransport()` of a process whose environment this is. */
  async function send(ca: string | undefined, options = {}, content = 'Hello') {
    for (const [name, value] of Object.entries(environment(ca))) vi.stubEnv(name, value);
    const transporter = nodemailer.createTransport(graphTransport(options));
    const mail = { from: identity.GRAPH_MAIL_MAILBOX, to: 'ana@example.com', subject: 'Hi', text: 'Hello' };
    try {
      return await transporter.sendMail({ ...mail, attachments: [{ filename: 'a.txt', content }] });
    } finally {
      transporter.close();
    }
  }

  it.each<[string, () => string]>([
    ['a path', () => write('sandbox.pem', sandbox.ca)],
    ['text', () => sandbox.ca],
    ['one of several', () => write('several.pem', other.certificate + sandbox.ca)],
  ])('trusts Entra, Graph and its upload sessions by it: %s', async (_, ca) => {
    await send(ca(), { largeMessages: 'upload' }, 'x'.repeat(4_000_000));
    expect(sandbox.requests({ operation: 'uploadChunk' }).length).toBeGreaterThan(0);
    expect(await sandbox.messages()).toHaveLength(1);
  });

  it('trusts them through a proxy too', async () => {
    const { port } = new URL(sandbox.url);
    const proxy = await startProxy({ connect: (request) => request.open(Number(port)) });
    await send(sandbox.ca, { proxy: proxy.url });
    expect(proxy.connects.length).toBeGreaterThan(0);
    expect(await sandbox.messages()).toHaveLength(1);
    await proxy.close();
  });

  it.each<[string, () => string | undefined]>([
    ['without it', () => undefined],
    ['with that of another authority', () => other.certificate],
  ])('trusts nobody else, and says what to set: %s', async (_, ca) => {
    const error = await failureOf(send(ca()));
    expect(error).toMatchObject({ code: 'ETLS', outcome: 'not-sent', hint: expect.stringContaining('GRAPH_MAIL_CA') });
  });

  it('adds to what Node trusts, and takes nothing away', async () => {
    const program = `
import nodemailer from 'nodemailer';
import { graphTransport } from '../src/index.js';
const transporter = nodemailer.createTransport(graphTransport());
console.log((await transporter.sendMail(JSON.parse(process.env.DATA))).response.slice(0, 3));
transporter.close();`;
    for (const [name, value] of Object.entries(environment(other.certificate))) vi.stubEnv(name, value);
    vi.stubEnv('NODE_EXTRA_CA_CERTS', write('node.pem', sandbox.ca));
    const mail = { from: identity.GRAPH_MAIL_MAILBOX, to: 'ana@example.com', text: 'Hello' };
    expect(await runInChild(program, mail, 60_000)).toMatchObject({
      code: 0,
      stdout: '202\n',
      stderr: '',
    });
  });
});
