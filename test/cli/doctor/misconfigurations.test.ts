import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DoctorFlags } from '../../../src/cli/doctor/common/environment.js';
import { misconfigurations } from './misconfigurations.js';
import { DoctorFixture, type DoctorRun } from './support.js';

describe('doctor names each misconfiguration as what it is', () => {
  // Not test.each, which shortens names.
  for (const row of misconfigurations)
    test(row.what, async () => {
      const { tenant, arrange, flags = {}, check: title, status = 'failed', says, cure, exitCode, besides = [] } = row;
      const fixture = await DoctorFixture.start(tenant);
      try {
        await arrange?.(fixture);
        const result = await fixture.runDoctor(settled(flags, fixture));

        const found = result.checks.find((check) => check.title === title);
        expect(found).toMatchObject({ status });
        expect(found?.seen).toContain(says);
        expect(found?.cure).toContain(cure);
        expect(result.code).toBe(exitCode);

        const others = result.checks.filter((check) => check !== found && !['ok', 'skipped'].includes(check.status));
        expect(others.map((other) => `${other.title}: ${other.status}`)).toEqual(
          besides.map((other) => `${other}: warning`),
        );
        expectNoSecrets(result, fixture);
        expectNarrow(result);
      } finally {
        await fixture.close();
      }
    });
});

/** What a row can only name, the fixture of the test has. */
function settled(flags: Partial<DoctorFlags>, { folder, sandbox }: DoctorFixture): Partial<DoctorFlags> {
  const { thumbprint, envFile } = flags;
  return {
    ...flags,
    ...(typeof envFile === 'string' && { envFile: path.join(folder, envFile) }),
    ...(thumbprint === 'sha256' && { thumbprint: new X509Certificate(sandbox.options.certificate).fingerprint256 }),
  };
}

function expectNoSecrets({ out, bundle }: DoctorRun, { env, sandbox }: DoctorFixture): void {
  const said = out + bundle;
  expect(said).not.toMatch(/eyJ[\w-]{10}/);
  expect(said).not.toContain('PRIVATE KEY');
  for (const name of ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD']) {
    if (env[name]) expect(said).not.toContain(env[name]);
  }
  const key = sandbox.options.certificate.split('PRIVATE KEY-----')[1]?.trim().slice(0, 60) ?? '';
  expect(key).toHaveLength(60);
  expect(said).not.toContain(key);
}

/** Commands are to be copied, and stay on one line; so do words that cannot be broken. */
function expectNarrow({ out }: DoctorRun): void {
  const prose = out.split('\n').filter((line) => !line.startsWith('    '));
  const wide = prose.filter((line) => line.length > 80 && line.trim().includes(' '));
  expect(wide).toEqual([]);
}
