import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { nameOf, partsOf, SharedSignIn, type SignInParts } from '../../src/auth/shared-sign-in.js';
import type { TokenSource } from '../../src/auth/token-source.js';
import type { Credential, Identity } from '../../src/options/settings.js';
import { clientId, tenantId } from '../helpers/fixtures.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sign-in-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'certificate.pem');
const copy = path.join(folder, 'copy.pem');
for (const name of [file, copy]) writeFileSync(name, 'certificate');

/** What is shared, with what was done about it. */
function opening() {
  const end = vi.fn();
  const tell: ((message: string) => void)[] = [];
  const open = vi.fn((warn: (message: string) => void): SignInParts => {
    tell.push(warn);
    return { tokens: {} as TokenSource, certificates: undefined, agent: {} as Agent, end };
  });
  return { open, end, tell };
}

const certificate: Extract<Credential, { kind: 'certificate' }> = {
  kind: 'certificate',
  source: { paths: [file] },
  from: 'certificatePath',
  password: 'a password',
  sendChain: false,
};
const content = { ...certificate, source: { contents: ['a private key'] } };
const sign = async () => 'jwt';
const get = async () => 'token';
const source = { getToken: async () => null };
const ours = (credential: Credential, ids: Partial<Identity> = {}) =>
  ({ tenantId, clientId, credential, ...ids }) as Identity;

test('who proves the same identity in the same way shares, whatever else differs', () => {
  const same: [Identity, Identity][] = [
    [ours(certificate), ours({ ...certificate, from: 'AZURE_CLIENT_CERTIFICATE_PATH' })],
    [ours(certificate), ours({ ...certificate, source: { paths: [path.relative(process.cwd(), file)] } })],
    [ours(content), ours({ ...content, source: { contents: [Buffer.from('a private key')] } })],
    [ours(content), ours(content, { tenantId: tenantId.toUpperCase(), clientId: clientId.toUpperCase() })],
    [ours({ kind: 'secret', secret: 'a secret' }), ours({ kind: 'secret', secret: 'a secret' })],
    [ours({ kind: 'assertion', sign }), ours({ kind: 'assertion', sign })],
    [{ credential: { kind: 'token', get } }, { credential: { kind: 'token', get } }],
    [{ credential: { kind: 'azure', source } }, { credential: { kind: 'azure', source } }],
  ];
  for (const [one, other] of same) {
    const { open } = opening();
    const [first, second] = [SharedSignIn.of(partsOf(one), open), SharedSignIn.of(partsOf(other), open)];
    expect(first).toBe(second);
    expect(open.mock.calls.length).toBeLessThanOrEqual(1);
  }
});

test('whoever differs in anything that decides does not', () => {
  const all: Identity[] = [
    ours(certificate),
    ours({ ...certificate, source: { paths: [copy] } }),
    ours({ ...certificate, source: { paths: [file, copy] } }),
    ours({ ...certificate, password: 'another' }),
    ours({ ...certificate, password: undefined }),
    ours({ ...certificate, sendChain: true }),
    ours(certificate, { tenantId: 'contoso.com' }),
    ours(certificate, { clientId: tenantId }),
    ours(content),
    ours({ ...content, source: { contents: ['another'] } }),
    ours({ kind: 'secret', secret: 'a secret' }),
    ours({ kind: 'secret', secret: 'another' }),
    ours({ kind: 'assertion', sign }),
    ours({ kind: 'assertion', sign: async () => 'jwt' }),
    { credential: { kind: 'token', get } },
    { credential: { kind: 'token', get: async () => 'token' } },
    { credential: { kind: 'azure', source } },
    { credential: { kind: 'azure', source: { getToken: async () => null } } },
  ];
  const { open } = opening();
  const made = all.map((identity) => SharedSignIn.of(['apart', partsOf(identity)], open));
  expect(new Set(made).size).toBe(all.length);
  writeFileSync(file, 'another certificate');
  made.push(SharedSignIn.of(['apart', partsOf(ours(certificate))], open));
  expect(new Set(made).size).toBe(all.length + 1);
});

test('no secret is in the keys', () => {
  const { open } = opening();
  const held = [ours(certificate), ours(content), ours({ kind: 'secret', secret: 'a secret' })].map((identity) =>
    SharedSignIn.of(['keys', partsOf(identity), 'http://user:pass@proxy'], open),
  );
  const symbol = Object.getOwnPropertySymbols(globalThis).find(({ description }) => description?.includes('sign-ins'));
  const { known } = (globalThis as never)[symbol as never] as { known: Map<string, unknown> };
  expect(known.size).toBeGreaterThanOrEqual(held.length);
  for (const key of known.keys()) expect(key).toMatch(/^[\w+/]{43}=$/);
});

test('all users are warned; the last to leave ends it, and whoever comes later begins anew', () => {
  const { open, end, tell } = opening();
  const users = ['one', 'two', 'three'].map(() => ({ warn: vi.fn() }));
  const [one, two, three] = users as [(typeof users)[0], (typeof users)[0], (typeof users)[0]];
  const parts = ['users', nameOf(users)];
  const first = SharedSignIn.of(parts, open);
  const leave = [first.use(one), SharedSignIn.of(parts, open).use(two)] as const;
  tell[0]?.('attention');
  leave[0]();
  leave[0]();
  tell[0]?.('again');
  expect([one.warn.mock.calls, two.warn.mock.calls]).toEqual([[['attention']], [['attention'], ['again']]]);
  expect(end).not.toHaveBeenCalled();
  leave[1]();
  leave[1]();
  expect(end).toHaveBeenCalledOnce();
  expect(open).toHaveBeenCalledOnce();
  const second = SharedSignIn.of(parts, open);
  second.use(three);
  expect(second).not.toBe(first);
  leave[1]();
  expect(SharedSignIn.of(parts, open)).toBe(second);
  expect(end).toHaveBeenCalledOnce();
});
