import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import { checkFields, type Kinds } from '../../sandbox/checks/check-fields.js';
import * as is from '../../sandbox/checks/kinds.js';
import { freeName } from '../../sandbox/tenant/collection.js';
import { checkTenantEntries, TENANT_OPTIONS, type TenantOptions } from '../../sandbox/tenant/tenant-options.js';
import { writePrivateFile } from '../common/private-file.js';

/** What a tenant file may set: the options of `startSandbox` that make up the tenant. */
type TenantFile = TenantOptions & { tenantDomain?: string };

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
  // The check of the application reports what else it is.
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

const VERSION = 1;

/** The field that identifies an entry of each list. */
const KEYS = {
  apps: 'clientId',
  mailboxes: 'address',
  groups: 'address',
  assignments: 'name',
  accessPolicies: 'name',
} as const;

const VALUES = ['ews', 'propagationDelay', 'messageTracePrincipal'] as const;

type ListName = keyof typeof KEYS;

type Kept = Pick<TenantOptions, ListName | (typeof VALUES)[number]>;

const KEPT = Object.fromEntries(
  [...Object.keys(KEYS), ...VALUES].map((name) => [name, TENANT_OPTIONS[name as keyof Kept]]),
) as Kinds<Kept>;

/**
 * The tenant of the `sandbox` command, kept in a file from one start to the next. Entries of a `--tenant` file come from that
 * file at every start: they override what was kept under the same name, and are not kept themselves.
 */
export class KeptTenant {
  readonly file: string;
  readonly #given: TenantFile;
  readonly #givenRoles: string | undefined;
  /** As it was read; then as it was written last. */
  #kept: Kept;
  #text: string | undefined;
  #ended = false;

  /**
   * @param given the contents of the `--tenant` file
   * @param rolesOf the client id of the application whose roles a flag names
   * @throws Error in words when the file is damaged, or of a newer version
   */
  constructor(file: string, given: TenantFile, rolesOf?: string) {
    this.file = file;
    this.#given = withNames(given);
    this.#givenRoles = rolesOf;
    this.#text = read(file);
    this.#kept = this.#text === undefined ? {} : parse(this.#text, file);
  }

  /** Whether anything was kept. */
  get isEmpty(): boolean {
    return this.#text === undefined;
  }

  /** For `startSandbox`: what is given now, and everything else that was kept. */
  get options(): TenantFile {
    const lists = names().map((name) => [
      name,
      [...entriesOf(this.#given, name), ...entriesOf(this.#kept, name).filter((one) => !this.#isGiven(name, one))],
    ]);
    return { ...this.#kept, ...withoutUndefined(this.#given), ...Object.fromEntries(lists) };
  }

  /** Keeps the current tenant. Where that fails, `warn` is called and the sandbox goes on. */
  keep(tenant: TenantOptions, warn: (text: string) => void): void {
    if (this.#ended) return;
    const lists = names().map((name) => [
      name,
      [
        ...entriesOf(tenant, name).filter((one) => !this.#isGiven(name, one)),
        ...entriesOf(this.#kept, name).filter((one) => this.#isGiven(name, one)),
      ],
    ]);
    const values = VALUES.map((name) => [name, this.#given[name] === undefined ? tenant[name] : this.#kept[name]]);
    const kept: Kept = Object.fromEntries([...lists, ...values]);
    this.#keepRoles(kept);
    const text = `${JSON.stringify({ version: VERSION, tenant: kept }, undefined, 2)}\n`;
    if (text === this.#text) return;
    try {
      if (read(this.file) !== this.#text) {
        this.#ended = true;
        warn(
          `${this.file} was changed by somebody else, such as another sandbox on this folder. It is left as it is: from now on nothing of this sandbox's tenant is kept. Give each sandbox a folder of its own with --folder.`,
        );
        return;
      }
      writePrivateFile(this.file, text);
      this.#text = text;
      this.#kept = kept;
    } catch (cause) {
      warn(`The change of the tenant could not be kept in ${this.file}: ${fileProblem(cause)}.`);
    }
  }

  /** An error of the start, with what to do where the kept tenant is its cause. */
  explain(error: unknown): unknown {
    const problem =
      error instanceof Error
        ? /^startSandbox: ((?:apps|mailboxes|groups|assignments|accessPolicies)\b.*)$/s.exec(error.message)?.[1]
        : undefined;
    if (problem === undefined || this.isEmpty) return error;
    return new Error(
      `What is kept in ${this.file} does not go together with the tenant that is given: ${problem} Give the --tenant file and --mailbox with which it was kept, or delete ${this.file} to begin anew.`,
      { cause: error },
    );
  }

  #isGiven(name: ListName, entry: object): boolean {
    return entriesOf(this.#given, name).some((one) => keyOf(name, one) === keyOf(name, entry));
  }

  /** Roles from a flag apply to this start only. */
  #keepRoles(kept: Kept): void {
    const id = this.#givenRoles?.toLowerCase();
    if (id === undefined) return;
    const before = this.#kept.apps?.find(({ clientId }) => clientId.toLowerCase() === id)?.roles;
    kept.apps = (kept.apps ?? []).map((app) => {
      if (app.clientId.toLowerCase() !== id) return app;
      const { roles: _, ...rest } = app;
      return before === undefined ? rest : { ...rest, roles: before };
    });
  }
}

function names(): ListName[] {
  return Object.keys(KEYS) as ListName[];
}

function entriesOf(tenant: TenantOptions, name: ListName): object[] {
  return (tenant[name] ?? []).map((one) => (typeof one === 'string' ? { address: one } : one));
}

function keyOf(name: ListName, entry: object): string {
  return String((entry as Record<string, unknown>)[KEYS[name]]).toLowerCase();
}

/** Rules without a name get the one that the sandbox would give them, by which they are known from one start to the next. */
function withNames(tenant: TenantFile): TenantFile {
  const named = <Rule extends { name?: string; app: string }>(rules: readonly Rule[], kind: (rule: Rule) => string) => {
    const taken = new Set(rules.flatMap(({ name }) => (name === undefined ? [] : [name.toLowerCase()])));
    return rules.map((rule) => {
      if (rule.name !== undefined) return rule;
      const name = freeName(`${kind(rule)}-${rule.app.toLowerCase()}`, (one) => taken.has(one.toLowerCase()));
      taken.add(name.toLowerCase());
      return { ...rule, name };
    });
  };
  const { assignments, accessPolicies } = tenant;
  return {
    ...tenant,
    ...(assignments && { assignments: named(assignments, ({ role }) => role) }),
    ...(accessPolicies && { accessPolicies: named(accessPolicies, ({ right }) => right) }),
  };
}

function withoutUndefined(tenant: TenantFile): TenantFile {
  return Object.fromEntries(Object.entries(tenant).filter(([, value]) => value !== undefined));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file}, where the tenant is kept, cannot be read: ${fileProblem(cause)}.`, { cause });
  }
}

function parse(text: string, file: string): Kept {
  const cure = `It was left as it is. Mend it, or delete it to begin with a new tenant.`;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file}, where the tenant is kept, is not valid JSON. ${cure}`, { cause });
  }
  const { version, tenant } = (given ?? {}) as { version?: unknown; tenant?: unknown };
  if (typeof version === 'number' && version > VERSION) {
    throw new Error(
      `${file}, where the tenant is kept, was written by a newer version of this package (its form is ${version}, expected ${VERSION}). It was left as it is. Use that version, or another folder with --folder.`,
    );
  }
  try {
    if (version !== VERSION) throw new Error(`"version" is not ${VERSION}.`);
    checkFields('"tenant"', tenant, KEPT);
    checkTenantEntries('"tenant"', tenant as Kept);
  } catch (cause) {
    throw new Error(`${file}, where the tenant is kept, is damaged: ${(cause as Error).message} ${cure}`, { cause });
  }
  return tenant as Kept;
}
