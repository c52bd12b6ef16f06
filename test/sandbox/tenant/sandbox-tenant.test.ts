import { describe, expect, it } from 'vitest';
import { createCertificate } from '../../../src/sandbox/index.js';
import { type Client, MAILBOX, mail, startClient } from '../support.js';
import { APP, CEO, outcome, RAOP, SENDERS, startTenant } from '../tenant-support.js';

const OUTSIDE = `403 ErrorAccessDenied ${RAOP}`;
const send = 'Application Mail.Send' as const;

const inboxes = (client: Client, ...users: string[]) => users.map((user) => client.sandbox.mailbox(user).inbox.length);

describe('an application of the running tenant', () => {
  it('that is added signs in with its secret and its certificate, and is shown without them', async () => {
    const client = await startTenant();
    const { tenant } = client.sandbox;
    const made = await createCertificate({ commonName: 'other' });
    const entry = tenant.apps.set({
      clientId: 'Other',
      displayName: 'The other',
      secrets: ['s3cret'],
      certificates: [made.certificate],
    });
    expect(entry).toEqual({
      clientId: 'other',
      displayName: 'The other',
      disabled: false,
      roles: ['Mail.Send'],
      secrets: 1,
      certificates: [
        {
          subject: expect.stringContaining('other'),
          thumbprintSha1: made.thumbprintSha1,
          thumbprintSha256: made.thumbprintSha256,
          notBefore: expect.any(Date),
          notAfter: expect.any(Date),
        },
      ],
    });
    expect(tenant.apps.list()).toHaveLength(2);
    expect(JSON.stringify(tenant.apps.list())).not.toContain('s3cret');
    expect((await client.token({ client_id: 'other', client_secret: 's3cret' })).status).toBe(200);
    const claims = { iss: 'other', sub: 'other' };
    const client_assertion = client.assertion({ ...made, claims });
    expect((await client.token({ client_id: 'other', client_assertion })).status).toBe(200);
  });

  it('keeps what is not said anew: its certificate, its secrets, its name', async () => {
    const client = await startTenant();
    const { apps } = client.sandbox.tenant;
    apps.set({ clientId: APP, secrets: ['s'], displayName: 'Mailer' });
    apps.set({ clientId: APP, roles: [] });
    expect(apps.get(APP.toUpperCase())).toMatchObject({ displayName: 'Mailer', roles: [], secrets: 1 });
    expect((await client.token()).status).toBe(200);
    expect((await client.token({ client_secret: 's' })).status).toBe(200);
    apps.set({ clientId: APP, secrets: ['t'], certificates: [] });
    expect((await client.token({ client_secret: 's' })).json.error_codes).toEqual([7000215]);
    expect((await client.token()).json.error_codes).toEqual([700027]);
  });

  it('whose new certificate cannot be read is left as it was', async () => {
    const client = await startTenant();
    const { apps } = client.sandbox.tenant;
    expect(() => apps.set({ clientId: APP, certificates: ['x'], disabled: true })).toThrow(
      'Certificate of application app: expected PEM text',
    );
    expect(apps.get(APP)).toMatchObject({ disabled: false, certificates: [{}] });
    expect((await client.token()).status).toBe(200);
  });

  it('that is disabled gets no token, and those it had are refused, also when it is enabled again', async () => {
    const client = await startTenant();
    const { apps } = client.sandbox.tenant;
    const token = await client.accessToken();
    apps.set({ clientId: APP, disabled: true, displayName: 'Mailer' });
    const refused = await client.token();
    expect([refused.status, refused.json.error, refused.json.error_codes]).toEqual([
      400,
      'unauthorized_client',
      [7000112],
    ]);
    expect(refused.json.error_description).toContain("AADSTS7000112: Application 'app'(Mailer) is disabled.");
    expect((await client.sendMail(mail(), { token })).status).toBe(401);
    expect(client.sandbox.tenant.access(APP, MAILBOX)).toMatchObject({
      result: 'Denied',
      reason: 'The application is disabled',
      status: 400,
      code: 'unauthorized_client',
    });
    apps.set({ clientId: APP, disabled: false });
    expect(await outcome(client, MAILBOX, token)).toMatch(/^401/);
    expect(await outcome(client, MAILBOX)).toBe('202');
  });

  it('that is removed is unknown to Entra, and its tokens are refused; another keeps its own', async () => {
    const client = await startClient({ clientId: APP, apps: [{ clientId: 'b', secrets: ['s'] }] });
    const { apps } = client.sandbox.tenant;
    const [token, other] = [
      await client.accessToken(),
      await client.accessToken({ client_id: 'b', client_secret: 's' }),
    ];
    expect([apps.remove(APP.toUpperCase()), apps.remove(APP)]).toEqual([true, false]);
    expect(await outcome(client, MAILBOX, token)).toBe('401 InvalidAuthenticationToken Access token has been revoked.');
    expect((await client.token()).json.error_codes).toEqual([700016]);
    expect(await outcome(client, MAILBOX, other)).toBe('202');
    expect(client.sandbox.tenant.access(APP, MAILBOX)).toMatchObject({
      reason: 'The tenant has no application "app"',
      message: expect.stringMatching(/^AADSTS700016: /),
    });
  });
});

describe('a revoked token', () => {
  const cp1 = JSON.stringify({ access_token: { xms_cc: { values: ['cp1'] } } });

  it('of a client that declared cp1 is challenged, and the claims of the challenge get a new one', async () => {
    const client = await startTenant();
    const token = await client.accessToken({ claims: cp1 });
    const plain = await client.accessToken();
    client.sandbox.tenant.revokeTokens();
    const reply = await client.sendMail(mail(), { token });
    expect(reply.status).toBe(401);
    const [, claims = ''] =
      /error="insufficient_claims", claims="([^"]+)"/.exec(`${reply.headers['www-authenticate']}`) ?? [];
    const answer = Buffer.from(claims, 'base64').toString();
    expect(JSON.parse(answer)).toEqual({ access_token: { nbf: { essential: true, value: expect.any(String) } } });
    expect(await outcome(client, MAILBOX, await client.accessToken({ claims: answer }))).toBe('202');
    expect((await client.sendMail(mail(), { token: plain })).headers['www-authenticate']).not.toContain('claims');
  });

  it('is challenged in the same words as long as it is shown', async () => {
    let time = Date.now();
    const client = await startTenant({ now: () => time });
    const token = await client.accessToken({ claims: cp1 });
    client.sandbox.tenant.revokeTokens();
    const first = await client.sendMail(mail(), { token });
    time += 5000;
    const second = await client.sendMail(mail(), { token });
    expect(second.headers['www-authenticate']).toBe(first.headers['www-authenticate']);
  });

  it('of a disabled application is challenged too, and Entra then says why', async () => {
    const client = await startTenant();
    const token = await client.accessToken({ claims: cp1 });
    client.sandbox.tenant.apps.set({ clientId: APP, disabled: true });
    expect((await client.sendMail(mail(), { token })).headers['www-authenticate']).toContain('insufficient_claims');
    expect((await client.token()).json.error_codes).toEqual([7000112]);
  });

  it('is refused plainly in a tenant without continuous access evaluation', async () => {
    const client = await startTenant({ cae: false });
    const token = await client.accessToken({ claims: cp1 });
    client.sandbox.revokeTokens();
    const reply = await client.sendMail(mail(), { token });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).not.toContain('claims');
  });
});

describe('a mailbox', () => {
  it.each([
    ['of a user without one', { kind: 'none' as const }, /^404 MailboxNotEnabledForRESTAPI/],
    ['of a user without a licence', { licensed: false }, /^404 MailboxNotEnabledForRESTAPI/],
    [
      'that is shared, without a licence, its account disabled',
      { kind: 'shared' as const, accountEnabled: false },
      /^202/,
    ],
    ['of a user whose account is disabled', { accountEnabled: false }, /^202/],
  ])('%s is answered %s', async (_what, options, expected) => {
    const client = await startTenant({ mailboxes: [{ address: CEO, ...options }] });
    expect(await outcome(client, CEO)).toMatch(expected);
  });

  it('comes, changes and goes while the sandbox runs, and keeps its id and its mail when it changes', async () => {
    const client = await startTenant();
    const { mailboxes } = client.sandbox.tenant;
    const added = mailboxes.set({ address: 'New@contoso.example', kind: 'shared' });
    expect(added).toEqual({
      id: expect.any(String),
      address: 'New@contoso.example',
      displayName: 'New@contoso.example',
      kind: 'shared',
      accountEnabled: true,
      licensed: false,
      aliases: [],
      sendAs: [],
      sendOnBehalf: [],
    });
    expect(await outcome(client, 'new@contoso.example')).toBe('202');
    mailboxes.set({ address: 'new@contoso.example', kind: 'user', aliases: ['info@contoso.example'] });
    expect(mailboxes.get('info@contoso.example')).toMatchObject({ id: added.id, kind: 'user', licensed: true });
    expect(client.sandbox.mailbox(added.id).sentItems).toHaveLength(1);
    await client.sendMail(mail({ To: 'info@contoso.example' }));
    expect(inboxes(client, added.id)).toEqual([1]);
    expect([mailboxes.remove(added.id), mailboxes.remove(added.id)]).toEqual([true, false]);
    expect(await outcome(client, 'new@contoso.example')).toMatch(/^404 ErrorInvalidUser/);
  });

  it('gets a licence with its mailbox', async () => {
    const client = await startTenant({ mailboxes: [{ address: CEO, licensed: false }] });
    expect(await outcome(client, CEO)).toMatch(/^404 MailboxNotEnabledForRESTAPI/);
    client.sandbox.tenant.mailboxes.set({ address: CEO, hasMailbox: true });
    expect(await outcome(client, CEO)).toBe('202');
  });

  it('is not taken for the one whose object id is its address', async () => {
    const client = await startTenant({ mailboxes: [{ address: CEO, id: 'boss@contoso.example' }] });
    const { mailboxes } = client.sandbox.tenant;
    expect(() => mailboxes.set('boss@contoso.example')).toThrow(`is mailbox ${CEO} already, expected one that is free`);
    expect(mailboxes.get(CEO)?.address).toBe(CEO);
  });

  it('that loses its alias gets no more mail there', async () => {
    const client = await startTenant({ mailboxes: [{ address: CEO, aliases: ['boss@contoso.example'] }] });
    client.sandbox.tenant.mailboxes.set({ address: CEO, aliases: [] });
    await client.sendMail(mail({ To: `boss@contoso.example, ${CEO}` }));
    expect(client.sandbox.mailbox(CEO).inbox).toHaveLength(1);
    expect(() => client.sandbox.mailbox('boss@contoso.example')).toThrow('no mailbox');
  });
});

describe('a group', () => {
  const distribution = { address: 'all@contoso.example', kind: 'distribution' as const };

  it.each(['distribution', 'mail-enabled-security'] as const)('of kind %s is no user of a path', async (kind) => {
    const client = await startTenant({ groups: [{ address: 'all@contoso.example', kind, members: [MAILBOX] }] });
    expect(await outcome(client, 'all@contoso.example')).toBe(
      "404 ErrorInvalidUser The requested user 'all@contoso.example' is invalid.",
    );
    expect(client.sandbox.tenant.access(APP, 'all@contoso.example').reason).toBe(
      '"all@contoso.example" is a group, which has no mailbox',
    );
  });

  it('takes mail for its members and those of its groups, each once, round in circles too', async () => {
    const client = await startTenant({
      mailboxes: [CEO, 'ana@contoso.example', { address: 'guest@contoso.example', kind: 'none' }],
      groups: [
        {
          ...distribution,
          members: [CEO.toUpperCase(), 'team@contoso.example', 'guest@contoso.example', 'x@example.com'],
        },
        {
          ...distribution,
          address: 'team@contoso.example',
          members: ['ana@contoso.example', CEO, 'ALL@contoso.example'],
        },
      ],
    });
    const reply = await client.sendMail(mail({ To: `all@contoso.example, ${CEO}`, Bcc: 'team@contoso.example' }));
    expect(reply.status).toBe(202);
    expect(inboxes(client, CEO, 'ana@contoso.example', MAILBOX)).toEqual([1, 1, 0]);
  });

  it('that is changed delivers to its members of now', async () => {
    const client = await startTenant({ groups: [{ ...distribution, members: [MAILBOX] }], propagationDelay: 60_000 });
    const { groups } = client.sandbox.tenant;
    expect(groups.set({ address: 'ALL@contoso.example', members: [CEO] } as never)).toMatchObject({
      kind: 'distribution',
      members: [CEO],
    });
    await client.sendMail(mail({ To: 'all@contoso.example' }));
    expect(inboxes(client, CEO, MAILBOX)).toEqual([1, 0]);
    expect([groups.remove('all@contoso.example'), groups.remove('all@contoso.example')]).toEqual([true, false]);
  });
});

describe('a From that is not the mailbox', () => {
  const team = { address: 'team@contoso.example', kind: 'distribution' as const, members: [] };
  const from = async (address: string, options: Parameters<typeof startTenant>[0]) => {
    const client = await startTenant(options);
    const { status } = await client.sendMail(mail({ From: address, To: CEO }));
    const [item] = client.sandbox.mailbox(CEO).inbox;
    return { status, seen: /^From: (.*)$/m.exec(`${item?.raw}`)?.[1] };
  };

  it.each(['sendAs', 'sendOnBehalf'] as const)('goes out where the right %s is held, in every mode', async (right) => {
    const mailboxes = [
      { address: MAILBOX, [right]: [CEO, team.address] },
      { address: CEO, aliases: ['boss@contoso.example'] },
    ];
    for (const fromMismatch of ['deny', 'rewrite', 'allow'] as const) {
      for (const address of [CEO, 'boss@contoso.example', team.address]) {
        const options = { mailboxes, groups: [team], fromMismatch };
        expect(await from(address, options)).toEqual({ status: 202, seen: address });
      }
    }
  });

  it('is refused or rewritten as before where no right is held, or nobody in the tenant has the address', async () => {
    const mailboxes = [{ address: MAILBOX, sendAs: ['ana@contoso.example', 'x@example.com'] }, CEO];
    expect(await from(CEO, { mailboxes })).toEqual({ status: 403, seen: undefined });
    expect(await from('x@example.com', { mailboxes })).toEqual({ status: 403, seen: undefined });
    expect(await from(CEO, { mailboxes, fromMismatch: 'rewrite' })).toEqual({ status: 202, seen: MAILBOX });
  });

  it('is refused when the right of only one of two is held', async () => {
    const mailboxes = [{ address: MAILBOX, sendAs: [CEO] }, CEO, 'ana@contoso.example'];
    expect((await from(`${CEO}, ana@contoso.example`, { mailboxes })).status).toBe(403);
  });
});

describe('a change of the rules takes effect after the propagation delay:', () => {
  const HOUR = 3_600_000;
  let time = Date.now();
  const start = (options: Parameters<typeof startTenant>[0] = {}) =>
    startTenant({ now: () => time, propagationDelay: HOUR, ...options });
  /** What sending as the ceo is answered just before the delay is over, and when it is. */
  const aroundTheHour = async (client: Client): Promise<string[]> => {
    time += HOUR - 1;
    const before = await outcome(client, CEO);
    time += 1;
    return [before, await outcome(client, CEO)];
  };
  const restrict = { app: APP, group: SENDERS, right: 'RestrictAccess' as const };

  it('an assignment that is made, and one that is removed', async () => {
    const client = await start({ roles: [] });
    const { assignments } = client.sandbox.tenant;
    const { name } = assignments.set({ app: APP, role: send });
    expect(assignments.list()).toHaveLength(1);
    expect(await aroundTheHour(client)).toEqual([expect.stringMatching(/^401 NoPermissions/), '202']);
    expect(assignments.remove(name)).toBe(true);
    expect(assignments.list()).toEqual([]);
    expect(await aroundTheHour(client)).toEqual(['202', expect.stringMatching(/^401 NoPermissions/)]);
  });

  it('an access policy', async () => {
    const client = await start();
    client.sandbox.tenant.accessPolicies.set(restrict);
    expect(await aroundTheHour(client)).toEqual(['202', OUTSIDE]);
  });

  it('the members of a group', async () => {
    const client = await start({ accessPolicies: [restrict] });
    client.sandbox.tenant.groups.set({ address: SENDERS, kind: 'mail-enabled-security', members: [CEO] });
    expect(await aroundTheHour(client)).toEqual([OUTSIDE, '202']);
  });

  it('the EWS lists', async () => {
    const client = await start();
    client.sandbox.tenant.update({ ews: { applicationAccessPolicy: 'EnforceAllowList' } });
    expect(await aroundTheHour(client)).toEqual(['202', '403 ErrorAccessDenied Access to OData is disabled.']);
  });

  it('the Entra roles, in the tokens issued from then on', async () => {
    const client = await start();
    const token = await client.accessToken({ client_secret: 's' });
    client.sandbox.tenant.apps.set({ clientId: APP, roles: [] });
    time += HOUR - 5000;
    expect(await outcome(client, CEO)).toBe('202');
    time += 5000;
    expect(await outcome(client, CEO)).toMatch(/^401 NoPermissions/);
    expect(await outcome(client, CEO, token)).toMatch(/^401 InvalidAuthenticationToken Access token has expired/);
  });

  it('the roles of an application that is added', async () => {
    const client = await start();
    client.sandbox.tenant.apps.set({ clientId: 'b', secrets: ['t'], roles: ['Mail.Send'] });
    const send = async (): Promise<string> =>
      outcome(client, CEO, await client.accessToken({ client_id: 'b', client_secret: 't' }));
    expect(await send()).toMatch(/^401 NoPermissions/);
    time += HOUR;
    expect(await send()).toBe('202');
  });

  it('the mailboxes of an application that was removed and is added again', async () => {
    const client = await start();
    const { apps } = client.sandbox.tenant;
    apps.remove(APP);
    apps.set({ clientId: APP, secrets: ['s'], roles: [], allowedMailboxes: [CEO] });
    expect(await aroundTheHour(client)).toEqual([expect.stringMatching(/^401 NoPermissions/), '202']);
  });

  it('but nothing that is done later to an array which was given', async () => {
    const client = await start();
    const roles = ['Mail.Read'];
    const { apps } = client.sandbox.tenant;
    apps.set({ clientId: 'b', roles });
    roles.push('Mail.Send');
    apps.set({ clientId: APP, roles });
    roles.pop();
    expect([apps.get('b')?.roles, apps.get(APP)?.roles]).toEqual([['Mail.Read'], ['Mail.Read', 'Mail.Send']]);
  });

  it('but certificates and secrets count at once', async () => {
    const client = await start();
    client.sandbox.tenant.apps.set({ clientId: APP, secrets: ['s'] });
    expect((await client.token({ client_secret: 's' })).status).toBe(200);
  });

  it('and the last change wins, whatever the delays were', async () => {
    const client = await start();
    const { tenant } = client.sandbox;
    tenant.accessPolicies.set({ name: 'p', ...restrict });
    tenant.update({ propagationDelay: 0 });
    tenant.accessPolicies.remove('p');
    expect(await aroundTheHour(client)).toEqual(['202', '202']);
  });

  it('and two changes take effect one after the other', async () => {
    const client = await start();
    const { accessPolicies } = client.sandbox.tenant;
    accessPolicies.set({ name: 'p', ...restrict });
    time += HOUR / 2;
    accessPolicies.remove('P');
    time += HOUR / 2;
    expect(await outcome(client, CEO)).toBe(OUTSIDE);
    time += HOUR / 2;
    expect(await outcome(client, CEO)).toBe('202');
  });
});
