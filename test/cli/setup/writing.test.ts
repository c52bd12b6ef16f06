import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFiles } from '../../../src/cli/setup/write-files.js';
import { makeCertificate, makePfx } from '../../helpers/certificates.js';
import { SetupFixture, usualFlags } from './support.js';

let fixture: SetupFixture;
beforeEach(() => {
  fixture = new SetupFixture();
});
afterEach(() => fixture.remove());

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();

describe('setup', () => {
  it('writes three handouts, with the key in the developer’s alone', async () => {
    expect(await fixture.setup(usualFlags)).toMatchObject({ code: 0, err: '' });
    const written = files(fixture.out);
    expect(written).toEqual([
      'developer/.env',
      'developer/.gitignore',
      'developer/README.md',
      'developer/graph-mailer.pem',
      'developer/send-test.mjs',
      'entra-admin/README.md',
      'entra-admin/graph-mailer.cer',
      'entra-admin/register-app.ps1',
      'entra-admin/register-app.sh',
      'exchange-admin/README.md',
      'exchange-admin/by-hand.md',
      'exchange-admin/restrict-mailboxes.ps1',
      'one-administrator.md',
      'sign-off.md',
    ]);
    const withKey = written.filter((name) => fixture.read(name).includes('PRIVATE KEY'));
    expect(withKey).toEqual(['developer/graph-mailer.pem']);
  });

  it('adds the consent, as a step of its own, for an access policy', async () => {
    await fixture.setup([...usualFlags, '--legacy-policy']);
    expect(files(fixture.out)).toContain('entra-admin/grant-mail-send.sh');
    expect(files(fixture.out)).toContain('entra-admin/grant-mail-send.ps1');
  });

  it.skipIf(process.platform === 'win32')('keeps key and .env to their owner, and out of git', async () => {
    await fixture.setup(usualFlags);
    const mode = (name: string) => statSync(path.join(fixture.out, name)).mode & 0o777;
    expect(mode('developer')).toBe(0o700);
    expect(mode('developer/graph-mailer.pem')).toBe(0o600);
    expect(mode('developer/.env')).toBe(0o600);
    expect(mode('entra-admin/register-app.sh')).toBe(0o755);
    expect(fixture.read('developer/.gitignore')).toMatch(/^\*$/m);
  });

  it('prints where the key is and who does what, at 80 columns', async () => {
    const { out } = await fixture.setup(usualFlags);
    expect(out).toContain(path.join(fixture.out, 'developer/graph-mailer.pem'));
    expect(out).toMatch(/entra-admin\/.*exchange-admin\/.*sign-off\.md/s);
    const wide = out.split('\n').filter((line) => line.length > 80 && !line.includes(fixture.folder));
    expect(wide).toEqual([]);
    expect(out).not.toContain('\u001b');
  });

  it('leaves ids that nobody knows yet open, and fills in those that are given', async () => {
    await fixture.setup(usualFlags);
    expect(parseEnv(fixture.read('developer/.env'))).toMatchObject({ AZURE_TENANT_ID: '', AZURE_CLIENT_ID: '' });
    const known = new SetupFixture();
    const [tenantId, clientId, objectId] = ['1', '2', '3'].map(
      (digit) => `${digit.repeat(8)}-aaaa-bbbb-cccc-dddddddddddd`,
    );
    const ids = ['--tenant-id', `${tenantId}`, '--client-id', `${clientId}`, '--object-id', `${objectId}`];
    await known.setup([...usualFlags, ...ids]);
    expect(parseEnv(known.read('developer/.env'))).toMatchObject({
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      GRAPH_MAIL_MAILBOX: 'noreply@contoso.com',
      AZURE_CLIENT_CERTIFICATE_PATH: path.join(known.out, 'developer/graph-mailer.pem'),
    });
    expect(known.read('exchange-admin/restrict-mailboxes.ps1')).toContain(`$ObjectId = '${objectId}'`);
    expect(known.read('sign-off.md')).toContain(`${objectId}`);
    known.remove();
  });

  it('names every flag that is missing where nobody can be asked, and writes nothing', async () => {
    const { code, err } = await fixture.setup([]);
    expect(code).toBe(2);
    for (const flag of ['--mailbox <address>', '--denied-mailbox <address>']) expect(err).toContain(flag);
    const [command, ...lines] = err.split('\n').sort((a, b) => b.length - a.length);
    // It stays whole, to be copied.
    expect(command).toMatch(/^ {2}npx nodemailer-graph-transport setup --yes --mailbox \S+ --denied-mailbox \S+$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(existsSync(fixture.out)).toBe(false);
  });

  it.each([
    [['--denied-mailbox', 'NoReply@contoso.com'], 'the proof needs another'],
    [['--filter', "CustomAttribute1 -eq 'x'"], '--group and --filter'],
    [['--group', 'noreply@contoso.com'], 'an address of its own'],
    [['--name', '@file'], 'must not begin'],
    [['--name', 'two\nlines'], 'line break'],
    [['--days', '0'], '1 to 3650'],
    [['--client-id', 'graph-mailer'], 'GUID'],
    [['--mailbox', '<a@b.example>'], 'bare address'],
  ])('refuses %j', async (flags, reason) => {
    const { code, err } = await fixture.setup([...usualFlags, ...flags]);
    expect(code).toBe(2);
    expect(err).toContain(reason);
    expect(existsSync(fixture.out)).toBe(false);
  });
});

describe('setup never overwrites:', () => {
  it('a second run is refused and changes nothing', async () => {
    await fixture.setup(usualFlags);
    const before = files(fixture.out).map((name) => [name, fixture.read(name)]);
    const { code, err } = await fixture.setup([...usualFlags, '--name', 'other', '--legacy-policy']);
    expect(code).toBe(2);
    expect(err).toContain('developer/graph-mailer.pem');
    expect(files(fixture.out).map((name) => [name, fixture.read(name)])).toEqual(before);
  });

  it.each([
    'developer/graph-mailer.pem',
    'developer/.env',
    'developer/README.md',
    'developer/.gitignore',
    'sign-off.md',
  ])('one %s is enough to refuse all of it', async (name) => {
    mkdirSync(path.join(fixture.out, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(fixture.out, name), 'mine');
    const { code, err } = await fixture.setup(usualFlags);
    expect(code).toBe(2);
    expect(err).toContain(name);
    expect(files(fixture.out)).toEqual([name]);
    expect(fixture.read(name)).toBe('mine');
  });

  it.skipIf(process.platform === 'win32')('says in words that a folder cannot be made', async () => {
    mkdirSync(fixture.out);
    symlinkSync(path.join(fixture.folder, 'elsewhere'), path.join(fixture.out, 'developer'));
    const { code, err } = await fixture.setup(usualFlags);
    expect(code).toBe(1);
    expect(err).toMatch(/was not written: [\s\S]*--out/);
    expect(existsSync(path.join(fixture.folder, 'elsewhere'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('a link that leads nowhere is not written through', async () => {
    mkdirSync(path.join(fixture.out, 'developer'), { recursive: true });
    const target = path.join(fixture.folder, 'elsewhere.pem');
    symlinkSync(target, path.join(fixture.out, 'developer/graph-mailer.pem'));
    expect((await fixture.setup(usualFlags)).code).toBe(2);
    expect(existsSync(target)).toBe(false);
  });
});

describe('setup --certificate', () => {
  it('takes a PEM as it is, and gives the Entra administrator its public half', async () => {
    const own = makeCertificate({ subject: 'our own' });
    const file = fixture.write('own key.pem', own.pem);
    expect(await fixture.setup([...usualFlags, '--certificate', file])).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(own.pem);
    expect(files(fixture.out)).not.toContain('developer/graph-mailer.pem');
    expect(fixture.read('entra-admin/graph-mailer.cer').trim()).toBe(own.certificate.replaceAll('\r', '').trim());
    expect(parseEnv(fixture.read('developer/.env')).AZURE_CLIENT_CERTIFICATE_PATH).toBe(file);
  });

  it('takes a PFX whose password is in the environment, and writes the password nowhere', async () => {
    const file = fixture.write('own.pfx', makePfx(makeCertificate(), 'correct horse'));
    const env = { AZURE_CLIENT_CERTIFICATE_PASSWORD: 'correct horse' };
    expect(await fixture.setup([...usualFlags, '--certificate', file], { env })).toMatchObject({ code: 0, err: '' });
    for (const name of files(fixture.out)) expect(fixture.read(name)).not.toContain('correct horse');
  });

  it.each([
    ['expired', { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }, 'expired'],
    ['with a small key', { bits: 1024 }, '1024'],
  ])('refuses one that is %s, before anything is written', async (_, given, reason) => {
    const file = fixture.write('own.pem', makeCertificate(given).pem);
    const { code, err } = await fixture.setup([...usualFlags, '--certificate', file]);
    expect(code).toBe(78);
    expect(err).toContain(reason);
    expect(existsSync(fixture.out)).toBe(false);
  });
});

describe('writeFiles', () => {
  it('has .gitignore stand before the key does', async () => {
    mkdirSync(path.join(fixture.out, 'developer'), { recursive: true });
    expect(await fixture.setup(usualFlags)).toMatchObject({ code: 0 });
    const made = (name: string) => statSync(path.join(fixture.out, 'developer', name), { bigint: true }).mtimeNs;
    expect(made('.gitignore')).toBeLessThanOrEqual(made('graph-mailer.pem'));
    expect(made('graph-mailer.pem')).toBeLessThanOrEqual(made('.env'));
  });

  it('overwrites nothing that came into being after the look', async () => {
    mkdirSync(fixture.out);
    writeFileSync(path.join(fixture.out, 'b'), 'mine');
    const file = (name: string) => ({ path: name, text: 'new', secret: true });
    await expect(writeFiles(fixture.out, [file('a'), file('b'), file('c')])).rejects.toThrow('left as it is');
    expect(fixture.read('b')).toBe('mine');
    expect(existsSync(path.join(fixture.out, 'c'))).toBe(false);
  });
});
