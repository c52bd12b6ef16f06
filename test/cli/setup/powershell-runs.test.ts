import { beforeAll, describe, expect, it } from 'vitest';
import {
  complaints,
  hasPowerShell,
  type Run,
  runFailing,
  runOnce,
  runWell,
  STARTS,
  startScript,
} from './powershell/harness.js';
import {
  EARLIER_FILTER,
  emptyGroup,
  withArgs,
  withAssignmentOfBefore,
  withFilterOfBefore,
  withPermission,
  withPolicy,
  withSameName,
  withTenant,
  withThumbprint,
} from './powershell/scenarios.js';
import {
  APP,
  CORE,
  DENIED,
  EXISTING,
  FILTER,
  GROUP,
  MAILBOXES,
  OBJECT,
  OTHER_CLOUDS,
  TENANT,
  THUMBPRINT,
  type Variant,
} from './powershell/variants.js';

/**
 * `whole`: the scripts of every cloud, each with every call made to fail; `all`, which CI sets: the failures in one cloud alone;
 * otherwise the scripts of one cloud, and the failures of two of them.
 */
const much = process.env.SETUP_SCRIPTS;
const minutes = 60_000;

if (!hasPowerShell) console.warn('pwsh is not installed: the generated PowerShell scripts are read, and not run');

describe.skipIf(!hasPowerShell)('the PowerShell scripts, run in PowerShell against stub modules', () => {
  const all = much === undefined ? CORE : [...CORE, ...EXISTING, ...OTHER_CLOUDS];
  let well: Map<Variant, Run[]>;
  let failing: Map<Variant, Run[]>;
  beforeAll(() => {
    well = runWell(all);
    const failed = much === undefined ? CORE.slice(0, 2) : CORE;
    failing = runFailing(much === 'whole' ? well : new Map([...well].filter(([variant]) => failed.includes(variant))));
    const count = (runs: Map<Variant, Run[]>, what: Run['what']) =>
      [...runs.values()].flat().filter((run) => run.what === what).length;
    const runs = [...well.values(), ...failing.values()].flat().length;
    console.log(`${all.length} scripts, ${STARTS.length} starts, ${count(failing, 'fail')} failures: ${runs} runs`);
  }, 15 * minutes);

  it.each(all.map((variant) => [variant.name, variant] as const))('%s', (_, variant) => {
    expect(complaints(variant, [...(well.get(variant) ?? []), ...(failing.get(variant) ?? [])])).toEqual([]);
  });

  it("are written for all clouds; Graph PowerShell not for China, where it needs an application of one's own", () => {
    const china = OTHER_CLOUDS.filter(({ name }) => name.includes('china'));
    expect(china.map(({ file }) => file)).toEqual(Array(3).fill('restrict-mailboxes.ps1'));
    expect(OTHER_CLOUDS).toHaveLength(3 + 2 * 7);
  });
});

describe.skipIf(!hasPowerShell)('a process of its own', () => {
  it.each(CORE.flatMap((variant) => STARTS.map((start) => [variant.name, start, variant] as const)))(
    'runs %s by its %s',
    (_, start, variant) => {
      const { status, stdout, stderr, tenant } = startScript(variant, start);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(variant.success);
      expect(tenant).not.toEqual(variant.tenant);
    },
    2 * minutes,
  );

  it.each(STARTS)(
    'ends with an exit code that is not 0 after a failed cmdlet, by its %s',
    (start) => {
      const [register] = CORE as [Variant];
      const failing = { ...register, control: { ...register.control, failAt: 4, failKind: 'write-error' } };
      const { status, stdout, stderr } = startScript(failing, start);
      expect(status).toBe(1);
      expect(stderr).toContain('Injected failure of New-MgApplication');
      expect(stdout).not.toMatch(/Registered|Done/);
    },
    2 * minutes,
  );
});

describe.skipIf(!hasPowerShell)('what a tenant may hold', () => {
  const [register, registerPolicy, grant, add, group, filter, policy, bounces] = CORE as [
    Variant,
    Variant,
    Variant,
    Variant,
    Variant,
    Variant,
    Variant,
    Variant,
  ];
  const member = (guid: string) => ({ guid, at: 0 });
  const principal = { appId: APP, objectId: OBJECT, displayName: 'x', at: 0 };
  const eop = { id: 9, tenant: '99999999-1111-2222-3333-444444444444', eop: true };
  /** Variants by name; what is expected of each is in the test of that name. */
  const scenarios: Record<string, [variant: Variant, expectRun: (run: Run, text: string) => void]> = {
    'a session of Security & Compliance PowerShell is none of Exchange': [
      { ...group, control: { ...group.control, connections: [eop] } },
      (run, text) => {
        expect(text).toMatch(group.success);
        expect(run.calls.map(({ name }) => name)).toContain('Connect-ExchangeOnline');
      },
    ],
    'a session with a prefix has not the cmdlets': [
      { ...group, control: { ...group.control, connections: [{ id: 1, tenant: TENANT, prefix: 'Other' }] } },
      (run) => expect(run.calls.map(({ name }) => name)).toContain('Connect-ExchangeOnline'),
    ],
    'of several sessions the last one counts': [
      {
        ...group,
        control: {
          ...group.control,
          connections: [
            { id: 2, tenant: TENANT, ready: true },
            { ...eop, id: 1, eop: false },
          ],
        },
      },
      (run, text) => {
        expect(text).toContain(`Tenant ${TENANT}\n`);
        expect(run.calls.map(({ name }) => name)).not.toContain('Connect-ExchangeOnline');
      },
    ],
    'another tenant is refused': [
      {
        ...policy,
        script: policy.script.replace("$TenantId = ''", "$TenantId = '99999999-1111-2222-3333-444444444444'"),
      },
      (run) => {
        expect(run.error).toContain(`You are signed in to tenant ${TENANT}`);
        expect(run.tenant).toEqual(policy.tenant);
      },
    ],
    'another role of the application is a finding': [
      withTenant(group, {
        exchangePrincipals: [principal],
        assignments: [{ name: 'other', role: 'Application Mail.Read', app: OBJECT, scope: '', byGroup: false, at: 0 }],
      }),
      (run, text) => {
        expect(run.exit).toBe(1);
        expect(text).toContain('    Application Mail.Read: Mail.Read, in Organization, InScope True');
        expect(text).toMatch(
          /WARNING: FINDING: the application has other roles as well: Application Mail\.Read in Organization\./,
        );
        expect(text).toContain('(as it should be)');
      },
    ],
    'a wider role for reading is a finding, and no proof of the one that was asked for': [
      withTenant(bounces, {
        exchangePrincipals: [principal],
        assignments: [
          { name: 'wide', role: 'Application Mail.ReadWrite', app: OBJECT, scope: '', byGroup: false, at: 0 },
        ],
      }),
      (run, text) => {
        expect(run.exit).toBe(1);
        expect(text).toContain(`InScope False  ${DENIED}  Application Mail.Read  (as it should be)`);
        expect(text).toContain('FINDING: the application has other roles as well: Application Mail.ReadWrite');
        expect(text).toContain('sign-off.md names Application Mail.Send and Application Mail.Read and nothing else');
      },
    ],
    'a role for reading in another scope is asked about, and without a yes nothing is proven': [
      {
        ...withTenant(bounces, {
          exchangePrincipals: [principal],
          scopes: [{ name: 'Other', filter: 'x', at: 0 }],
          assignments: [
            {
              name: `Mail.Read ${APP}`,
              role: 'Application Mail.Read',
              app: OBJECT,
              scope: 'Other',
              byGroup: false,
              at: 0,
            },
          ],
        }),
        answers: ['no'],
      },
      (run) => expect(run.error).toContain('Nothing was proven'),
    ],
    'a role for the whole tenant fails the proof': [
      withTenant(group, {
        exchangePrincipals: [principal],
        assignments: [{ name: 'wide', role: 'Application Mail.Send', app: OBJECT, scope: '', byGroup: false, at: 0 }],
      }),
      (run, text) => {
        expect(run.error).toContain('The proof failed');
        expect(text).toContain(`InScope True  ${DENIED}  Application Mail.Send  (NOT as it should be)`);
        // Format-List of the assignments, with their scopes.
        expect(text).toMatch(/Name +: wide/);
      },
    ],
    'a filter of an earlier run is shown with the one asked for, and without a yes nothing is proven': [
      withFilterOfBefore(filter, ['no']),
      (run, text) => {
        expect(text).toContain(`The filter of the application's scope: ${EARLIER_FILTER}`);
        expect(text).toContain(`This script was made for another text: ${FILTER}`);
        expect(run.error).toContain('Nothing was proven');
        expect(run.tenant.assignments).toEqual([]);
      },
    ],
    'with a yes, the filter of an earlier run is proven': [
      withFilterOfBefore(filter, ['yes']),
      (_, text) => expect(text).toMatch(filter.success),
    ],
    'nor is -WhatIf asked about it, which says so': [
      withArgs(withFilterOfBefore(filter, []), { WhatIf: true }),
      (run, text) => {
        expect(text).toContain(`This script was made for another text: ${FILTER}`);
        expect(run.exit).toBe(0);
        expect(run.calls.filter(({ changes }) => changes)).toEqual([]);
      },
    ],
    'an assignment for another group is asked about, and without a yes nothing is proven': [
      { ...withAssignmentOfBefore(group, 'others_00000000-cccc-0000-0000-000000000002'), answers: ['no'] },
      (run, text) => {
        expect(text).toMatch(/WARNING: The role assignment 'Mail\.Send .*' is there already, in the scope 'others_0/);
        expect(text).not.toMatch(group.success);
        expect(run.error).toContain('Nothing was proven');
      },
    ],
    'with a yes, it is taken': [
      { ...withAssignmentOfBefore(group, 'others_00000000-cccc-0000-0000-000000000002'), answers: ['yes'] },
      (_, text) => expect(text).toMatch(group.success),
    ],
    'an assignment for a group whose name only begins alike is asked about': [
      {
        ...withAssignmentOfBefore(group, `${GROUP.slice(0, 27)}_2_00000000-cccc-0000-0000-000000000002`),
        answers: ['no'],
      },
      (run) => expect(run.error).toContain('Nothing was proven'),
    ],
    'an assignment for a group is none for a filter': [
      { ...withAssignmentOfBefore(filter, 'others_00000000-cccc-0000-0000-000000000002'), answers: ['yes', 'no'] },
      (run) => expect(run.error).toContain('Nothing was proven'),
    ],
    'an object id that Exchange knows otherwise is refused': [
      withTenant(group, { exchangePrincipals: [{ ...principal, objectId: '66666666-aaaa-bbbb-cccc-dddddddddddd' }] }),
      (run) => expect(run.error).toContain('Exchange knows this application with the object id 66666666'),
    ],
    'a policy of all applications is told': [
      withPolicy(policy, '*', 'RestrictAccess'),
      (run, text) => {
        expect(text).toMatch(/WARNING: There is a policy of ALL applications: RestrictAccess for Others/);
        expect(run.exit).toBe(0);
      },
    ],
    'a policy of another group is told, and is not taken for this one': [
      withPolicy(policy, APP, 'RestrictAccess'),
      (run, text) => {
        expect(text).toMatch(/WARNING: There is another policy of this application: RestrictAccess for Others/);
        expect(text).toContain('Made the application access policy.');
        expect(run.exit).toBe(0);
      },
    ],
    'the undoing leaves the policies that others made': [
      withPolicy(policy, APP, 'RestrictAccess'),
      (run) => {
        expect((run.tenant.policies as { description: string }[]).map(({ description }) => description)).toEqual([
          'Others',
          'Mail from an application',
        ]);
      },
    ],
    'an empty group that is shown is hidden': [
      withTenant(group, { groups: [emptyGroup] }),
      (run) => expect(run.tenant.groups).toMatchObject([{ name: 'mailers', hidden: true }]),
    ],
    'a group that is none of security is refused': [
      withTenant(group, { groups: [{ ...emptyGroup, type: 'MailUniversalDistributionGroup' }] }),
      (run) => {
        expect(run.error).toContain(
          `${GROUP} is not a mail-enabled security group but a MailUniversalDistributionGroup`,
        );
        expect(run.tenant.groups).toMatchObject([{ hidden: false, members: [] }]);
      },
    ],
    'the denied mailbox in the group stops it': [
      {
        ...withTenant(group, {
          groups: [{ ...emptyGroup, members: [member('00000000-aaaa-0000-0000-000000000001')] }],
        }),
        answers: ['yes'],
      },
      (run) => {
        expect(run.error).toContain(`${DENIED} is a member of ${GROUP}`);
        expect(run.tenant.assignments).toEqual([]);
      },
    ],
    'a member more is asked about, and a no gives the application nothing': [
      {
        ...withTenant(group, {
          groups: [{ ...emptyGroup, members: [member('00000000-aaaa-0000-0000-000000000002')] }],
        }),
        answers: ['no'],
      },
      (run) => {
        expect(run.error).toContain('The application was given nothing');
        expect(run.tenant.exchangePrincipals).toEqual([]);
      },
    ],
    'a filter that is not meant makes no scope': [
      { ...filter, answers: ['no'] },
      (run) => {
        expect(run.error).toContain('The application was given nothing');
        expect(run.tenant.scopes).toEqual(filter.tenant.scopes);
      },
    ],
    'mailboxes are not made unasked': [
      { ...group, script: group.script.replace('$CreateMailbox = $true', '$CreateMailbox = $false') },
      (run) => {
        expect(run.error).toContain(`There is no mailbox ${MAILBOXES[0]}. Make it`);
        expect(run.calls.filter(({ changes }) => changes)).toEqual([]);
      },
    ],
    'Enable-OrganizationCustomization is asked for': [
      { ...withTenant(policy, { dehydrated: true }), answers: ['yes'] },
      (run, text) => {
        expect(text).toContain('CANNOT BE UNDONE');
        expect(run.tenant.dehydrated).toBe(false);
        expect(run.exit).toBe(0);
      },
    ],
    'and is not run without a yes': [
      { ...withTenant(policy, { dehydrated: true }), answers: [''] },
      (run) => {
        expect(run.error).toContain('Nothing was changed');
        expect(run.calls.filter(({ changes }) => changes)).toEqual([]);
      },
    ],
    'nor by -WhatIf, which says so': [
      withArgs(withTenant(policy, { dehydrated: true }), { WhatIf: true }),
      (run, text) => {
        expect(text).toContain('What if: would ask whether to run Enable-OrganizationCustomization.');
        expect(run.calls.filter(({ changes }) => changes)).toEqual([]);
      },
    ],
    'a parameter that there is not is no run': [
      withArgs(policy, { WhatIff: true }),
      (run) => expect(run.calls).toEqual([]),
    ],
    'a proof in another language is judged by a person alone': [
      { ...policy, answers: ['no'], control: { ...policy.control, language: 'fr' } },
      (run, text) => {
        expect(text).toContain("? Does 'Accord\u00e9' mean Granted in your language, and 'Refus\u00e9' Denied?");
        expect(run.error).toContain('The proof was not judged');
        expect(text).not.toMatch(policy.success);
      },
    ],
    'in another language too, one answer for all fails the proof': [
      { ...policy, control: { ...policy.control, language: 'fr', allDenied: true } },
      (run) => expect(run.error).toContain('The proof failed'),
    ],
    'an application of the same name is never taken': [
      withSameName(register),
      (run) => {
        expect(run.error).toContain(`exists already, with the Application (client) id ${APP}`);
        expect(run.error).toContain('Nothing was changed');
        expect(run.calls.filter(({ changes }) => changes)).toEqual([]);
      },
    ],
    'a permission in Entra is a finding, by RBAC': [
      withPermission(register, '810c84a8-4a9e-49e6-bf7d-12d183f40d01'),
      (run, text) => {
        expect(run.exit).toBe(1);
        expect(text).toMatch(/WARNING: FINDING: this application has application permissions in Entra \(810c84a8/);
      },
    ],
    'Mail.Send before the policy is a finding': [
      withPermission(registerPolicy, 'b633e1c5-b582-4048-a93e-9f11b44c7e96'),
      (run, text) => {
        expect(run.exit).toBe(1);
        expect(text).toMatch(/WARNING: FINDING: this application has Mail\.Send already/);
      },
    ],
    'nothing is granted without a yes': [
      { ...grant, answers: ['Yes, I think'] },
      (run) => {
        expect(run.error).toContain('Nothing was granted');
        expect(run.tenant).toEqual(grant.tenant);
      },
    ],
    'a certificate is known by its thumbprint alone, as Graph gives it': [
      withThumbprint(add, THUMBPRINT),
      (run, text) => {
        expect(text).toContain('is registered already');
        expect(run.calls.filter(({ changes }) => changes)).toEqual([]);
      },
    ],
  };
  let runs: Map<string, Run>;
  beforeAll(() => {
    const names = Object.keys(scenarios);
    const all = runOnce(names.map((name) => ({ ...(scenarios[name]?.[0] as Variant), name })));
    runs = new Map(names.map((name, index) => [name, all[index] as Run]));
  }, 5 * minutes);

  it.each(Object.keys(scenarios))('%s', (name) => {
    const run = runs.get(name) as Run;
    scenarios[name]?.[1](run, run.lines.join('\n'));
  });
});
