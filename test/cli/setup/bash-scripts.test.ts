import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answers, Mode, SetupFile } from '../../../src/cli/setup/answers.js';
import { type PublicCertificate, publicCertificate } from '../../../src/cli/setup/certificate/public-certificate.js';
import { allPackets } from '../../../src/cli/setup/packets/all-packets.js';
import { rotationPacket } from '../../../src/cli/setup/packets/rotation.js';
import { MAIL_SEND_ROLE_ID } from '../../../src/cli/setup/scripts/well-known-ids.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { StubAz, TENANT } from './stub-az.js';

const found = (program: string) => spawnSync(program, ['--version']).error === undefined;
const hasShellcheck = found('shellcheck');
if (!hasShellcheck) console.warn('shellcheck is not installed: the generated scripts are not checked by it');

/** A name that is awkward in every shell. */
const NAME = `Bob's "news" $HOME \`id\` $(id) \\ caf\u00e9`;
const pem = makeCertificate({ subject: 'graph-mailer' });
const answersOf = (mode: Mode, more: Partial<Answers> = {}): Answers => ({
  mode,
  name: NAME,
  mailboxes: ["o'neil$x`@contoso.com"],
  deniedMailbox: "b'$oss@contoso.com",
  scope: { kind: 'group', address: 'graph-mailers@contoso.com' },
  createMailbox: true,
  cloud: 'global',
  ...more,
});

let folder: string;
let certificate: PublicCertificate;
beforeAll(() => {
  certificate = publicCertificate(pem.certificate);
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "setup scripts' $HOME "));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the files of a packet; gives the path of one. */
function written(files: readonly SetupFile[]): (name: string) => string {
  for (const file of files) {
    const at = path.join(folder, file.path);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, file.text);
  }
  return (name) => path.join(folder, 'entra-admin', name);
}

function packets(answers: Answers): (name: string) => string {
  const input = {
    answers,
    certificate,
    certificatePath: '/key.pem',
    keyMade: true,
    publicFile: 'graph-mailer.cer',
    folder: 'out',
  };
  return written(allPackets(input, '/ca.pem', new Date()));
}

const rotation = (clientId?: string) =>
  rotationPacket({
    pem: pem.pem,
    certificate,
    keyPath: '/new.pem',
    old: undefined,
    oldPath: undefined,
    tenantId: undefined,
    clientId,
    cloud: 'global',
  });

describe.skipIf(process.platform === 'win32')('generated bash scripts', () => {
  const scripts = () => {
    const policy = packets(answersOf('policy'));
    const all = [policy('register-app.sh'), policy('grant-mail-send.sh'), written(rotation())('add-certificate.sh')];
    const texts = all.map((file) => readFileSync(file, 'utf8'));
    const rbac = packets(answersOf('rbac'))('register-app.sh');
    return [readFileSync(rbac, 'utf8'), ...texts].map((text, index) => {
      const file = path.join(folder, `${index}.sh`);
      writeFileSync(file, text);
      return file;
    });
  };

  it('are taken by bash -n', () => {
    for (const file of scripts()) expect(spawnSync('bash', ['-n', file], { encoding: 'utf8' }).stderr).toBe('');
  });

  it.skipIf(!hasShellcheck)('are taken by shellcheck', () => {
    const { stdout, status } = spawnSync('shellcheck', scripts(), { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('register-app.sh', () => {
  it('registers the application under its name, with certificate and Enterprise application', () => {
    const az = new StubAz(folder);
    const { status, stdout, stderr } = az.run(packets(answersOf('rbac'))('register-app.sh'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [app] = az.state.apps;
    // To the end of the certificate: by itself Azure CLI would let it end after a year.
    const ends = [certificate.validTo.toISOString()];
    expect(app).toMatchObject({ displayName: NAME, keys: [expect.any(String)], ends });
    const principal = az.state.principals.find(({ appId }) => appId === app?.appId);
    expect(stdout).toContain(`Directory (tenant) id:  ${TENANT}\nApplication (client) id: ${app?.appId}\n`);
    expect(stdout).toContain(`Enterprise application object id: ${principal?.id}\n`);
    expect(principal?.roles).toEqual([]);
    expect(az.calls.flat()).not.toContain('permission');
  });

  it('changes nothing when it is run again', () => {
    const az = new StubAz(folder);
    const script = packets(answersOf('rbac'))('register-app.sh');
    const first = az.run(script);
    const { state } = az;
    const second = az.run(script);
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect(az.state).toEqual(state);
    expect(second.stdout).toContain('is registered already');
    const ids = /Directory[\s\S]*?object id: \S+/;
    expect(ids.exec(second.stdout)?.[0]).toBe(ids.exec(first.stdout)?.[0]);
  });

  it('never touches an application that happens to have the same name', () => {
    const other = { id: '1', appId: '99999999-0000-0000-0000-000000000000', displayName: NAME, keys: ['old'] };
    const az = new StubAz(folder, { apps: [other] });
    const { status, stderr } = az.run(packets(answersOf('rbac'))('register-app.sh'));
    expect(status).toBe(1);
    expect(stderr).toContain(other.appId);
    expect(stderr).toContain('Nothing was changed');
    expect(az.state.apps).toEqual([other]);
  });

  it('uses an application that exists when it is told its id, and keeps its certificates', () => {
    const old = makeCertificate().certificate.replaceAll(/-----.*-----|\s/g, '');
    const app = { id: 'a', appId: '99999999-0000-0000-0000-000000000000', displayName: 'other', keys: [old] };
    const az = new StubAz(folder, { apps: [app] });
    const { status } = az.run(packets(answersOf('rbac'))('register-app.sh'), [app.appId]);
    expect(status).toBe(0);
    expect(az.state.apps).toHaveLength(1);
    expect(az.state.apps[0]?.keys).toEqual([old, pem.certificate.replaceAll(/-----.*-----|\s/g, '')]);
  });

  it('says that a permission in Entra adds to what Exchange restricts', () => {
    const appId = '99999999-0000-0000-0000-000000000000';
    const az = new StubAz(folder, {
      apps: [{ id: 'a', appId, displayName: 'x', keys: [] }],
      principals: [{ id: '12345678-0000-0000-0000-000000000000', appId, roles: [MAIL_SEND_ROLE_ID] }],
    });
    const { status, stdout } = az.run(packets(answersOf('rbac', { clientId: appId }))('register-app.sh'));
    expect(status).toBe(1);
    expect(stdout).toMatch(/FINDING[\s\S]*every mailbox[\s\S]*Revoke permission/);
  });

  it('refuses another tenant than the one it is for, and a sign-in that is missing', () => {
    const tenantId = '66666666-1111-2222-3333-444444444444';
    const script = packets(answersOf('rbac', { tenantId }))('register-app.sh');
    const wrong = new StubAz(folder).run(script);
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining(`az login --tenant ${tenantId}`) });
    const az = new StubAz(folder, { tenant: '' });
    expect(az.run(script)).toMatchObject({ status: 1, stderr: expect.stringContaining('nobody is signed in') });
    expect(az.state.apps).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('grant-mail-send.sh', () => {
  const prepared = () => {
    const script = packets(answersOf('policy'));
    const az = new StubAz(folder);
    expect(az.run(script('register-app.sh')).status).toBe(0);
    return { az, grant: script('grant-mail-send.sh') };
  };
  const roles = (az: StubAz) => az.state.principals.at(-1)?.roles;

  it('grants Mail.Send once the proof of the access policy is confirmed, and once only', () => {
    const { az, grant } = prepared();
    const first = az.run(grant, [], 'yes\n');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain("Denied for b'$oss@contoso.com?");
    expect(roles(az)).toEqual([MAIL_SEND_ROLE_ID]);
    const second = az.run(grant);
    expect(second).toMatchObject({ status: 0, stdout: expect.stringContaining('granted to') });
    expect(roles(az)).toEqual([MAIL_SEND_ROLE_ID]);
  });

  it.each(['', 'no\n', 'Yes, I think\n'])('grants nothing when the answer is %j', (answer) => {
    const { az, grant } = prepared();
    expect(az.run(grant, [], answer)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nothing was granted'),
    });
    expect(roles(az)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('add-certificate.sh', () => {
  it('adds the next certificate beside the one in use, once', () => {
    const appId = '99999999-0000-0000-0000-000000000000';
    const az = new StubAz(folder, { apps: [{ id: 'a', appId, displayName: 'x', keys: ['b2xk'] }] });
    const script = written(rotation(appId))('add-certificate.sh');
    for (let run = 0; run < 2; run++) expect(az.run(script)).toMatchObject({ status: 0, stderr: '' });
    expect(az.state.apps[0]?.keys).toEqual(['b2xk', pem.certificate.replaceAll(/-----.*-----|\s/g, '')]);
  });

  it('asks which application, where that is not known', () => {
    const az = new StubAz(folder);
    const { status, stderr } = az.run(written(rotation())('add-certificate.sh'));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('which application?') });
  });
});
