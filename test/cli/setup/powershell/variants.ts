import type { Feature } from '../../../../src/cli/common/features.js';
import type { Answers, SetupFile } from '../../../../src/cli/setup/common/answers.js';
import { publicCertificate } from '../../../../src/cli/setup/common/certificate.js';
import { GRAPH_APP_ID, MAIL_SEND_ROLE_ID } from '../../../../src/cli/setup/common/rights.js';
import { allHandouts } from '../../../../src/cli/setup/handouts/all-handouts.js';
import { rotationHandout } from '../../../../src/cli/setup/handouts/rotation.js';
import type { CloudName } from '../../../../src/options/types.js';
import { makeCertificate } from '../../../helpers/certificates.js';
import type { Run, Tenant } from './harness.js';

/** A script as it was written for some answers, the tenant that it meets, and what must come of it. */
export interface Variant {
  name: string;
  file: string;
  script: string;
  /** Files in the same folder. */
  beside: Record<string, string>;
  args: Record<string, string>;
  tenant: Tenant;
  control: Record<string, unknown>;
  answers: string[];
  /** In a second run; nothing is asked, unless this says so. */
  answersAgain?: string[];
  answersInFrench?: string[];
  /** Whether it makes something that has to be waited for. */
  makes: boolean;
  /** Printed when, and only when, all is done. */
  success: RegExp;
  /** What `-WhatIf` says; without, the script has no such switch. */
  whatIf?: string[];
  /** What is wrong with a run. */
  check: (run: Run) => string[];
  /** The commands that undo the first run, as the script or its readme give them. */
  undo?: (first: Run) => string;
}

export const NAME = 'Bob\u2019s "o\'clock" news $HOME `id` $(Get-Mailbox) caf\u00e9';
export const MAILBOXES = ["o'neil$x`@contoso.com", 'c@b\u00fccher.example'] as const;
export const DENIED = "b'$oss@contoso.com";
export const GROUP = "g'$roup-with-a-long-name@contoso.com";
export const FILTER = 'CustomAttribute1 -eq \'graph \u2018mailer\u2019\' -and City -like "$x*"';
export const TENANT = '77777777-1111-2222-3333-444444444444';
export const APP = '22222222-aaaa-bbbb-cccc-dddddddddddd';
export const OBJECT = '33333333-aaaa-bbbb-cccc-dddddddddddd';
const GRAPH = '44444444-aaaa-bbbb-cccc-dddddddddddd';

// Longer than the year that Entra would give by itself, and with ends that differ from UTC in the zone of the tests.
const pem = makeCertificate({ notAfter: new Date(Date.now() + 700 * 86_400_000) }).certificate;
const certificate = publicCertificate(pem);
const other = publicCertificate(makeCertificate().certificate);
const base64 = (text: string) => text.replaceAll(/-----.*-----|\s/g, '');

const key = (of: typeof certificate, keyId: string) => ({
  ...{ keyId, thumbprint: of.thumbprintSha1, displayName: 'CN=x', key: base64(of.pem) },
  ...{ start: '2026-01-01T00:00:00Z', end: '2027-01-01T00:00:00Z' },
});

/** A certificate that is on an application already. */
export const otherKey = key(other, 'old');
export const THUMBPRINT = certificate.thumbprintSha1;

const graphPrincipal = { id: GRAPH, appId: GRAPH_APP_ID, displayName: 'Microsoft Graph', roles: [], at: 0 };
export const EMPTY_TENANT: Tenant = {
  ...{ apps: [], principals: [graphPrincipal], exchangePrincipals: [], assignments: [], scopes: [], policies: [] },
  ...{ groups: [], dehydrated: false },
  mailboxes: [
    {
      name: 'boss',
      alias: 'boss',
      address: DENIED,
      guid: '00000000-aaaa-0000-0000-000000000001',
      type: 'UserMailbox',
      at: 0,
    },
    {
      name: 'ann',
      alias: 'ann',
      address: 'ann@contoso.com',
      guid: '00000000-aaaa-0000-0000-000000000002',
      type: 'UserMailbox',
      at: 0,
    },
  ],
};
const registered = {
  id: '55555555-aaaa-bbbb-cccc-dddddddddddd',
  appId: APP,
  displayName: NAME,
  audience: 'AzureADMyOrg',
  at: 0,
};
const principal = { id: OBJECT, appId: APP, displayName: NAME, roles: [], at: 0 };

const GRAPH_CLOUDS = { global: 'Global', usgov: 'USGov', 'usgov-dod': 'USGovDoD', china: 'China' } as const;
const EXCHANGE_CLOUDS = {
  global: 'O365Default',
  usgov: 'O365USGovGCCHigh',
  'usgov-dod': 'O365USGovDoD',
  china: 'O365China',
} as const;

function handouts(more: Partial<Answers>): SetupFile[] {
  const answers: Answers = {
    ...{ mode: 'rbac', name: NAME, mailboxes: MAILBOXES, deniedMailbox: DENIED, cloud: 'global', createMailbox: true },
    ...{ scope: { kind: 'group', address: GROUP } },
    ...more,
  };
  return allHandouts(
    {
      ...{ answers, certificate, certificatePath: '/key.pem', keyMade: true },
      ...{ publicFile: 'graph-mailer.cer', folder: 'out' },
    },
    '/ca.pem',
    new Date(),
  );
}

const rotation = (cloud: CloudName): SetupFile[] =>
  rotationHandout({
    ...{ pem: '', certificate, keyPath: '/new.pem', old: undefined, oldPath: undefined },
    ...{ cloud, tenantId: TENANT, clientId: APP },
  });

const textOf = (files: readonly SetupFile[], file: string) => files.find(({ path }) => path.endsWith(file))?.text;

function controlOf(cloud: CloudName): Record<string, unknown> {
  return {
    ...{ tenantId: TENANT, graphCloud: GRAPH_CLOUDS[cloud], exchangeCloud: EXCHANGE_CLOUDS[cloud], connections: [] },
    filters: { [FILTER]: MAILBOXES },
  };
}

const list = (tenant: Tenant, kind: string) => (tenant[kind] ?? []) as Record<string, unknown>[];
/** Compares a list with what it should be, by the properties that are given; says what differs. */
function expectList(run: Run, kind: string, wanted: readonly Record<string, unknown>[]): string[] {
  const has = list(run.tenant, kind);
  const shown = has.map((one, index) =>
    Object.fromEntries(Object.keys(wanted[index] ?? one).map((name) => [name, one[name]])),
  );
  const [a, b] = [JSON.stringify(shown), JSON.stringify(wanted)];
  return a === b ? [] : [`${kind}: ${a} instead of ${b}`];
}

const seconds = (date: Date) => `${date.toISOString().slice(0, 19)}Z`;
const added = {
  ...{
    thumbprint: certificate.thumbprintSha1,
    start: seconds(certificate.validFrom),
    end: seconds(certificate.validTo),
  },
};

/** The commands that a script prints behind "To undo:". */
const printedUndo = (cloud: CloudName) => (first: Run) => {
  const commands = first.lines
    .filter((line) => line.startsWith('To undo: '))
    .map((line) => line.slice('To undo: '.length));
  return `Connect-MgGraph -Environment ${GRAPH_CLOUDS[cloud]} -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'\n${commands.join('\n') || 'throw "no undo"'}\n`;
};

/** The commands of a readme, below "To undo". */
function readmeUndo(readme: string, cloud: CloudName): string {
  const commands = /## To undo[\s\S]*?```powershell\n([\s\S]*?)```/.exec(readme)?.[1] ?? 'throw "no undo"';
  const filled = commands.replaceAll('<client id>', APP).replaceAll('<object id>', OBJECT);
  return `$ErrorActionPreference = 'Stop'\nConnect-ExchangeOnline -ExchangeEnvironmentName ${EXCHANGE_CLOUDS[cloud]}\n${filled}`;
}

function registering(mode: Answers['mode'], cloud: CloudName): Variant | undefined {
  const files = handouts({ mode, cloud, ...(mode === 'policy' && { tenantId: TENANT }) });
  const script = textOf(files, 'register-app.ps1');
  if (script === undefined) return undefined;
  return {
    ...{
      name: `register-app.ps1, ${mode}, ${cloud}`,
      file: 'register-app.ps1',
      script,
      args: {},
      answers: [],
      makes: true,
    },
    beside: { 'graph-mailer.cer': pem },
    tenant: EMPTY_TENANT,
    control: controlOf(cloud),
    success: /^They are also in/m,
    check: (run) => {
      const [app] = list(run.tenant, 'apps');
      const sp = list(run.tenant, 'principals')[1];
      const lines = [
        `Directory (tenant) id:  ${TENANT}`,
        `Application (client) id: ${app?.appId}`,
        `Enterprise application object id: ${sp?.id}`,
      ];
      return [
        ...expectList(run, 'apps', [{ displayName: NAME, audience: 'AzureADMyOrg' }]),
        ...expectList(run, 'principals', [{ appId: GRAPH_APP_ID }, { appId: app?.appId, roles: [] }]),
        ...expectList({ ...run, tenant: app ?? {} }, 'keys', [added]),
        ...lines.filter((line) => !run.lines.includes(line)).map((line) => `does not say: ${line}`),
        ...lines.filter((line) => !run.saved.includes(line)).map((line) => `does not write down: ${line}`),
      ];
    },
    undo: printedUndo(cloud),
  };
}

/** An app registration that is there, with another certificate and, in one case, permissions that it should not have. */
function registeringExisting(mode: Answers['mode']): Variant {
  const variant = registering(mode, 'global') as Variant;
  const { undo: _, ...rest } = variant;
  return {
    ...rest,
    name: `register-app.ps1, ${mode}, -AppId`,
    args: { AppId: APP },
    makes: false,
    tenant: { ...EMPTY_TENANT, apps: [{ ...registered, keys: [otherKey] }], principals: [graphPrincipal, principal] },
    check: (run) => {
      const [app] = list(run.tenant, 'apps');
      return [
        ...expectList(run, 'apps', [{ appId: APP, displayName: NAME }]),
        ...expectList({ ...run, tenant: app ?? {} }, 'keys', [{ keyId: 'old' }, added]),
      ];
    },
  };
}

const READ_ROLE_ID = '810c84a8-4a9e-49e6-bf7d-12d183f40d01';

function granting(cloud: CloudName, features: readonly Feature[] = []): Variant | undefined {
  const script = textOf(handouts({ mode: 'policy', cloud, clientId: APP, features }), 'grant-mail-send.ps1');
  const asked = [MAIL_SEND_ROLE_ID, ...(features.includes('bounces') ? [READ_ROLE_ID] : [])];
  const names = features.includes('bounces') ? 'Mail\\.Send and Mail\\.Read' : 'Mail\\.Send';
  if (script === undefined) return undefined;
  return {
    ...{
      name: `grant-mail-send.ps1, ${[...features, cloud].join(', ')}`,
      file: 'grant-mail-send.ps1',
      script,
      args: {},
      beside: {},
      makes: false,
    },
    answers: ['yes'],
    tenant: {
      ...EMPTY_TENANT,
      apps: [{ ...registered, keys: [] }],
      principals: [
        graphPrincipal,
        { ...principal, roles: [{ id: 'r1', role: '6be147d2-ea4f-4b5a-a3fa-3eab6f3c140a', resource: GRAPH }] },
      ],
    },
    control: controlOf(cloud),
    success: new RegExp(`^(Granted ${names} to .*|${names} (is|are) granted .* already\\.)$`, 'm'),
    check: (run) => {
      const roles = list(run.tenant, 'principals')[1] ?? {};
      const question = run.lines.find((line) => line.startsWith('? ')) ?? '';
      return [
        ...expectList({ ...run, tenant: roles }, 'roles', [
          { id: 'r1' },
          ...asked.map((role) => ({ role, resource: GRAPH })),
        ]),
        ...(question.includes(`Denied for ${DENIED}`) && /more than an hour ago/.test(question)
          ? []
          : [`asks: ${question}`]),
      ];
    },
    undo: printedUndo(cloud),
  };
}

function addingCertificate(cloud: CloudName): Variant | undefined {
  const script = textOf(rotation(cloud), 'add-certificate.ps1');
  if (script === undefined) return undefined;
  return {
    ...{
      name: `add-certificate.ps1, ${cloud}`,
      file: 'add-certificate.ps1',
      script,
      args: {},
      answers: [],
      makes: false,
    },
    beside: { 'graph-mailer.cer': pem },
    tenant: { ...EMPTY_TENANT, apps: [{ ...registered, keys: [otherKey] }] },
    control: controlOf(cloud),
    success: /^Tell the developer that the new certificate is registered/m,
    check: (run) =>
      expectList({ ...run, tenant: list(run.tenant, 'apps')[0] ?? {} }, 'keys', [{ keyId: 'old' }, added]),
  };
}

const short = (address: string, length: number) => address.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, length);

/** Both mailboxes were made, as shared ones, and are the members of a hidden security group. */
function checkGroup(run: Run): string[] {
  const boxes = list(run.tenant, 'mailboxes').slice(2);
  const members = boxes.map(({ guid }) => ({ guid }));
  const [group] = list(run.tenant, 'groups');
  return [
    ...checkMailboxes(run),
    ...expectList(run, 'groups', [
      {
        ...{ name: short(GROUP, 27), displayName: GROUP, alias: GROUP.split('@')[0], address: GROUP },
        ...{ type: 'MailUniversalSecurityGroup', hidden: true, join: 'Closed' },
      },
    ]),
    ...expectList({ ...run, tenant: group ?? {} }, 'members', members),
  ];
}

function checkMailboxes(run: Run): string[] {
  const made = MAILBOXES.map((address) => ({ name: short(address, 64), address, type: 'SharedMailbox' }));
  return expectList(run, 'mailboxes', [{ address: DENIED }, { address: 'ann@contoso.com' }, ...made]);
}

/** @param of the roles that are proven, each by a line of its own */
function proven(run: Run, yes: string, no: string, of: readonly string[] = ['']): string[] {
  const lines = of.flatMap((role) => [
    ...MAILBOXES.map((address) => `${yes}  ${address}  ${role && `${role}  `}(`),
    `${no}  ${DENIED}  ${role && `${role}  `}(`,
  ]);
  return lines.filter((line) => !run.lines.some((has) => has.startsWith(line))).map((line) => `does not say: ${line}`);
}

const anotherScope = { name: 'Another', filter: FILTER, at: 0 };

function restrictingRbac(kind: 'group' | 'filter', cloud: CloudName, features: readonly Feature[] = []): Variant {
  const scope = kind === 'group' ? ({ kind, address: GROUP } as const) : ({ kind, filter: FILTER } as const);
  const files = handouts({ mode: 'rbac', cloud, scope, features });
  const roles = ['Application Mail.Send', ...(features.includes('bounces') ? ['Application Mail.Read'] : [])];
  const nameOf = (role: string) => `${role.replace('Application ', '')} ${APP}`;
  const file = 'restrict-mailboxes.ps1';
  return {
    ...{
      name: `${file}, rbac, ${[kind, ...features, cloud].join(', ')}`,
      file,
      script: textOf(files, file) ?? '',
      beside: {},
      makes: true,
    },
    args: { AppId: APP, ObjectId: OBJECT },
    answers: kind === 'filter' ? ['yes'] : [],
    tenant: { ...EMPTY_TENANT, scopes: [anotherScope] },
    control: controlOf(cloud),
    success: /^Proven: InScope True/m,
    whatIf: [
      ...MAILBOXES.map((address) => `What if: would make the shared mailbox ${address}.`),
      ...(kind === 'group'
        ? [
            `What if: would make the mail-enabled security group ${GROUP}.`,
            ...MAILBOXES.map((address) => `What if: would add ${address} to ${GROUP}.`),
          ]
        : [`What if: would make the management scope 'Mail ${APP}'.`]),
      `What if: would make the service principal of ${APP} in Exchange, with the object id ${OBJECT}.`,
      ...roles.map((role) => `What if: would assign the role '${role}' to the application, as '${nameOf(role)}'.`),
      'Nothing was changed.',
    ],
    check: (run) => {
      const [group] = list(run.tenant, 'groups');
      const scopeName = kind === 'group' ? `${short(GROUP, 27)}_${group?.entraId}` : `Mail ${APP}`;
      return [
        ...(kind === 'group' ? checkGroup(run) : checkMailboxes(run)),
        ...expectList(run, 'exchangePrincipals', [{ appId: APP, objectId: OBJECT, displayName: NAME }]),
        ...expectList(run, 'scopes', [anotherScope, { name: scopeName, ...(kind === 'filter' && { filter: FILTER }) }]),
        ...expectList(
          run,
          'assignments',
          roles.map((role) => ({ name: nameOf(role), role, app: OBJECT, scope: scopeName })),
        ),
        ...proven(run, 'InScope True', 'InScope False', roles),
        ...(kind === 'group' || run.lines.some((line) => line.startsWith('? Is that what is meant?'))
          ? []
          : ['does not ask about the filter']),
      ];
    },
    undo: () => readmeUndo(textOf(files, 'exchange-admin/README.md') ?? '', cloud),
  };
}

function restrictingPolicy(cloud: CloudName): Variant {
  const files = handouts({ mode: 'policy', cloud });
  const file = 'restrict-mailboxes.ps1';
  return {
    ...{ name: `${file}, policy, ${cloud}`, file, script: textOf(files, file) ?? '', beside: {}, makes: true },
    args: { AppId: APP },
    answers: [],
    answersInFrench: ['yes'],
    tenant: EMPTY_TENANT,
    control: controlOf(cloud),
    success: /^Proven by Test-ApplicationAccessPolicy/m,
    whatIf: [
      `What if: would make the mail-enabled security group ${GROUP}.`,
      `What if: would make an application access policy: RestrictAccess for ${APP} to the members of ${GROUP}.`,
      'Nothing was changed.',
    ],
    check: (run) => {
      const [group] = list(run.tenant, 'groups');
      const [yes, no] =
        run.what === 'french'
          ? ['AccessCheckResult Accord\u00e9', 'AccessCheckResult Refus\u00e9']
          : ['AccessCheckResult Granted', 'AccessCheckResult Denied'];
      const asked = run.lines.some((line) => line.startsWith("? Does 'Accord\u00e9' mean Granted"));
      return [
        ...checkGroup(run),
        ...expectList(run, 'policies', [{ appId: APP, group: group?.guid, right: 'RestrictAccess' }]),
        ...proven(run, yes as string, no as string),
        ...(asked === (run.what === 'french') ? [] : ['asks about the words, or does not']),
      ];
    },
    undo: () => readmeUndo(textOf(files, 'exchange-admin/README.md') ?? '', cloud),
  };
}

const box = (address: string, n: number) => ({
  ...{
    name: short(address, 64),
    alias: address.split('@')[0],
    address,
    guid: `00000000-bbbb-0000-0000-00000000000${n}`,
  },
  ...{ type: 'UserMailbox', at: 0 },
});
const memberOf = (guid: string) => ({ guid, at: 0 });

/** Mailboxes and group are there, the group is of somebody else, visible, and has a member more: that is asked. */
function restrictingExisting(mode: Answers['mode']): Variant {
  const base = mode === 'rbac' ? restrictingRbac('group', 'global') : restrictingPolicy('global');
  const { whatIf: _, answersInFrench: __, ...rest } = base;
  const files = handouts({ mode, createMailbox: false });
  const boxes = MAILBOXES.map((address, n) => box(address, n));
  return {
    ...rest,
    name: `restrict-mailboxes.ps1, ${mode}, group and mailboxes exist`,
    script: textOf(files, 'restrict-mailboxes.ps1') ?? '',
    answers: ['yes'],
    answersAgain: ['yes'],
    ...(mode === 'policy' && { answersInFrench: ['yes', 'yes'] }),
    makes: mode === 'rbac',
    tenant: {
      ...EMPTY_TENANT,
      mailboxes: [...list(EMPTY_TENANT, 'mailboxes'), ...boxes],
      groups: [
        {
          ...{
            name: 'mailers',
            displayName: 'Mailers',
            alias: 'mailers',
            address: GROUP,
            join: 'Closed',
            owned: false,
            hidden: false,
            at: 0,
          },
          ...{ guid: '00000000-cccc-0000-0000-000000000001', entraId: '00000000-cccc-0000-0000-000000000002' },
          ...{ type: 'MailUniversalSecurityGroup', members: [memberOf('00000000-aaaa-0000-0000-000000000002')] },
        },
      ],
    },
    check: (run) => {
      const [group] = list(run.tenant, 'groups');
      const ids = ['00000000-aaaa-0000-0000-000000000002', ...boxes.map(({ guid }) => guid)];
      return [
        // Whoever owns the group decides whether it is shown.
        ...expectList(run, 'groups', [{ name: 'mailers', hidden: false }]),
        ...expectList(
          { ...run, tenant: group ?? {} },
          'members',
          ids.map((guid) => ({ guid })),
        ),
        ...(run.lines.some((line) => line.startsWith('? There are more than were asked for'))
          ? []
          : ['does not ask about the member more']),
      ];
    },
  };
}

const present = (variants: readonly (Variant | undefined)[]) =>
  variants.filter((one): one is Variant => one !== undefined);
const CLOUDS: readonly CloudName[] = ['global', 'usgov', 'usgov-dod', 'china'];

/** One of each script, for the global cloud; two that give a right to read as well. */
export const CORE: readonly Variant[] = present([
  registering('rbac', 'global'),
  registering('policy', 'global'),
  granting('global'),
  addingCertificate('global'),
  restrictingRbac('group', 'global'),
  restrictingRbac('filter', 'global'),
  restrictingPolicy('global'),
  restrictingRbac('group', 'global', ['bounces', 'verify']),
  granting('global', ['bounces', 'verify']),
]);

/** What the tenant holds already. */
export const EXISTING: readonly Variant[] = [
  registeringExisting('rbac'),
  registeringExisting('policy'),
  restrictingExisting('rbac'),
  restrictingExisting('policy'),
];

/** The same scripts for the other clouds, as far as they are written. */
export const OTHER_CLOUDS: readonly Variant[] = present(
  CLOUDS.slice(1).flatMap((cloud) => [
    ...[registering('rbac', cloud), registering('policy', cloud), granting(cloud), addingCertificate(cloud)],
    ...[restrictingRbac('group', cloud), restrictingRbac('filter', cloud), restrictingPolicy(cloud)],
  ]),
);
