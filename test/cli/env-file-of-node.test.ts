import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../helpers/run-node.js';

/** The Node that runs this, and those that `npm run test:matrix` has installed. */
const binaries = [
  process.execPath,
  ...[20, 22, 24, 26]
    .map((major) => path.join(root, `test/matrix/node_modules/node${major}/bin/node`))
    .filter((file) => existsSync(file)),
];
const main = path.join(root, 'dist/esm/cli/main.js');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'env file '));
  mkdirSync(path.join(folder, 'other folder'));
  const identity =
    'AZURE_TENANT_ID=11111111-2222-4333-8444-555555555555\nAZURE_CLIENT_ID=66666666-7777-4888-8999-000000000000\nAZURE_CLIENT_CERTIFICATE_PATH=x.pem\n';
  writeFileSync(path.join(folder, 'other folder/good.env'), `${identity}GRAPH_MAIL_MAILBOX=a@contoso.com\n`);
  writeFileSync(path.join(folder, 'wrong.env'), `${identity}GRAPH_MAIL_MAILBOX=Anna\n`);
  writeFileSync(path.join(folder, 'broken.env'), 'AZURE_TENANT_ID=x\nnonsense\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function send(binary: string, words: string[], env: Record<string, string> = {}) {
  const args = [main, 'send', ...words, '--to', 'ana@example.com', '--text', 'x'];
  const { status, stdout, stderr } = spawnSync(binary, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  return { status, stdout, stderr: stderr.replaceAll(/\s+/g, ' ') };
}

// What Node itself makes of the flag behind a script differs by version; what a command makes of it must not.
describe.each(binaries)('the .env file of a command on %s', (binary) => {
  it.each(['--env-file', '-e'])('counts with %s as it stands, and beneath the environment', (flag) => {
    const given = [flag, 'other folder/good.env', '--dry-run', '--json'];
    expect(JSON.parse(send(binary, given).stdout)).toMatchObject({ mailbox: 'a@contoso.com' });
    const other = send(binary, given, { GRAPH_MAIL_MAILBOX: 'b@contoso.com' });
    expect(JSON.parse(other.stdout)).toMatchObject({ mailbox: 'b@contoso.com' });
  });

  it.each(['--env-file', '-e'])('is named with %s where a value is wrong, and the environment is not', (flag) => {
    const { status, stderr } = send(binary, [flag, 'wrong.env']);
    expect(status).toBe(78);
    expect(stderr).toContain('GRAPH_MAIL_MAILBOX comes from the .env file wrong.env.');
  });

  it.each(['--env-file', '-e'])('is refused with %s where a line is not understood', (flag) => {
    const { status, stderr } = send(binary, [flag, 'broken.env']);
    expect(status).toBe(78);
    expect(stderr).toContain('broken.env, line 2 is not a setting.');
  });

  it.each([['missing.env'], ['other folder']])('is told to be unreadable with -e, in words: %s', (file) => {
    const { status, stderr } = send(binary, ['-e', file]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Error: The file '.*' cannot be read: .* Give another one with --env-file\. $/);
  });

  it('ends with --env-file before the command has begun where there is none, as the documents say', () => {
    const { status, stderr } = send(binary, ['--env-file', 'missing.env']);
    expect({ status, stderr }).toEqual({ status: 9, stderr: expect.stringMatching(/node: missing\.env: not found $/) });
  });
});
