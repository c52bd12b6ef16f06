import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTenantFile } from '../../../src/cli/sandbox/tenant.js';
import { createCertificate, startSandbox } from '../../../src/sandbox/index.js';
import { root, runNode } from '../../helpers/run-node.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tenant-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string) => path.join(folder, name);

function write(content: unknown): string {
  const file = inFolder('tenant.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('a tenant file', () => {
  it('holds the options of the tenant, and makes a sandbox of them', async () => {
    const { certificate, thumbprintSha1 } = await createCertificate();
    mkdirSync(inFolder('keys'));
    writeFileSync(inFolder('keys/mailer.pem'), certificate);
    const tenant = await readTenantFile(
      write({
        tenantDomain: 'fabrikam.example',
        apps: [{ clientId: 'mailer', roles: [], certificateFiles: ['keys/mailer.pem', inFolder('keys/mailer.pem')] }],
        mailboxes: ['ana@fabrikam.example', { address: 'info@fabrikam.example', kind: 'shared' }],
        groups: [{ address: 'g@fabrikam.example', kind: 'mail-enabled-security', members: ['info@fabrikam.example'] }],
        assignments: [{ app: 'mailer', role: 'Application Mail.Send', scope: { group: 'g@fabrikam.example' } }],
        propagationDelay: 1000,
        cloud: 'usgov',
      }),
    );
    await using sandbox = await startSandbox({ ...tenant, certificate });
    expect(sandbox.tenant.apps.get('mailer')?.certificates).toMatchObject([{ thumbprintSha1 }]);
    expect(sandbox.tenant.access('mailer', 'info@fabrikam.example').result).toBe('Granted');
    expect(sandbox.tenant.access('mailer', 'ana@fabrikam.example').result).toBe('Denied');
    expect(sandbox.tenant).toMatchObject({ domain: 'fabrikam.example', propagationDelay: 1000 });
  });

  it('adds its certificate files to the certificates in it, and may begin with a byte order mark', async () => {
    writeFileSync(inFolder('b.pem'), 'B');
    const app = { clientId: 'mailer', certificates: ['A'], certificateFiles: ['b.pem'] };
    const { apps } = await readTenantFile(write(`\uFEFF${JSON.stringify({ apps: [app] })}`));
    expect(apps).toEqual([{ clientId: 'mailer', certificates: ['A', 'B'] }]);
  });

  it('that is not there is named', async () => {
    await expect(readTenantFile(inFolder('none.json'))).rejects.toThrow(
      /The tenant file .*none\.json' cannot be read: it is not there\./,
    );
  });

  it.each<[content: unknown, message: RegExp]>([
    ['{"apps": [}', /The tenant file .*tenant\.json is no JSON: /],
    ['', /is no JSON: /],
    ['null', /tenant\.json is null, expected an object\./],
    [[], /tenant\.json is an empty array, expected an object\./],
    [{ app: [] }, /tenant\.json: "app" is unknown\. Did you mean "apps"\?/],
    [{ port: 1 }, /tenant\.json: "port" is unknown\. Known are .*tenantDomain/],
    [{ apps: 'mailer' }, /tenant\.json: "apps" is a string of 6 characters, expected an array of applications\./],
    [{ apps: [null] }, /tenant\.json: apps\[0\] is null, expected an object\./],
    [{ apps: [{ clientId: 'a', role: [] }] }, /apps\[0\]: "role" is unknown\. Did you mean "roles"\?/],
    [
      { apps: [{ clientId: 'a', certificateFiles: 'a.pem' }] },
      /apps\[0\]: "certificateFiles" is a string of 5 characters, expected an array of paths/,
    ],
    [
      { apps: [{ clientId: 'a', certificateFiles: null }] },
      /apps\[0\]: "certificateFiles" is null, expected an array of paths/,
    ],
    [
      { apps: [{ clientId: 'a', certificateFiles: ['a.pem'] }] },
      /apps\[0\]: the certificate file '.*\/a\.pem' cannot be read: it is not there\./,
    ],
    [
      { apps: [{ clientId: 'a', certificates: 'x', certificateFiles: [] }] },
      /apps\[0\]: "certificates" is a string of 1 character, expected an array/,
    ],
    [{ groups: [{ address: 'g@b.c' }] }, /tenant\.json: groups\[0\]: "kind" is missing/],
  ])('with %j is refused in words', async (content, message) => {
    await expect(readTenantFile(write(content))).rejects.toThrow(message);
  });
});

describe('sandbox --tenant', () => {
  it('starts nothing and makes no folder when the file is wrong', async () => {
    const program = path.join(root, 'dist/esm/cli/main.js');
    const kept = inFolder('kept');
    const file = write({ groups: [{}] });
    const run = await runNode([
      program,
      'sandbox',
      '--port',
      '0',
      '--inbox-port',
      '0',
      '--folder',
      kept,
      '--tenant',
      file,
    ]);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('groups[0]: "address" is missing') });
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(kept)).toBe(false);
  });
});
