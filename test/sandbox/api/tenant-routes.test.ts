import { describe, expect, it } from 'vitest';
import { type Client, MAILBOX, startClient } from '../support.js';
import { APP, CEO, outcome, RAOP, SENDERS, startTenant } from '../tenant-support.js';

/** A request to the JSON API. */
async function api(client: Client, method: string, path: string, body?: unknown) {
  const response = await fetch(new URL(`api/tenant${path}`, client.sandbox.inboxUrl), {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
}

const policy = { app: APP, group: SENDERS, right: 'RestrictAccess' };

describe('GET /api/tenant', () => {
  it('shows everything that is configured, and no secret', async () => {
    const client = await startTenant({
      propagationDelay: 1000,
      assignments: [{ app: APP, role: 'Application Mail.Send', scope: { mailboxes: [CEO] } }],
      accessPolicies: [{ name: 'p', app: APP, group: SENDERS, right: 'RestrictAccess' }],
      ews: { applicationAccessPolicy: 'EnforceBlockList', blockList: ['curl*'] },
    });
    const { status, json } = await api(client, 'GET', '');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      tenantId: client.sandbox.options.tenantId,
      domain: 'contoso.example',
      propagationDelay: 1000,
      ews: { applicationAccessPolicy: 'EnforceBlockList', allowList: [], blockList: ['curl*'] },
      apps: [{ clientId: APP, displayName: APP, disabled: false, roles: ['Mail.Send'], secrets: 1 }],
      assignments: [
        { name: 'Application Mail.Send-app', app: APP, role: 'Application Mail.Send', scope: { mailboxes: [CEO] } },
      ],
      accessPolicies: [{ name: 'p', ...policy }],
      groups: [{ address: SENDERS, displayName: SENDERS, kind: 'mail-enabled-security', members: [MAILBOX] }],
      mailboxes: [{ address: MAILBOX }, { address: CEO, kind: 'user', accountEnabled: true, licensed: true }],
    });
    expect(json.apps[0].certificates[0]).toEqual({
      subject: expect.any(String),
      thumbprintSha1: expect.stringMatching(/^[0-9A-F]{40}$/),
      thumbprintSha256: expect.stringMatching(/^[0-9A-F]{64}$/),
      notBefore: expect.stringMatching(/Z$/),
      notAfter: expect.stringMatching(/Z$/),
    });
    expect(JSON.stringify(json)).not.toContain('PRIVATE');
  });
});

describe('PUT and DELETE', () => {
  it.each([
    ['apps/other', { secrets: ['x'], displayName: 'Other' }, { clientId: 'other', secrets: 1, displayName: 'Other' }],
    ['mailboxes/new@contoso.example', { kind: 'shared' }, { address: 'new@contoso.example', kind: 'shared' }],
    [
      'groups/all@contoso.example',
      { kind: 'distribution', members: [CEO] },
      { address: 'all@contoso.example', kind: 'distribution', members: [CEO] },
    ],
    ['accessPolicies/only%20senders', policy, { name: 'only senders', ...policy }],
    ['assignments/a%2Fb', { app: APP, role: 'Application Mail.Send' }, { name: 'a/b', role: 'Application Mail.Send' }],
  ])('of %s add, change and remove an entry', async (path, body, entry) => {
    const client = await startTenant();
    expect(await api(client, 'PUT', `/${path}`, body)).toEqual({ status: 201, json: expect.objectContaining(entry) });
    expect(await api(client, 'PUT', `/${path}`, body)).toEqual({ status: 200, json: expect.objectContaining(entry) });
    const [collection = ''] = path.split('/');
    expect((await api(client, 'GET', '')).json[collection]).toContainEqual(expect.objectContaining(entry));
    expect(await api(client, 'DELETE', `/${path}`)).toEqual({ status: 204, json: undefined });
    expect((await api(client, 'DELETE', `/${path}`)).status).toBe(404);
    expect((await api(client, 'GET', '')).json[collection]).not.toContainEqual(expect.objectContaining(entry));
  });

  it('of a policy are what the next request meets', async () => {
    const client = await startTenant();
    await api(client, 'PUT', '/accessPolicies/p', policy);
    expect(await outcome(client, CEO)).toBe(`403 ErrorAccessDenied ${RAOP}`);
    await api(client, 'DELETE', '/accessPolicies/p');
    expect(await outcome(client, CEO)).toBe('202');
  });

  it.each([
    ['PUT', '/apps/b', { role: [] }, 400, 'tenant.apps: "role" is unknown. Did you mean "roles"?'],
    ['PUT', '/apps/b', { clientId: 'c' }, 400, '"clientId" is "c", expected "b", as the path has it.'],
    ['PUT', '/apps/b', { clientId: { toString: 1 } }, 400, '"clientId" is an object, expected text'],
    ['PUT', '/apps/*', {}, 400, /"clientId" is "\*", expected text that is not empty and not "\*"\./],
    ['PUT', '/apps/b', { ['__proto__']: { disabled: true } }, 400, 'a name of 9 characters is unknown.'],
    ['PUT', '/apps/b', { certificates: ['x'] }, 400, /Certificate of application b: expected PEM text/],
    ['PUT', '/apps/b', undefined, 400, 'The body must be a JSON object.'],
    ['PUT', '/mailboxes/b', {}, 400, /"address" is a string of 1 character, expected an address such as/],
    ['PUT', '/mailboxes/b@c.d', { displayName: null }, 400, '"displayName" is null, expected text that is not empty.'],
    ['PUT', `/mailboxes/${SENDERS}`, {}, 400, /"senders@contoso.example" is group senders@contoso.example already/],
    ['PUT', '/groups/b@c.d', { members: [] }, 400, 'tenant.groups: "kind" is missing, expected one of'],
    [
      'PUT',
      '/accessPolicies/p',
      { ...policy, app: 'x' },
      400,
      '"app" is a string of 1 character, expected the client id of an app',
    ],
    ['PUT', '/accessPolicies/p', { ...policy, group: CEO }, 400, /expected a mail-enabled security group/],
    [
      'PUT',
      '/assignments/a',
      { app: APP, role: 'Mail.Send' },
      400,
      '"role" is a string of 9 characters, expected one of "Application',
    ],
    ['PATCH', '', { propagationDelay: -1 }, 400, 'tenant.update: "propagationDelay" is -1, expected milliseconds'],
    [
      'PATCH',
      '',
      { ews: { allowList: 'x' } },
      400,
      'tenant.update: ews: "allowList" is a string of 1 character, expected an array',
    ],
    ['PUT', '/nothing/b', {}, 404, 'not found'],
    ['POST', '/apps/b', {}, 405, 'method not allowed'],
  ])('%s %s %j is answered %i in words', async (method, path, body, status, error) => {
    const client = await startTenant();
    const before = (await api(client, 'GET', '')).json;
    const reply = await api(client, method, path, body);
    expect(reply.status).toBe(status);
    expect(reply.json.error).toMatch(error instanceof RegExp ? error : new RegExp(error.replace(/[.?[\]]/g, '\\$&')));
    expect((await api(client, 'GET', '')).json).toEqual(before);
  });

  it('of a group that a policy or an assignment uses say so', async () => {
    const client = await startTenant();
    await api(client, 'PUT', '/assignments/a', { app: APP, role: 'Application Mail.Read', scope: { group: SENDERS } });
    const error = (name: string) => `tenant.groups: "${SENDERS}" is the scope of ${name}. Remove that first.`;
    expect((await api(client, 'DELETE', `/groups/${SENDERS}`)).json.error).toBe(error('assignment "a"'));
    await api(client, 'PUT', '/accessPolicies/p', policy);
    expect((await api(client, 'DELETE', `/groups/${SENDERS}`)).json.error).toBe(error('access policy "p"'));
    expect((await api(client, 'PUT', `/groups/${SENDERS}`, { kind: 'distribution' })).json.error).toContain(
      '"kind" is "distribution", expected "mail-enabled-security": access policy "p" uses',
    );
  });
});

it('PATCH /api/tenant changes what concerns the whole tenant, and keeps what is not said', async () => {
  const client = await startTenant({ ews: { blockList: ['curl*'] } });
  const ews = { applicationAccessPolicy: 'EnforceBlockList', allowList: [], blockList: ['curl*'] };
  const changes = { propagationDelay: 60_000, ews: { applicationAccessPolicy: 'EnforceBlockList' } };
  expect(await api(client, 'PATCH', '', changes)).toEqual({
    status: 200,
    json: { propagationDelay: 60_000, ews, messageTracePrincipal: false },
  });
  expect((await api(client, 'PATCH', '', { ews: { applicationAccessPolicy: null } })).json).toEqual({
    propagationDelay: 60_000,
    ews: { ...ews, applicationAccessPolicy: null },
    messageTracePrincipal: false,
  });
});

it('POST /api/tenant/revoke revokes the tokens', async () => {
  const client = await startTenant();
  const token = await client.accessToken();
  expect((await api(client, 'POST', '/revoke')).status).toBe(204);
  expect(await outcome(client, MAILBOX, token)).toMatch(/^401/);
});

describe('GET /api/tenant/access', () => {
  it('tells who may send as whom, and why', async () => {
    const client = await startTenant({
      apps: [{ clientId: APP }, { clientId: 'b', roles: [] }],
      accessPolicies: [{ app: '*', group: SENDERS, right: 'RestrictAccess' }],
    });
    expect((await api(client, 'GET', '/access')).json.access).toEqual([
      { clientId: APP, mailbox: MAILBOX, result: 'Granted', reason: expect.stringContaining('direct member of') },
      {
        clientId: APP,
        mailbox: CEO,
        result: 'Denied',
        reason: `Access policy "RestrictAccess-*" (RestrictAccess): the mailbox is no direct member of ${SENDERS}`,
        status: 403,
        code: 'ErrorAccessDenied',
        message: RAOP,
      },
      expect.objectContaining({ clientId: 'b', mailbox: MAILBOX, result: 'Denied', status: 401 }),
      expect.objectContaining({ clientId: 'b', mailbox: CEO, result: 'Denied', status: 401 }),
    ]);
  });

  it('answers for one application, one mailbox and one User-Agent', async () => {
    const client = await startTenant({ ews: { applicationAccessPolicy: 'EnforceAllowList', allowList: ['a*'] } });
    const ask = async (userAgent: string) =>
      (await api(client, 'GET', `/access?app=${APP}&mailbox=${CEO}&userAgent=${userAgent}`)).json.access;
    expect(await ask('abc')).toEqual([{ clientId: APP, mailbox: CEO, result: 'Granted', reason: expect.any(String) }]);
    expect(await ask('b')).toEqual([expect.objectContaining({ result: 'Denied', status: 403 })]);
  });
});

it('tells pages that the tenant has changed', async () => {
  const client = await startClient();
  const stop = new AbortController();
  const response = await fetch(`${client.sandbox.inboxUrl}api/events`, { signal: stop.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  client.sandbox.tenant.mailboxes.set(CEO);
  let seen = '';
  while (!seen.includes('event: tenant')) seen += (await reader?.read())?.value ?? 'event: tenant (the stream ended)';
  expect(seen).toContain('event: tenant\ndata: {}');
  stop.abort();
});
