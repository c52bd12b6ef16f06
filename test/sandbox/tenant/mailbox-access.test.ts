import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import { createDraft, MAILBOX, mail, messagePath } from '../support.js';
import { APP, CEO, decisionOf, outcome, RAOP, SENDERS, startTenant } from '../tenant-support.js';

const OUTSIDE = `403 ErrorAccessDenied ${RAOP}`;
const NOT_CONSENTED = '403 ErrorAccessDenied Access is denied. Check credentials and try again.';
const NOTHING =
  '401 NoPermissionsInAccessToken The token contains no permissions, or permissions can not be understood.';

const send = 'Application Mail.Send';
const nobody = { address: 'nobody@contoso.example', kind: 'mail-enabled-security' as const, members: [] };
const senders = { address: SENDERS, kind: 'mail-enabled-security' as const, members: [MAILBOX] };
const bosses = { address: 'bosses@contoso.example', kind: 'mail-enabled-security' as const, members: [CEO] };
const groups = [senders, bosses, nobody];

interface Case {
  when: string;
  options: SandboxOptions & { roles?: string[] };
  noreply: string;
  ceo: string;
  /** Of the decision about the ceo's mailbox. */
  reason: string;
}

const cases: Case[] = [
  {
    when: 'Mail.Send is consented to: every mailbox',
    options: {},
    noreply: '202',
    ceo: '202',
    reason: 'Entra role Mail.Send, every mailbox',
  },
  {
    when: 'there is neither a role nor an assignment: nothing',
    options: { roles: [] },
    noreply: NOTHING,
    ceo: NOTHING,
    reason: 'It has no Entra role and no assignment',
  },
  {
    when: 'the role is another: nothing',
    options: { roles: ['Mail.Read'] },
    noreply: NOT_CONSENTED,
    ceo: NOT_CONSENTED,
    reason: 'Mail.Send is not among its Entra roles and assignments (Mail.Read)',
  },
  {
    when: 'the assignment is of another role: nothing',
    options: { roles: [], assignments: [{ app: APP, role: 'Application Mail.ReadWrite' }] },
    noreply: NOT_CONSENTED,
    ceo: NOT_CONSENTED,
    reason: 'Mail.Send is not among its Entra roles and assignments (Application Mail.ReadWrite)',
  },
  {
    when: 'an assignment without a scope grants it: every mailbox, without any role in the token',
    options: { roles: [], assignments: [{ app: APP, role: send }] },
    noreply: '202',
    ceo: '202',
    reason: 'Assignment "Application Mail.Send-app" (Application Mail.Send): every mailbox',
  },
  {
    when: 'an assignment is scoped to a group: its members',
    options: { roles: [], assignments: [{ app: 'APP', role: send, scope: { group: SENDERS.toUpperCase() } }] },
    noreply: '202',
    ceo: OUTSIDE,
    reason: `Assignment "Application Mail.Send-app" (Application Mail.Send): the mailbox is no direct member of ${SENDERS}`,
  },
  {
    when: 'an assignment of a bundle is scoped to mailboxes: those',
    options: {
      roles: [],
      assignments: [{ name: 'A', app: APP, role: 'Application Mail Full Access', scope: { mailboxes: [MAILBOX] } }],
    },
    noreply: '202',
    ceo: OUTSIDE,
    reason: `Assignment "A" (Application Mail Full Access): the mailbox is not one of ${MAILBOX}`,
  },
  {
    when: 'the group of the scope holds the group of the mailbox: members of members do not count',
    options: {
      roles: [],
      groups: [{ ...senders, members: [MAILBOX, bosses.address] }, bosses],
      assignments: [{ app: APP, role: send, scope: { group: SENDERS } }],
    },
    noreply: '202',
    ceo: OUTSIDE,
    reason: `Assignment "Application Mail.Send-app" (Application Mail.Send): the mailbox is no direct member of ${SENDERS}`,
  },
  {
    when: 'a scoped assignment stands beside the Entra role: nothing is restricted',
    options: { groups, assignments: [{ app: APP, role: send, scope: { group: nobody.address } }] },
    noreply: '202',
    ceo: '202',
    reason: 'Entra role Mail.Send, every mailbox',
  },
  {
    when: 'the assignment is of another application: nothing',
    options: {
      roles: [],
      apps: [{ clientId: APP, roles: [], secrets: ['s'] }, { clientId: 'b' }],
      assignments: [{ app: 'b', role: send }],
    },
    noreply: NOTHING,
    ceo: NOTHING,
    reason: 'It has no Entra role and no assignment',
  },
  {
    when: 'a policy restricts the application: the members of its group',
    options: { accessPolicies: [{ app: APP, group: SENDERS, right: 'RestrictAccess' }] },
    noreply: '202',
    ceo: OUTSIDE,
    reason: `Access policy "RestrictAccess-app" (RestrictAccess): the mailbox is no direct member of ${SENDERS}`,
  },
  {
    when: 'a policy denies: all but the members of its group',
    options: { groups, accessPolicies: [{ app: APP, group: bosses.address, right: 'DenyAccess' }] },
    noreply: '202',
    ceo: OUTSIDE,
    reason: `Access policy "DenyAccess-app" (DenyAccess): the mailbox is a direct member of ${bosses.address}`,
  },
  {
    when: 'one policy restricts to a mailbox that another denies: Deny beats Restrict',
    options: {
      groups,
      accessPolicies: [
        { app: APP, group: SENDERS, right: 'RestrictAccess' },
        { app: APP, group: bosses.address, right: 'RestrictAccess' },
        { app: APP, group: bosses.address, right: 'DenyAccess' },
      ],
    },
    noreply: '202',
    ceo: OUTSIDE,
    reason: `Access policy "DenyAccess-app" (DenyAccess): the mailbox is a direct member of ${bosses.address}`,
  },
  {
    when: 'two policies restrict: the members of either group',
    options: {
      groups,
      accessPolicies: [
        { app: '*', group: SENDERS, right: 'RestrictAccess' },
        { app: APP, group: bosses.address, right: 'RestrictAccess' },
      ],
    },
    noreply: '202',
    ceo: '202',
    reason: `Entra role Mail.Send, access policy "RestrictAccess-app" (RestrictAccess): the mailbox is a direct member of ${bosses.address}`,
  },
  {
    when: 'a policy is there, but no role: a policy grants nothing',
    options: { roles: [], accessPolicies: [{ app: APP, group: SENDERS, right: 'RestrictAccess' }] },
    noreply: NOTHING,
    ceo: NOTHING,
    reason: 'It has no Entra role and no assignment',
  },
  {
    when: 'a policy is there beside an assignment: it narrows the roles, not the assignment',
    options: {
      groups,
      accessPolicies: [{ app: APP, group: SENDERS, right: 'RestrictAccess' }],
      assignments: [{ app: APP, role: send, scope: { group: bosses.address } }],
    },
    noreply: '202',
    ceo: '202',
    reason: `Assignment "Application Mail.Send-app" (Application Mail.Send): the mailbox is a direct member of ${bosses.address}`,
  },
  {
    when: 'the tenant requires an assignment: the role alone does not do',
    options: { requireAssignment: true, assignments: [{ app: APP, role: send, scope: { group: SENDERS } }] },
    noreply: '202',
    ceo: OUTSIDE,
    reason: `Assignment "Application Mail.Send-app" (Application Mail.Send): the mailbox is no direct member of ${SENDERS}; Entra roles alone do not do in this tenant (requireAssignment)`,
  },
  {
    when: 'denials are short: in the words of the documentation',
    options: { denialText: 'short', accessPolicies: [{ app: APP, group: SENDERS, right: 'RestrictAccess' }] },
    noreply: '202',
    ceo: '403 ErrorAccessDenied Access to OData is disabled.',
    reason: `Access policy "RestrictAccess-app" (RestrictAccess): the mailbox is no direct member of ${SENDERS}`,
  },
  {
    when: 'NoPermissionsInAccessToken is to be 403: it is',
    options: { roles: [], noPermissionsStatus: 403 },
    noreply: NOTHING.replace('401', '403'),
    ceo: NOTHING.replace('401', '403'),
    reason: 'It has no Entra role and no assignment',
  },
];

describe('an application may send from a mailbox when', () => {
  it.each(cases)('$when', async ({ options, noreply, ceo, reason }) => {
    const client = await startTenant(options);
    const { tenant } = client.sandbox;
    expect({ noreply: await outcome(client, MAILBOX), ceo: await outcome(client, CEO) }).toEqual({ noreply, ceo });
    // The decision by itself says the same as the requests.
    expect({ noreply: decisionOf(tenant, MAILBOX), ceo: decisionOf(tenant, CEO) }).toEqual({ noreply, ceo });
    expect(tenant.access(APP, CEO).reason).toBe(reason);
  });
});

describe('the refusals come in the order of Exchange:', () => {
  const restricted = { accessPolicies: [{ app: APP, group: SENDERS, right: 'RestrictAccess' as const }] };
  const user = { user: 'guest@contoso.example', invalid: 'x@contoso.example' };
  const mailboxes = [CEO, { address: user.user, kind: 'none' as const }];

  it('a missing permission before an unknown user', async () => {
    expect(await outcome(await startTenant({ roles: ['Mail.Read'] }), user.invalid)).toBe(NOT_CONSENTED);
  });

  it('an unknown user and a user without a mailbox before the scope', async () => {
    const client = await startTenant({ ...restricted, mailboxes });
    expect(await outcome(client, user.invalid)).toBe(
      `404 ErrorInvalidUser The requested user '${user.invalid}' is invalid.`,
    );
    expect(await outcome(client, user.user)).toMatch(/^404 MailboxNotEnabledForRESTAPI/);
  });

  it('the scope before what is in the message', async () => {
    const client = await startTenant(restricted);
    const reply = await client.sendMail('', { user: CEO, body: 'not base64!' });
    expect(reply.json.error.message).toBe(RAOP);
  });
});

describe('an assignment', () => {
  it('grants what its role holds, and only for the mailboxes of its scope', async () => {
    const client = await startTenant({
      roles: ['Mail.Send'],
      assignments: [{ app: APP, role: 'Application Mail.ReadWrite', scope: { group: SENDERS } }],
    });
    const { id } = await createDraft(client, mail());
    expect((await client.graph('GET', messagePath(id))).json.body.content).toContain('Hello');
    expect((await client.graph('POST', '/messages', { user: CEO, mime: mail() })).json.error.message).toBe(RAOP);
    expect(await outcome(client, CEO)).toBe('202');
  });

  it('of Mail.ReadBasic lets read a message without its body', async () => {
    const client = await startTenant({
      assignments: [
        { app: APP, role: 'Application Mail.ReadBasic', scope: { group: SENDERS } },
        { app: APP, role: 'Application Mail.Read', scope: { mailboxes: [CEO] } },
      ],
    });
    await client.sendMail(mail());
    await client.sendMail(mail({ From: CEO }), { user: CEO });
    const read = async (user: string) => (await client.graph('GET', '/messages', { user })).json.value[0];
    expect(await read(MAILBOX)).not.toHaveProperty('body');
    expect(await read(CEO)).toHaveProperty('body');
  });
});

describe('the EWS lists', () => {
  const tries = async (ews: SandboxOptions['ews'], agent: string | undefined): Promise<string> => {
    const client = await startTenant(ews && { ews });
    const headers = agent === undefined ? {} : { 'user-agent': agent };
    const reply = await client.sendMail(mail(), { headers });
    const refused =
      reply.status === 202 ? '202' : `${reply.status} ${reply.json.error.code} ${reply.json.error.message}`;
    expect(decisionOf(client.sandbox.tenant, MAILBOX, agent ?? '')).toBe(refused);
    return refused;
  };
  const DISABLED = '403 ErrorAccessDenied Access to OData is disabled.';
  const allow = (...allowList: string[]) => ({ applicationAccessPolicy: 'EnforceAllowList' as const, allowList });
  const block = (...blockList: string[]) => ({ applicationAccessPolicy: 'EnforceBlockList' as const, blockList });

  it.each<[SandboxOptions['ews'], string | undefined, string]>([
    [{ allowList: ['OWA'], blockList: ['mailer/1'] }, 'mailer/1', '202'],
    [allow('mailer/*'), 'Mailer/1.0', '202'],
    [allow('mailer'), 'mailer/1.0', DISABLED],
    [allow('OWA', '*/2*'), 'mailer/2.1', '202'],
    [allow('*a*b*'), 'xbyaz', DISABLED],
    [allow('ab*ba'), 'aba', DISABLED],
    [allow('*'), undefined, '202'],
    [allow(), 'mailer/1.0', DISABLED],
    [allow('mailer/*'), undefined, DISABLED],
    [block('mailer/*'), 'mailer/1.0', DISABLED],
    [block('mailer/*'), 'other', '202'],
    [block(), undefined, '202'],
  ])('%j answer User-Agent %j with %s', async (ews, agent, expected) => {
    expect(await tries(ews, agent)).toBe(expected);
  });

  it('are matched in no time, however many wildcards there are', async () => {
    const started = performance.now();
    expect(await tries(allow(`${'*a'.repeat(200)}b`), 'a'.repeat(4000))).toBe(DISABLED);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('are named in a decision that cannot know the User-Agent', async () => {
    const { sandbox } = await startTenant({ ews: allow('mailer/*') });
    expect(sandbox.tenant.access(APP, MAILBOX)).toEqual({
      result: 'Granted',
      reason: 'Entra role Mail.Send, every mailbox; by User-Agents that the EWS lists admit',
    });
    expect(sandbox.tenant.access(APP, MAILBOX, 'curl/8').reason).toBe(
      'User-Agent "curl/8" is not in the EWS allow list',
    );
  });
});
