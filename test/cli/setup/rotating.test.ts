import { X509Certificate } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SetupFixture, usualFlags } from './support.js';

const clientId = '22222222-aaaa-bbbb-cccc-dddddddddddd';
const NAME = 'The "news", mailer';
const now = Date.UTC(2027, 9, 1, 12);
let fixture: SetupFixture;
beforeEach(async () => {
  fixture = new SetupFixture();
  await fixture.setup([...usualFlags, '--client-id', clientId, '--name', NAME], { now: now - 300 * 86_400_000 });
});
afterEach(() => fixture.remove());

const all = () =>
  readdirSync(fixture.out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('rotation-'))
    .map((entry) => path.relative(fixture.out, path.join(entry.parentPath, entry.name)))
    .map((name) => [name, fixture.read(name)]);

describe('setup --rotate', () => {
  it('makes the next key in a folder of its own, and touches nothing that is in use', async () => {
    const before = all();
    const done = await fixture.setup(['--rotate'], { now });
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(all()).toEqual(before);
    const key = path.join(fixture.out, 'rotation-2027-10-01/developer/graph-mailer.pem');
    if (process.platform !== 'win32') expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(done.out).toContain(key);
    const next = new X509Certificate(fixture.read('rotation-2027-10-01/entra-admin/graph-mailer.cer'));
    expect(next.subject).toBe(new X509Certificate(fixture.read('entra-admin/graph-mailer.cer')).subject);
    expect(next.subject).toContain('news');
    expect(next.raw.equals(new X509Certificate(fixture.read('entra-admin/graph-mailer.cer')).raw)).toBe(false);
  });

  it('tells each of the two what to do, and which certificate goes at the end', async () => {
    await fixture.setup(['--rotate'], { now });
    const at = (name: string) => fixture.read(`rotation-2027-10-01/${name}`);
    const old = new X509Certificate(fixture.read('entra-admin/graph-mailer.cer')).fingerprint.replaceAll(':', '');
    expect(at('developer/README.md')).toContain(old);
    const line = /AZURE_CLIENT_CERTIFICATE_PATH=[^\n]*pem/.exec(at('developer/README.md'))?.[0] ?? '';
    expect(parseEnv(line).AZURE_CLIENT_CERTIFICATE_PATH).toBe(
      path.join(fixture.out, 'rotation-2027-10-01/developer/graph-mailer.pem'),
    );
    expect(at('entra-admin/README.md')).toMatch(new RegExp(`\\*\\*Later[^\\n]*${old}`));
    expect(at('entra-admin/add-certificate.sh')).toContain(`APP_ID='${clientId}'`);
    expect(at('entra-admin/README.md')).not.toContain('PRIVATE');
  });

  it('makes no second one on the same day over the first', async () => {
    await fixture.setup(['--rotate'], { now });
    const key = fixture.read('rotation-2027-10-01/developer/graph-mailer.pem');
    const again = await fixture.setup(['--rotate'], { now });
    expect(again.code).toBe(2);
    expect(again.err).toContain('rotation-2027-10-01');
    expect(again.err).toContain('next certificate already');
    expect(again.err).not.toContain('--rotate');
    expect(fixture.read('rotation-2027-10-01/developer/graph-mailer.pem')).toBe(key);
  });

  it('goes on without the old certificate, and says so when there is no set-up', async () => {
    const env = parseEnv(fixture.read('developer/.env'));
    rmSync(env.AZURE_CLIENT_CERTIFICATE_PATH ?? '');
    expect((await fixture.setup(['--rotate'], { now })).code).toBe(0);
    const other = new SetupFixture();
    const { code, err } = await other.setup(['--rotate']);
    expect(code).toBe(2);
    expect(err).toContain('--out');
    other.remove();
  });
});
