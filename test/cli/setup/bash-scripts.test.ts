import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SetupFile } from '../../../src/cli/setup/common/answers.js';
import { MAIL_SEND_ROLE_ID } from '../../../src/cli/setup/common/rights.js';
import { answersOf, certificate, DENIED, DER, entraFiles, NAME, rotationFiles } from './bash-harness.js';
import { type AzTenant, StubAz, TENANT } from './stub-az.js';

const found = (program: string) => spawnSync(program, ['--version']).error === undefined;
const hasShellcheck = found('shellcheck');
if (!hasShellcheck) console.warn('shellcheck is not installed: the generated scripts are not checked by it');

const appId = '99999999-0000-0000-0000-000000000000';
const app = { id: '99999999-0000-0000-0000-000000000001', appId, signInAudience: 'AzureADMyOrg', keys: [] };

let folder: string;
let running: StubAz[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "setup scripts' $HOME "));
  running = [];
});
afterEach(async () => {
  for (const az of running) await az.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function stubAz(state?: Partial<AzTenant>): Promise<StubAz> {
  const az = await new StubAz(state).start();
  running.push(az);
  return az;
}

/** Writes the files of a handout; gives the path of one. */
function written(files: readonly SetupFile[]): (name: string) => string {
  for (const file of files) {
    const at = path.join(folder, file.path);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, file.text);
  }
  return (name) => path.join(folder, 'entra-admin', name);
}

describe.skipIf(process.platform === 'win32')('generated bash scripts', () => {
  const scripts = () => {
    const policy = written(entraFiles(answersOf('policy')));
    const all = [
      policy('register-app.sh'),
      policy('grant-mail-send.sh'),
      written(rotationFiles(undefined))('add-certificate.sh'),
    ];
    const texts = all.map((file) => readFileSync(file, 'utf8'));
    const rbac = written(entraFiles(answersOf('rbac')))('register-app.sh');
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

// That no failure is reported as success, in bash-failures.test.ts. Here: what an administrator is told.
describe.skipIf(process.platform === 'win32')('register-app.sh', () => {
  it('registers the application under its name, with certificate and Enterprise application', async () => {
    const az = await stubAz();
    const { status, stdout, stderr } = await az.run(written(entraFiles(answersOf('rbac')))('register-app.sh'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [made] = az.state.apps;
    // To the end of the certificate: by itself Azure CLI would let it end after a year.
    const keys = [{ key: DER, endDateTime: certificate.validTo.toISOString(), keyId: expect.any(String) }];
    expect(made).toMatchObject({ displayName: NAME, signInAudience: 'AzureADMyOrg', keys });
    const principal = az.state.principals.find((one) => one.appId === made?.appId);
    expect(stdout).toContain(`Directory (tenant) id:  ${TENANT}\nApplication (client) id: ${made?.appId}\n`);
    expect(stdout).toContain(`Enterprise application object id: ${principal?.id}\n`);
    expect(principal?.roles).toEqual([]);
    expect(az.calls.flat()).not.toContain('permission');
  });

  it('never touches an application that happens to have the same name, and names it', async () => {
    const other = { ...app, displayName: NAME };
    const az = await stubAz({ apps: [other] });
    const { status, stderr } = await az.run(written(entraFiles(answersOf('rbac')))('register-app.sh'));
    expect(status).toBe(1);
    expect(stderr).toContain(appId);
    expect(stderr).toContain('Nothing was changed');
    expect(az.state.apps).toEqual([other]);
  });

  it('says that a permission in Entra adds to what Exchange restricts', async () => {
    const roles = [{ id: 'x', appRoleId: MAIL_SEND_ROLE_ID }];
    const principals = [{ id: '12345678-0000-0000-0000-000000000000', appId, roles }];
    const az = await stubAz({ apps: [{ ...app, displayName: 'x' }], principals });
    const script = written(entraFiles(answersOf('rbac', { clientId: appId })))('register-app.sh');
    const { status, stdout } = await az.run(script);
    expect(status).toBe(1);
    expect(stdout).toMatch(/FINDING[\s\S]*every mailbox[\s\S]*Revoke permission/);
  });

  it('says how to sign in where it must, in another tenant, in none, or in another cloud', async () => {
    const tenantId = '66666666-1111-2222-3333-444444444444';
    const script = written(entraFiles(answersOf('rbac', { tenantId })))('register-app.sh');
    const az = await stubAz();
    const refused = async (words: string) =>
      expect(await az.run(script)).toMatchObject({ status: 1, stderr: expect.stringContaining(words) });
    await refused(`az login --tenant ${tenantId}`);
    az.state.tenant = '';
    await refused('nobody is signed in');
    az.state.cloud = 'AzureChinaCloud';
    await refused('az cloud set --name AzureCloud');
    expect(az.state.apps).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('grant-mail-send.sh', () => {
  const prepared = async () => {
    const script = written(entraFiles(answersOf('policy')));
    const az = await stubAz();
    expect((await az.run(script('register-app.sh'))).status).toBe(0);
    return { az, grant: script('grant-mail-send.sh') };
  };
  const roles = (az: StubAz) => az.state.principals.at(-1)?.roles.map(({ appRoleId }) => appRoleId);

  it('grants Mail.Send once the proof of the access policy is confirmed, and once only', async () => {
    const { az, grant } = await prepared();
    const first = await az.run(grant, [], 'yes\n');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain(`Denied for ${DENIED}, and was that more than an hour ago?`);
    expect(roles(az)).toEqual([MAIL_SEND_ROLE_ID]);
    const second = await az.run(grant);
    expect(second).toMatchObject({ status: 0, stdout: expect.stringContaining('granted to') });
    expect(roles(az)).toEqual([MAIL_SEND_ROLE_ID]);
  });

  it.each(['', 'no\n', 'Yes, I think\n'])('grants nothing when the answer is %j', async (answer) => {
    const { az, grant } = await prepared();
    expect(await az.run(grant, [], answer)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nothing was granted'),
    });
    expect(roles(az)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('add-certificate.sh', () => {
  it('asks which application, where that is not known', async () => {
    const az = await stubAz();
    const { status, stderr } = await az.run(written(rotationFiles(undefined))('add-certificate.sh'));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('which application?') });
  });
});
