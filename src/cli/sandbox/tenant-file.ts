import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import { checkFields, type Kinds } from '../../sandbox/checks/check-fields.js';
import * as is from '../../sandbox/checks/kinds.js';
import { checkTenantEntries } from '../../sandbox/tenant/check-entries.js';
import { TENANT_OPTIONS, type TenantOptions } from '../../sandbox/tenant/tenant-options.js';

/** What a tenant file may set: the options of `startSandbox` that make up the tenant. */
export type TenantFile = TenantOptions & { tenantDomain?: string };

const TENANT_FILE: Kinds<TenantFile> = { ...TENANT_OPTIONS, tenantDomain: is.text };

const fileNames = is.listOf(is.text, 'paths of PEM files');

/**
 * Reads the tenant from a JSON file. An application's `certificateFiles` are read too, relative to that file, and added to
 * its `certificates`.
 * @throws Error in words, naming the file, the entry and what is expected
 */
export async function readTenantFile(file: string): Promise<TenantFile> {
  const given = await readJson(file);
  const what = `The tenant file ${file}`;
  checkFields(what, given, TENANT_FILE);
  const tenant = given as TenantFile;
  if (tenant.apps) {
    const read = tenant.apps.map((app, index) => withCertificates(app, file, `${what}: apps[${index}]`));
    tenant.apps = (await Promise.all(read)) as NonNullable<TenantFile['apps']>;
  }
  checkTenantEntries(what, tenant);
  return tenant;
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`The tenant file ${shownPath(file)} cannot be read: ${fileProblem(cause)}.`, { cause });
  }
  try {
    // Editors on Windows begin a file with a byte order mark, which JSON.parse refuses.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new Error(`The tenant file ${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

async function withCertificates(app: unknown, file: string, what: string): Promise<unknown> {
  if (typeof app !== 'object' || app === null || !('certificateFiles' in app)) return app;
  const { certificateFiles, ...rest } = app as { certificateFiles: unknown; certificates?: unknown };
  checkFields(what, { certificateFiles }, { certificateFiles: fileNames });
  const { certificates = [] } = rest;
  // Whatever else it is, the check of the application says so.
  if (!Array.isArray(certificates)) return rest;
  const read = (certificateFiles as string[]).map(async (name) => {
    try {
      return await readFile(path.resolve(path.dirname(file), name), 'utf8');
    } catch (cause) {
      throw new Error(
        `${what}: the certificate file ${shownPath(path.resolve(path.dirname(file), name))} cannot be read: ${fileProblem(cause)}.`,
        { cause },
      );
    }
  });
  return { ...rest, certificates: [...certificates, ...(await Promise.all(read))] };
}
