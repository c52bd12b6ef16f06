import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Answers, Mode, SetupFile } from '../../../src/cli/setup/common/answers.js';
import { publicCertificate } from '../../../src/cli/setup/common/certificate.js';
import { CLOUD_TERMS } from '../../../src/cli/setup/common/cloud-terms.js';
import { MAIL_SEND_ROLE_ID } from '../../../src/cli/setup/common/rights.js';
import { entraHandout } from '../../../src/cli/setup/handouts/entra-admin.js';
import { rotationHandout } from '../../../src/cli/setup/handouts/rotation.js';
import type { CloudName } from '../../../src/options/types.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { type AzTenant, FAILURES, type Failure, StubAz, TENANT } from './stub-az.js';

/** A name that is awkward in every shell. */
export const NAME = `Bob's "news" $HOME \`id\` $(id) \\ caf\u00e9 %s`;
export const DENIED = "b'$oss%s@contoso.com";
// Longer than the year that Azure CLI gives by itself.
const madeCertificate = makeCertificate({
  subject: 'graph-mailer',
  notAfter: new Date(Math.ceil(Date.now() / 1000) * 1000 + 800 * 86_400_000),
});
export const certificate = publicCertificate(madeCertificate.certificate);
export const DER = madeCertificate.certificate.replaceAll(/-----.*-----|\s/g, '');
const OTHER_DER = makeCertificate().certificate.replaceAll(/-----.*-----|\s/g, '');

/** The clouds that have scripts for Azure CLI. */
export const CLOUDS = ['global', 'usgov', 'china'] as const satisfies readonly CloudName[];

const OURS = { id: 'aaaaaaaa-0000-0000-0000-000000000001', appId: 'aaaaaaaa-0000-0000-0000-000000000002' };
const OUR_PRINCIPAL = 'aaaaaaaa-0000-0000-0000-000000000003';
const READ_ROLE = '810c84a8-4a9e-49e6-bf7d-12d183f40d01';

export const answersOf = (mode: Mode, more: Partial<Answers> = {}): Answers => ({
  mode,
  name: NAME,
  mailboxes: ["o'neil$x`@contoso.com"],
  deniedMailbox: DENIED,
  scope: { kind: 'group', address: 'graph-mailers@contoso.com' },
  createMailbox: true,
  cloud: 'global',
  ...more,
});

export function entraFiles(answers: Answers): SetupFile[] {
  const paths = { certificatePath: '/key.pem', publicFile: 'graph-mailer.cer', folder: 'out' };
  return entraHandout({ answers, certificate, keyMade: true, ...paths });
}

export function rotationFiles(clientId: string | undefined, cloud: CloudName = 'global'): SetupFile[] {
  const old = { old: undefined, oldPath: undefined };
  return rotationHandout({
    ...{ pem: '', certificate, keyPath: '/new.pem', tenantId: undefined, clientId, cloud },
    ...old,
  });
}

/** What one script is for, from where it starts, and what must be true once it has said that it worked. */
export interface Scenario {
  name: string;
  cloud: CloudName;
  script: string;
  files: readonly SetupFile[];
  args: string[];
  input: string;
  start: AzTenant;
  /** 1 where the script must tell of a finding, or refuse. */
  status: 0 | 1;
  /** Part of what it must say where it does not end with 0. */
  says?: string;
  /** What is wrong with the tenant, or with what was printed. */
  goal(state: AzTenant, stdout: string): string[];
  /** The command that takes it back, from what the script says. */
  undo?(script: string, state: AzTenant, stdout: string): string | undefined;
}

const foreign = {
  app: {
    ...{ id: 'ffffffff-0000-0000-0000-000000000001', appId: 'ffffffff-0000-0000-0000-000000000002' },
    ...{ displayName: `${NAME} two`, signInAudience: 'AzureADMultipleOrgs' },
    keys: [{ keyId: 'ffffffff-0000-0000-0000-000000000003', key: OTHER_DER, endDateTime: '2030-01-01T00:00:00.000Z' }],
  },
  principal: {
    ...{ id: 'ffffffff-0000-0000-0000-000000000004', appId: 'ffffffff-0000-0000-0000-000000000002' },
    roles: [{ id: 'foreign', appRoleId: READ_ROLE }],
  },
};

/** A tenant with an application of somebody else, and with ours as far as it is there. */
function tenantOf(cloud: CloudName, ours?: { roles?: string[]; keys?: 'old' | 'both'; principal?: boolean }): AzTenant {
  const state = new StubAz().state;
  state.cloud = CLOUD_TERMS[cloud].azure ?? '';
  state.apps = [structuredClone(foreign.app)];
  state.principals.push(structuredClone(foreign.principal));
  if (!ours) return state;
  const old = {
    keyId: 'aaaaaaaa-0000-0000-0000-000000000004',
    key: OTHER_DER,
    endDateTime: '2030-01-01T00:00:00.000Z',
  };
  const next = { keyId: 'aaaaaaaa-0000-0000-0000-000000000005', key: DER, endDateTime: ends };
  const keys = ours.keys === 'both' ? [old, next] : [old];
  state.apps.push({ ...OURS, displayName: 'other', signInAudience: 'AzureADMyOrg', keys });
  if (ours.principal !== false) {
    const roles = (ours.roles ?? []).map((appRoleId, index) => ({ id: `role${index}`, appRoleId }));
    state.principals.push({ id: OUR_PRINCIPAL, appId: OURS.appId, roles });
  }
  return state;
}

const ends = certificate.validTo.toISOString();

/** What any script must leave alone, whatever happens. */
function harm({ apps, principals }: AzTenant): string[] {
  const complaints: string[] = [];
  if (
    !isDeepStrictEqual(
      apps.find(({ id }) => id === foreign.app.id),
      foreign.app,
    )
  )
    complaints.push('a foreign application was changed');
  if (
    !isDeepStrictEqual(
      principals.find(({ id }) => id === foreign.principal.id),
      foreign.principal,
    )
  ) {
    complaints.push('a foreign Enterprise application was changed');
  }
  if (apps.some(({ id, keys }) => id === OURS.id && keys[0]?.key !== OTHER_DER))
    complaints.push('the certificate in use is gone');
  if (apps.length > 2 || principals.length > 3) complaints.push('something was made twice');
  return complaints;
}

const idsIn = (text: string) =>
  /Directory \(tenant\) id: {2}(\S+)\nApplication \(client\) id: (\S+)\nEnterprise application object id: (\S+)\n/
    .exec(text)
    ?.slice(1);

function certificateGoal(keys: readonly { key: string; endDateTime: string }[] = [], others: number): string[] {
  const complaints: string[] = [];
  const ours = keys.filter(({ key }) => key === DER);
  if (ours.length !== 1) complaints.push(`the certificate is there ${ours.length} times`);
  if (ours.some(({ endDateTime }) => endDateTime !== ends))
    complaints.push(`the credential ends on ${ours[0]?.endDateTime}`);
  if (keys.length !== others + 1) complaints.push(`${keys.length} certificates`);
  return complaints;
}

function registerGoal(made: boolean, roles: readonly string[]): Scenario['goal'] {
  return (state, stdout) => {
    const app = state.apps.find(({ id }) => id !== foreign.app.id);
    const principal = state.principals.find(({ appId }) => appId === app?.appId);
    const complaints = certificateGoal(app?.keys, made ? 0 : 1);
    if (made && app?.displayName !== NAME) complaints.push(`it is called ${app?.displayName}`);
    if (app?.signInAudience !== 'AzureADMyOrg') complaints.push(`it is for ${app?.signInAudience}`);
    if (
      !isDeepStrictEqual(
        principal?.roles.map(({ appRoleId }) => appRoleId),
        roles,
      )
    )
      complaints.push('its permissions are others');
    if (!isDeepStrictEqual(idsIn(stdout), [TENANT, app?.appId, principal?.id]))
      complaints.push('the ids that it prints are wrong');
    return complaints;
  };
}

const text = (files: readonly SetupFile[], name: string) =>
  files.find(({ path: at }) => at.endsWith(`/${name}`))?.text ?? '';

/** The command behind `# Undo:`, with the ids of this run. */
const undoRegister: NonNullable<Scenario['undo']> = (script, _, stdout) =>
  /^# Undo: (az .*)$/m.exec(script)?.[1]?.replace('<Application (client) id>', idsIn(stdout)?.[1] ?? '');

export function scenarios(cloud: CloudName): Scenario[] {
  const register = (mode: Mode, more: Partial<Answers> = {}) => ({
    script: 'register-app.sh',
    files: entraFiles(answersOf(mode, { cloud, ...more })),
  });
  const base = { cloud, args: [] as string[], input: '', status: 0 as const };
  const withId = { tenantId: TENANT.toUpperCase(), clientId: OURS.appId.toUpperCase() };
  const grant = { ...base, script: 'grant-mail-send.sh', files: entraFiles(answersOf('policy', { cloud, ...withId })) };
  const add = { ...base, script: 'add-certificate.sh', files: rotationFiles(OURS.appId, cloud) };
  const grantsOnly =
    (...roles: string[]): Scenario['goal'] =>
    ({ principals }) =>
      isDeepStrictEqual(
        principals.find(({ id }) => id === OUR_PRINCIPAL)?.roles.map(({ appRoleId }) => appRoleId),
        roles,
      )
        ? []
        : ['what was asked for is not granted, or more than that'];
  const granted = grantsOnly(MAIL_SEND_ROLE_ID);
  const undoGrant: Scenario['undo'] = (_, __, stdout) =>
    [...stdout.matchAll(/^To undo: (.*)$/gm)].map(([, command]) => command).join('\n');
  const grantTwo = {
    ...grant,
    files: entraFiles(answersOf('policy', { cloud, ...withId, features: ['bounces', 'verify'] })),
    goal: grantsOnly(MAIL_SEND_ROLE_ID, READ_ROLE),
  };
  const added: Scenario['goal'] = ({ apps }) => certificateGoal(apps.find(({ id }) => id === OURS.id)?.keys, 1);
  const taken = tenantOf(cloud);
  taken.apps.push({ ...OURS, displayName: NAME, signInAudience: 'AzureADMultipleOrgs', keys: [...foreign.app.keys] });
  const named = (name: string, scenario: Omit<Scenario, 'name'>): Scenario => ({
    name: `${name}, ${cloud}`,
    ...scenario,
  });
  return [
    named('registers, for RBAC', {
      ...base,
      ...register('rbac'),
      start: tenantOf(cloud),
      goal: registerGoal(true, []),
      undo: undoRegister,
    }),
    named('registers, for a policy', {
      ...base,
      ...register('policy', { tenantId: TENANT }),
      start: tenantOf(cloud),
      goal: registerGoal(true, []),
      undo: undoRegister,
    }),
    named('goes on with an application that exists', {
      ...{ ...base, ...register('rbac'), args: [OURS.appId] },
      ...{ start: tenantOf(cloud, { principal: false }), goal: registerGoal(false, []) },
    }),
    named('finds everything done', {
      ...base,
      ...register('policy', withId),
      start: tenantOf(cloud, { keys: 'both' }),
      goal: registerGoal(false, []),
    }),
    named('finds a permission, for RBAC', {
      ...{ ...base, ...register('rbac', withId), status: 1, says: 'FINDING: ' },
      ...{ start: tenantOf(cloud, { roles: [READ_ROLE] }), goal: registerGoal(false, [READ_ROLE]) },
    }),
    named('finds Mail.Send, for a policy', {
      ...{ ...base, ...register('policy', withId), status: 1, says: 'FINDING: ' },
      ...{ start: tenantOf(cloud, { roles: [MAIL_SEND_ROLE_ID] }), goal: registerGoal(false, [MAIL_SEND_ROLE_ID]) },
    }),
    named('finds the name taken', {
      ...{ ...base, ...register('rbac'), status: 1, says: 'exists already', start: taken },
      goal: (state) => (isDeepStrictEqual(state, taken) ? [] : ['an application of the same name was changed']),
    }),
    named('grants Mail.Send', {
      ...{ ...grant, input: 'yes\n', start: tenantOf(cloud, {}), goal: granted },
      undo: undoGrant,
    }),
    named('grants two permissions', { ...grantTwo, input: 'yes\n', start: tenantOf(cloud, {}), undo: undoGrant }),
    named('grants the permission that is missing', {
      ...{ ...grantTwo, input: 'yes\n', start: tenantOf(cloud, { roles: [MAIL_SEND_ROLE_ID] }) },
    }),
    named('finds a permission to read before the policy', {
      ...{ ...base, ...register('policy', { ...withId, features: ['bounces'] }), status: 1, says: 'FINDING: ' },
      ...{ start: tenantOf(cloud, { roles: [READ_ROLE] }), goal: registerGoal(false, [READ_ROLE]) },
    }),
    named('finds Mail.Send granted', {
      ...grant,
      start: tenantOf(cloud, { roles: [MAIL_SEND_ROLE_ID] }),
      goal: granted,
    }),
    named('grants nothing without a yes', {
      ...{ ...grant, input: 'no\n', status: 1, says: 'nothing was granted', start: tenantOf(cloud, {}) },
      goal: ({ principals }) =>
        principals.some(({ id, roles }) => id === OUR_PRINCIPAL && roles.length > 0) ? ['it granted'] : [],
    }),
    named('adds the next certificate', {
      ...{ ...add, start: tenantOf(cloud, {}), goal: added },
      undo: (script, { apps }) =>
        /^# +(az ad app credential delete .*)$/m
          .exec(script)?.[1]
          ?.replace('<Application (client) id>', OURS.appId)
          .replace('<keyId>', apps.find(({ id }) => id === OURS.id)?.keys.find(({ key }) => key === DER)?.keyId ?? ''),
    }),
    named('finds the certificate added', { ...add, start: tenantOf(cloud, { keys: 'both' }), goal: added }),
  ];
}

export type Mutate = (script: string) => string;

interface Checked {
  runs: number;
  complaints: string[];
}

/** Says that it is done, in any of the scripts. */
const SUCCESS = /^(Done\.|Granted Mail\.Send|Mail\.Send (is|and .* are) granted|Tell the developer)/m;

/** A folder with the handout, and a tenant beside it. */
class Fixture {
  readonly folder = mkdtempSync(path.join(tmpdir(), "setup scripts' $HOME "));
  readonly az = new StubAz();
  readonly script: string;

  constructor(
    readonly scenario: Scenario,
    mutate: Mutate,
  ) {
    this.az.state = structuredClone(scenario.start);
    this.script = path.join(this.folder, 'entra-admin', scenario.script);
    for (const file of scenario.files) {
      const at = path.join(this.folder, file.path);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, file.path.endsWith('.sh') ? mutate(file.text) : file.text);
    }
  }

  run(args = this.scenario.args) {
    this.az.calls = [];
    return this.az.run(this.script, args, this.scenario.input);
  }

  async end(): Promise<void> {
    await this.az.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where a script must refuse. */
interface Refusal {
  what: string;
  /** Part of what it must say. */
  says: string;
  state?: Partial<AzTenant>;
  args?: string[];
  otherCertificate?: boolean;
}

/**
 * Which failures: every kind at each call; an error and one kind more at each; those that are listed; or none, where only the
 * way as it should go and that of another cloud are tried.
 */
export type Sweep = 'whole' | 'thin' | 'none' | readonly { call: number; kind: Failure }[];

/**
 * Runs a script as it should go, twice, and takes it back; where it must refuse; and with each call to Azure CLI failing in
 * turn.
 */
export async function check(
  scenario: Scenario,
  sweep: Sweep,
  mutate: Mutate = (script) => script,
  stopAtFirst = false,
): Promise<Checked> {
  const checked: Checked = { runs: 0, complaints: [] };
  const complain = (what: string, complaints: readonly string[]) => {
    checked.complaints.push(...complaints.map((one) => `${scenario.name}, ${what}: ${one}`));
  };
  const inFixture = async (what: string, work: (fixture: Fixture) => Promise<string[]>) => {
    if (stopAtFirst && checked.complaints.length > 0) return;
    const fixture = new Fixture(scenario, mutate);
    await fixture.az.start();
    try {
      complain(what, [...(await work(fixture)), ...harm(fixture.az.state)]);
    } finally {
      await fixture.end();
    }
  };
  const run = async (fixture: Fixture, args?: string[]) => {
    checked.runs++;
    return fixture.run(args);
  };

  let calls = 0;
  await inFixture('as it should go', async (fixture) => {
    const first = await run(fixture);
    calls = fixture.az.calls.length;
    const complaints = classified(scenario, fixture, first);
    if (scenario.status === 0 && first.stderr) complaints.push(`it printed ${first.stderr}`);
    if (scenario.says && !`${first.stdout}${first.stderr}`.includes(scenario.says))
      complaints.push('it did not say why');
    if (first.status !== scenario.status || complaints.length > 0)
      return [`ended with ${first.status}`, ...complaints, first.stderr];
    const after = structuredClone(fixture.az.state);
    const undo = scenario.undo?.(mutate(text(scenario.files, scenario.script)), after, first.stdout);
    for (const shows of sweep === 'none' ? (['key'] as const) : (['key', 'hex', 'base64'] as const)) {
      fixture.az.shows = shows;
      const again = await run(fixture);
      if (again.status !== scenario.status)
        complaints.push(`the second run ended with ${again.status}: ${again.stderr}`);
      if (!isDeepStrictEqual(fixture.az.state, after))
        complaints.push(`the second run changed something (Graph shows ${shows})`);
      if (!isDeepStrictEqual(idsIn(again.stdout), idsIn(first.stdout)))
        complaints.push('the second run printed other ids');
    }
    if (scenario.undo) {
      checked.runs++;
      const undone = await fixture.az.run('-c', [undo ?? 'false']);
      if (undone.status !== 0) complaints.push(`the undo, ${undo}, ended with ${undone.status}: ${undone.stderr}`);
      if (!isDeepStrictEqual(fixture.az.state, scenario.start)) complaints.push('the undo did not undo');
    }
    return complaints;
  });

  await inFixture('where new objects are seen late', async (fixture) => {
    fixture.az.delay = 3;
    const done = await run(fixture);
    return done.status === scenario.status
      ? classified(scenario, fixture, done)
      : [`ended with ${done.status}: ${done.stderr}`];
  });

  const refusals: Refusal[] = [
    { what: 'in another cloud', says: 'az cloud set --name ', state: { cloud: 'AzureGermanCloud' } },
    { what: 'signed in nowhere', says: 'az login', state: { tenant: '' } },
    // The application is found by its application id alone.
    { what: 'with an object id', says: OURS.id, args: [OURS.id] },
  ];
  if (text(scenario.files, scenario.script).includes(`TENANT_ID='${TENANT}'`)) {
    refusals.push({
      what: 'in another tenant',
      says: 'az login --tenant',
      state: { tenant: TENANT.replace('7', '6') },
    });
  }
  if (scenario.script !== 'grant-mail-send.sh' && scenario.says !== 'exists already')
    refusals.push({ what: 'with another certificate', says: 'is not the certificate', otherCertificate: true });
  await inTurns(
    sweep === 'none' ? refusals.slice(0, 1) : refusals,
    async ({ what, says, state, args, otherCertificate }) => {
      await inFixture(what, async (fixture) => {
        Object.assign(fixture.az.state, state);
        if (otherCertificate) swapCertificate(fixture);
        const keys = () => fixture.az.state.apps.flatMap((app) => app.keys);
        const before = structuredClone({ keys: keys(), principals: fixture.az.state.principals });
        const done = await run(fixture, args);
        const complaints = done.status === 0 || SUCCESS.test(done.stdout) ? ['it said that it worked'] : [];
        if (!done.stderr.includes('Stopped: ')) complaints.push('it did not say that it stopped');
        if (!done.stderr.includes(says)) complaints.push(`it did not say why: ${done.stderr}`);
        if (!isDeepStrictEqual({ keys: keys(), principals: fixture.az.state.principals }, before))
          complaints.push('it changed something');
        return complaints;
      });
    },
  );

  await inTurns(failuresOf(sweep, calls), async ({ call, kind, once }) => {
    await inFixture(`${kind} at call ${call}${once ? '' : ' and after it'}`, async (fixture) => {
      fixture.az.failure = (at) => ((once ? at === call : at >= call) ? kind : undefined);
      const failed = await run(fixture);
      const complaints = classified(scenario, fixture, failed);
      // From where it began, or with all of it done, the next run was seen above already.
      if (failed.status === scenario.status || isDeepStrictEqual(fixture.az.state, scenario.start)) return complaints;
      fixture.az.failure = () => undefined;
      complaints.push(...(await recovered(scenario, fixture, run)));
      return complaints;
    });
  });
  return checked;
}

function failuresOf(sweep: Sweep, calls: number): { call: number; kind: Failure; once: boolean }[] {
  if (sweep === 'none') return [];
  if (typeof sweep === 'object') return sweep.map((one) => ({ ...one, once: true }));
  return Array.from({ length: calls }, (_, call) => [
    { call, kind: 'error' as const, once: false },
    ...FAILURES.filter((_, at) => sweep === 'whole' || at === call % FAILURES.length).map((kind) => ({
      call,
      kind,
      once: true,
    })),
  ]).flat();
}

function swapCertificate({ script }: Fixture): void {
  writeFileSync(
    path.join(path.dirname(script), 'graph-mailer.cer'),
    `-----BEGIN CERTIFICATE-----\n${OTHER_DER}\n-----END CERTIFICATE-----\n`,
  );
}

type Done = Awaited<ReturnType<Fixture['run']>>;

/** Whether what was reported is true. */
function classified(scenario: Scenario, { az }: Fixture, { status, stdout, stderr }: Done): string[] {
  if (status === null) return ['it never ended'];
  const found = scenario.status === 1 && status === 1 && stdout.includes('FINDING');
  if (status === 0 || found) {
    if (scenario.status === 1 && status === 0) return ['it hid what it should have told'];
    return scenario.goal(az.state, stdout).map((one) => `it said that it worked, but ${one}`);
  }
  const complaints = stderr.includes('Stopped: ')
    ? []
    : [`it ended with ${status} and did not say that it stopped: ${stderr}`];
  if (SUCCESS.test(stdout)) complaints.push('it failed, and said that it worked');
  return complaints;
}

/** After a failure the same command again, or the one that it names, leads to the goal. */
async function recovered(
  scenario: Scenario,
  fixture: Fixture,
  run: (fixture: Fixture, args?: string[]) => Promise<Done>,
): Promise<string[]> {
  let done = await run(fixture);
  const exists = scenario.name.startsWith('finds the name')
    ? null
    : /exists already[\s\S]*?\["([0-9a-f-]{36})"\]/.exec(done.stderr);
  if (exists?.[1]) done = await run(fixture, [exists[1]]);
  if (done.status !== scenario.status) return [`run again, it ended with ${done.status}: ${done.stderr}`];
  return scenario.goal(fixture.az.state, done.stdout).map((one) => `run again, ${one}`);
}

/** Several at a time: most of it is waiting for processes. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}
