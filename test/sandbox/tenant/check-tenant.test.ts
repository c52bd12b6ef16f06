import { describe, expect, it, onTestFinished } from 'vitest';
import { OwnNames } from '../../../src/sandbox/http/own-names.js';
import { Timers } from '../../../src/sandbox/http/timers.js';
import { type SandboxOptions, startSandbox } from '../../../src/sandbox/index.js';
import { settle } from '../../../src/sandbox/options.js';
import { createServices } from '../../../src/sandbox/services.js';
import { APP, SENDERS } from '../tenant-support.js';

const apps = [{ clientId: APP }];
const senders = { address: SENDERS, kind: 'mail-enabled-security', members: [] };
const list = { address: 'all@contoso.example', kind: 'distribution', members: [] };
const policy = { app: APP, group: SENDERS, right: 'RestrictAccess' };
const assignment = { app: APP, role: 'Application Mail.Send' };

describe('startSandbox refuses a tenant in words:', () => {
  it.each<[options: unknown, message: string]>([
    [{ groups: {} }, '"groups" is an object, expected an array of groups.'],
    [{ groups: [null] }, 'groups[0] is null, expected an object.'],
    [
      { groups: [{ ...senders, kind: 'security' }] },
      'groups[0]: "kind" is a string of 8 characters, expected one of "mail-enabled-',
    ],
    [
      { groups: [{ ...senders, members: ['ana'] }] },
      'groups[0]: "members" is an array with a string of 3 characters, expected an array of',
    ],
    [
      { groups: [{ ...senders, members: ['ana@b.c', 'bob'] }] },
      'groups[0]: "members" is an array with a string of 3 characters, expected an array of addresses.',
    ],
    [{ groups: [{ address: SENDERS }] }, 'groups[0]: "kind" is missing, expected one of'],
    [{ groups: [senders, senders] }, `groups[1]: "address" is "${SENDERS}" again, expected each only once.`],
    [{ mailboxes: [SENDERS], groups: [senders] }, `groups: "${SENDERS}" is mailbox ${SENDERS} already`],
    [{ mailboxes: ['A@b.c', 'a@B.c'] }, 'mailboxes[1]: "address" is "a@B.c" again, expected each only once.'],
    [
      {
        mailboxes: [
          { address: 'a@b.c', aliases: ['d@b.c'] },
          { address: 'e@b.c', aliases: ['D@b.c'] },
        ],
      },
      'mailboxes: "d@b.c" is mailbox a@b.c already, expected one that is free.',
    ],
    [
      {
        mailboxes: [
          { address: 'a@b.c', id: '1' },
          { address: 'd@b.c', id: '1' },
        ],
      },
      'mailboxes: "1" is mailbox a@b.c already',
    ],
    [
      { mailboxes: [{ address: 'a@b.c', kind: 'room' }] },
      'mailboxes[0]: "kind" is a string of 4 characters, expected one of "user", "shared"',
    ],
    [
      { mailboxes: [{ address: 'a@b.c', kind: 'shared', hasMailbox: false }] },
      'mailboxes[0]: "hasMailbox" is false with kind "shared", expected one of the two.',
    ],
    [
      { mailboxes: [{ address: 'a@b.c', hasMailbox: true, licensed: false }] },
      'mailboxes[0]: "hasMailbox" is true with licensed false, expected one of the two.',
    ],
    [
      { apps: [{ clientId: 'a', roles: ['User.Read.All', 'mail.send'] }] },
      'apps[0]: "roles" is an array with a string of 9 characters, expected an array of application permissions as Entra spells them',
    ],
    [{ apps: [{ clientId: 'A' }, { clientId: 'a' }] }, 'apps[1]: "clientId" is "a" again, expected each only once.'],
    [
      { apps: [{ clientId: 'a', disabled: 'no' }] },
      'apps[0]: "disabled" is a string of 2 characters, expected true or false.',
    ],
    [
      { accessPolicies: [policy] },
      `accessPolicies: "app" is a string of 3 characters, expected the client id of an application, or "*".`,
    ],
    [
      { apps, accessPolicies: [policy] },
      `accessPolicies: "group" is "${SENDERS}", expected a mail-enabled security group.`,
    ],
    [
      { apps, groups: [list], accessPolicies: [{ ...policy, group: list.address }] },
      '"group" is "all@contoso.example", a distribution group, expected a mail-enabled security group.',
    ],
    [
      { accessPolicies: [{ ...policy, right: 'Allow' }] },
      '"right" is a string of 5 characters, expected one of "RestrictAccess", "DenyAccess".',
    ],
    [
      { assignments: [assignment] },
      `assignments: "app" is a string of 3 characters, expected the client id of an application.`,
    ],
    [
      { assignments: [{ ...assignment, role: 'Mail.Send' }] },
      'assignments[0]: "role" is a string of 9 characters, expected one of "Appl',
    ],
    [{ assignments: [{ ...assignment, scope: SENDERS }] }, 'expected an object with group or mailboxes.'],
    [{ assignments: [{ ...assignment, scope: {} }] }, '"scope" has neither, expected group or mailboxes.'],
    [
      { assignments: [{ ...assignment, scope: { group: SENDERS, mailboxes: [] } }] },
      '"scope" has both, expected group or mailboxes.',
    ],
    [{ assignments: [{ ...assignment, scope: { groups: [] } }] }, 'scope: "groups" is unknown. Did you mean "group"?'],
    [
      { apps, assignments: [{ ...assignment, scope: { group: SENDERS } }] },
      `assignments: scope: "group" is "${SENDERS}", expected a group of the tenant.`,
    ],
    [
      { ews: { applicationAccessPolicy: 'Allow' } },
      'ews: "applicationAccessPolicy" is a string of 5 characters, expected one of "Enforce',
    ],
    [{ ews: [] }, 'ews is an empty array, expected an object.'],
    [{ propagationDelay: -1 }, '"propagationDelay" is -1, expected milliseconds'],
    [
      { cloud: 'germany' },
      '"cloud" is a string of 7 characters, expected one of "global", "usgov", "usgov-dod", "china".',
    ],
    [{ cae: 1 }, '"cae" is 1, expected true or false.'],
    [{ denialText: 'long' }, '"denialText" is a string of 4 characters, expected one of "raop", "short".'],
    [{ noPermissionsStatus: 400 }, '"noPermissionsStatus" is 400, expected 401 or 403.'],
    [{ requireAssignment: 'yes' }, '"requireAssignment" is a string of 3 characters, expected true or false.'],
  ])('%j', async (options, message) => {
    const error = await startSandbox(options as SandboxOptions).catch((thrown: Error) => thrown);
    expect(`${error}`).toContain(message);
    expect(`${error}`).toMatch(/^Error: startSandbox: /);
  });
});

it('the mailbox may be an alias of one that is listed', async () => {
  const sandbox = await startSandbox({ mailbox: 'd@b.c', mailboxes: [{ address: 'a@b.c', aliases: ['d@b.c'] }] });
  onTestFinished(() => sandbox.close());
  expect(sandbox.tenant.mailboxes.list().map(({ address }) => address)).toEqual(['a@b.c']);
  expect(sandbox.options.mailbox).toBe('d@b.c');
});

describe('whatever the tenant is given while it runs,', () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const pick = <T>(...values: T[]): T => values[random(values.length)] as T;
  const ADDRESSES = ['a@b.c', 'd@b.c', SENDERS, list.address, 'noreply@contoso.example', 'x'];
  const value = (depth = 0): unknown => {
    const deeper =
      depth < 3 ? [() => Array.from({ length: random(3) }, () => value(depth + 1)), () => entry(depth + 1)] : [];
    return pick<() => unknown>(
      () => pick(...ADDRESSES, APP, '', '*', 'distribution', 'mail-enabled-security', 'RestrictAccess', 'DenyAccess'),
      () => pick('Application Mail.Send', 'Mail.Send', 'user', 'none', 'EnforceAllowList', '__proto__', '\u0000'),
      () => pick<unknown>(undefined, null, true, false, 0, -1, 1e300, Number.NaN, Symbol('s'), 1n, () => 1),
      ...deeper,
      ...deeper,
    )();
  };
  const FIELDS = [
    'clientId',
    'address',
    'name',
    'app',
    'group',
    'right',
    'role',
    'scope',
    'mailboxes',
    'kind',
    'members',
  ];
  const MORE = [
    'roles',
    'secrets',
    'disabled',
    'aliases',
    'hasMailbox',
    'sendAs',
    'ews',
    'allowList',
    'propagationDelay',
    'x',
  ];
  const likely: Record<string, () => unknown> = {
    clientId: () => pick(APP, 'b'),
    app: () => pick(APP, '*', 'b'),
    address: () => pick(...ADDRESSES),
    group: () => pick(...ADDRESSES),
    kind: () => pick('distribution', 'mail-enabled-security', 'user', 'none'),
    role: () => 'Application Mail.Send',
    right: () => pick('RestrictAccess', 'DenyAccess'),
    members: () => [pick(...ADDRESSES)],
    scope: () => pick<object>({ group: SENDERS }, { mailboxes: ['a@b.c'] }, {}),
  };
  function entry(depth = 0): unknown {
    const fields = pick(FIELDS, MORE, ['clientId', 'roles'], ['app', 'role', 'scope'], ['app', 'group', 'right']);
    const names = random(2) ? fields : ['address', 'kind', 'members'];
    const chosen = names.filter(() => random(5) > 0);
    return Object.fromEntries(chosen.map((name) => [name, random(4) ? (likely[name] ?? value)() : value(depth + 1)]));
  }

  it('it takes, or refuses in a sentence and stays as it was; a decision is always to be had', async () => {
    const names = new OwnNames('127.0.0.1', []);
    const { sandboxTenant: tenant } = createServices(await settle({ clientId: APP }), new Timers(), names);
    const collections = ['apps', 'mailboxes', 'groups', 'accessPolicies', 'assignments'] as const;
    const taken = new Map<string, number>();
    const until = performance.now() + 1500;
    for (let round = 0; round < 20_000 && performance.now() < until; round += 1) {
      const name = pick(...collections, 'update' as const);
      const given = random(20) ? entry() : value();
      const before = JSON.stringify(collections.map((one) => tenant[one].list()));
      try {
        if (name === 'update') tenant.update(given as never);
        else if (random(6)) tenant[name].set(given as never);
        else tenant[name].remove(pick(...ADDRESSES, APP, 'b', 'Application Mail.Send-app'));
        taken.set(name, (taken.get(name) ?? 0) + 1);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).constructor, `${(error as Error).stack}`).toBe(Error);
        expect((error as Error).message).toMatch(/^(tenant\.\w+(?:: | is )|Certificate of )/);
        expect(JSON.stringify(collections.map((one) => tenant[one].list()))).toBe(before);
      }
      const access = tenant.access(pick(APP, 'b'), pick(...ADDRESSES));
      expect(access.reason).not.toBe('');
      expect(access.result === 'Granted').toBe(access.status === undefined);
    }
    expect([...taken.keys()].sort()).toEqual([...collections, 'update'].sort());
  });
});
