import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificate } from '../../../src/sandbox/index.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { type Client, mail, startClient } from '../support.js';

const DAY = 86_400_000;
const NOBODY = '00000000-0000-0000-0000-000000000000';

type Ask = (client: Client) => ReturnType<Client['token']>;

const failures: [when: string, ask: Ask, status: number, error: string, code: number][] = [
  ['the tenant is unknown', (c) => c.token({}, NOBODY), 400, 'invalid_request', 90002],
  ['the tenant is neither a GUID nor a domain', (c) => c.token({}, 'contoso'), 400, 'invalid_request', 900023],
  ['the client id is missing', (c) => c.token({ client_id: undefined }), 400, 'invalid_request', 900144],
  ['the application is unknown', (c) => c.token({ client_id: NOBODY }), 400, 'unauthorized_client', 700016],
  ['the grant type is missing', (c) => c.token({ grant_type: undefined }), 400, 'invalid_request', 900144],
  ['the grant type is another', (c) => c.token({ grant_type: 'password' }), 400, 'unsupported_grant_type', 70003],
  ['there is no credential', (c) => c.token({ client_assertion: undefined }), 401, 'invalid_client', 7000218],
  ['the secret is wrong', (c) => c.token({ client_secret: 'guess' }), 401, 'invalid_client', 7000215],
  ['the assertion is no JWT', (c) => c.token({ client_assertion: 'a.b.c' }), 401, 'invalid_client', 50027],
  [
    'the assertion is not signed',
    (c) => c.token({ client_assertion: c.assertion({ alg: 'none' }) }),
    401,
    'invalid_client',
    50027,
  ],
  ['it is meant for somebody else', claims({ aud: 'https://login.example/token' }), 401, 'invalid_client', 50027],
  ['it is meant for nothing that has a name', claims({ aud: { toString: 1 } }), 401, 'invalid_client', 50027],
  [
    'its algorithm has no name',
    (c) => c.token({ client_assertion: c.assertion({ header: { alg: { toString: 1 } } }) }),
    401,
    'invalid_client',
    50027,
  ],
  ['it is issued by somebody else', claims({ iss: NOBODY }), 401, 'invalid_client', 50027],
  ['it is about somebody else', claims({ sub: NOBODY }), 401, 'invalid_client', 50027],
  ['it does not expire', claims({ exp: undefined }), 401, 'invalid_client', 50027],
  ['its end is a word', claims({ exp: 'tomorrow' }), 401, 'invalid_client', 50027],
  ['its end is empty', claims({ exp: '' }), 401, 'invalid_client', 50027],
  ['it has expired, as text', claims({ nbf: '1600000000', exp: '1600000600' }), 401, 'invalid_client', 700024],
  [
    'it has expired',
    (c) => c.token({ client_assertion: c.assertion({ now: Date.now() - 910_000 }) }),
    401,
    'invalid_client',
    700024,
  ],
  [
    'it is not valid yet',
    (c) => c.token({ client_assertion: c.assertion({ now: Date.now() + 320_000 }) }),
    401,
    'invalid_client',
    700024,
  ],
  ['its times are absurd', claims({ nbf: 1e300, exp: 1e301 }), 401, 'invalid_client', 700024],
  ['the scope is missing', (c) => c.token({ scope: '' }), 400, 'invalid_request', 900144],
  [
    'the scope is a permission',
    (c) => c.token({ scope: 'https://graph.microsoft.com/Mail.Send' }),
    400,
    'invalid_scope',
    70011,
  ],
  [
    'there are two scopes',
    (c) => c.token({ scope: 'https://a/.default https://b/.default' }),
    400,
    'invalid_request',
    700022,
  ],
  [
    'the resource is unknown',
    (c) => c.token({ scope: 'https://graph.microsoft.us/.default' }),
    400,
    'invalid_resource',
    500011,
  ],
];

function claims(changes: object): Ask {
  return (client) => client.token({ client_assertion: client.assertion({ claims: changes }) });
}

describe('a token is refused in the form of Entra when', () => {
  it.each(failures)('%s', async (_when, ask, status, error, code) => {
    const client = await startClient();
    const reply = await ask(client);
    expect(reply.status).toBe(status);
    expect(reply.json).toMatchObject({
      error,
      error_codes: [code],
      error_uri: `${client.sandbox.url}/error?code=${code}`,
    });
    expect(reply.json.error_description).toMatch(
      new RegExp(
        `^AADSTS${code}: .+ Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: [\\d-]{10} [\\d:]{8}Z$`,
      ),
    );
    expect(client.sandbox.stats()).toMatchObject({ tokenRequests: 1, tokensIssued: 0 });
  });
});

describe('a certificate', () => {
  const withCertificate = async (options: Parameters<typeof createCertificate>[0]) => {
    const made = await createCertificate(options);
    return { made, client: await startClient({ certificate: `${made.certificate}${made.privateKey}` }) };
  };

  it('that is not registered is refused, and its thumbprint is named', async () => {
    const client = await startClient();
    const other = await createCertificate();
    const reply = await client.token({ client_assertion: client.assertion(other) });
    expect(reply.json.error_codes).toEqual([700027]);
    expect(reply.json.error_description).toContain('[Reason - The key was not found.,');
    expect(reply.json.error_description).toContain(other.thumbprintSha256);
    client.sandbox.registerCertificate(other.certificate);
    expect((await client.token({ client_assertion: client.assertion(other) })).status).toBe(200);
  });

  it.each([
    ['x5t', 'sha256'],
    ['x5t#S256', 'sha1'],
  ])('named in %s by its %s is not found', async (field, algorithm) => {
    const client = await startClient();
    const hash = createHash(algorithm).update(new X509Certificate(client.sandbox.options.certificate).raw);
    const header = { 'x5t#S256': undefined, [field]: hash.digest('base64url') };
    const reply = await client.token({ client_assertion: client.assertion({ header }) });
    expect(reply.json.error_codes).toEqual([700027]);
    expect(reply.json.error_description).toContain('[Reason - The key was not found.,');
  });

  it('with a key that is not its own is refused', async () => {
    const client = await startClient();
    const { privateKey } = await createCertificate();
    const reply = await client.token({ client_assertion: client.assertion({ privateKey }) });
    expect(reply.json.error_description).toContain(
      'The key was found, but use of the key to verify the signature failed.',
    );
    // The assertion named the SHA-256; Entra names the thumbprint that its portal shows.
    const { fingerprint } = new X509Certificate(client.sandbox.options.certificate);
    expect(reply.json.error_description).toContain(
      `Thumbprint of key used by client: '${fingerprint.replaceAll(':', '')}'`,
    );
  });

  it('that has expired is refused', async () => {
    const { made, client } = await withCertificate({ notBefore: new Date(Date.now() - 3 * DAY), days: 1 });
    const reply = await client.token({ client_assertion: client.assertion(made) });
    expect(reply.json.error_description).toContain('The key used is expired.');
  });

  it('that is not valid yet is refused', async () => {
    const { made, client } = await withCertificate({ notBefore: new Date(Date.now() + DAY) });
    const reply = await client.token({ client_assertion: client.assertion(made) });
    expect(reply.json.error_codes).toEqual([1000502]);
  });

  it('whose key is too small is refused for that', async () => {
    const { pem } = makeCertificate({ bits: 1024 });
    const client = await startClient({ certificate: pem });
    const reply = await client.token();
    expect([reply.status, reply.json.error_codes]).toEqual([401, [700027]]);
    expect(reply.json.error_description).toContain('RSA key size 1024 is less than the minimum required 2048 bits');
  });

  it.each([
    ['PS256 and its SHA-256', { alg: 'PS256' }],
    ['RS256 and its SHA-256', { alg: 'RS256' }],
    ['RS256 and its SHA-1', { alg: 'RS256', sha1: true }],
  ])('signs in with %s', async (_how, changes) => {
    const client = await startClient();
    const reply = await client.token({ client_assertion: client.assertion(changes) });
    expect(reply.json).toMatchObject({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 });
    expect(reply.headers['cache-control']).toContain('no-store');
  });
});

it('a refusal names the correlation id of the request, from the header or as MSAL sends it', async () => {
  const client = await startClient();
  const path = `/${client.sandbox.options.tenantId}/oauth2/v2.0/token`;
  const byHeader = await client.request(path, { method: 'POST', headers: { 'client-request-id': 'abc' } });
  const byQuery = await client.request(`${path}?client-request-id=def`, { method: 'POST' });
  expect([byHeader, byQuery].map(({ json, headers }) => [json.correlation_id, headers['client-request-id']])).toEqual([
    ['abc', 'abc'],
    ['def', 'def'],
  ]);
  const hostile = await client.request(`${path}?client-request-id=%0d%0aSet-Cookie:%20a`, { method: 'POST' });
  expect(hostile.headers['set-cookie']).toBeUndefined();
  expect(hostile.status).toBe(400);
});

describe('Entra does not mind', () => {
  it('an assertion that is used again', async () => {
    const client = await startClient();
    const client_assertion = client.assertion();
    expect((await client.token({ client_assertion })).status).toBe(200);
    expect((await client.token({ client_assertion })).status).toBe(200);
  });

  it('an assertion of a day, and a clock that is minutes wrong', async () => {
    const client = await startClient();
    const exp = Math.floor(Date.now() / 1000) + 86_400;
    expect((await client.token({ client_assertion: client.assertion({ claims: { exp } }) })).status).toBe(200);
    const early = client.assertion({ now: Date.now() + 290_000 });
    expect((await client.token({ client_assertion: early })).status).toBe(200);
  });

  it('times as text, as MSAL.NET sends them', async () => {
    const client = await startClient();
    const now = Math.floor(Date.now() / 1000);
    const times = { nbf: `${now}`, exp: `${now + 600}` };
    expect((await client.token({ client_assertion: client.assertion({ claims: times }) })).status).toBe(200);
  });

  it('the domain instead of the tenant id, and ids in capitals', async () => {
    const client = await startClient({ tenantDomain: 'fabrikam.example' });
    const { tenantId, clientId } = client.sandbox.options;
    expect((await client.token({}, 'Fabrikam.example')).status).toBe(200);
    expect((await client.token({ client_id: clientId.toUpperCase() }, tenantId.toUpperCase())).status).toBe(200);
  });

  it('the scope of the real Graph', async () => {
    const client = await startClient();
    const token = await client.accessToken({ scope: 'https://graph.microsoft.com/.default' });
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
  });
});

it('a client secret signs in', async () => {
  const apps = [{ clientId: 'with-secret', certificates: [], secrets: ['s3cret'] }];
  const client = await startClient({ apps });
  expect((await client.token({ client_id: 'with-secret', client_secret: 's3cret' })).status).toBe(200);
});

it('an application cannot sign in with the certificate of another', async () => {
  const client = await startClient({ apps: [{ clientId: 'other', certificates: [] }] });
  const client_assertion = client.assertion({ claims: { iss: 'other', sub: 'other' } });
  expect((await client.token({ client_id: 'other', client_assertion })).json.error_codes).toEqual([700027]);
});

it('the metadata names the endpoints of this sandbox', async () => {
  const client = await startClient();
  const { tenantId } = client.sandbox.options;
  const base = `${client.sandbox.url}/${tenantId}`;
  expect((await client.request(`/${tenantId}/v2.0/.well-known/openid-configuration`)).json).toMatchObject({
    token_endpoint: `${base}/oauth2/v2.0/token`,
    issuer: `${base}/v2.0`,
  });
  const unknown = await client.request(`/${NOBODY}/v2.0/.well-known/openid-configuration`);
  expect([unknown.status, unknown.json.error_codes]).toEqual([400, [90002]]);
  expect((await client.request('/common/discovery/instance')).json.metadata[0].aliases).toEqual([new URL(base).host]);
  expect((await client.request(`/${tenantId}/oauth2/v2.0/token`)).json.error_codes).toEqual([900561]);
});

it.each([undefined, 'application/json', 'text/plain', 'multipart/form-data'])(
  'a token request whose body is declared as %s has no fields',
  async (type) => {
    const client = await startClient();
    const reply = await client.request(`/${client.sandbox.options.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: type === undefined ? {} : { 'content-type': type },
      body: `client_id=${client.sandbox.options.clientId}&grant_type=client_credentials`,
    });
    expect([reply.status, reply.json.error, reply.json.error_codes]).toEqual([400, 'invalid_request', [900144]]);
  },
);

it('counts the claims that answer a challenge, not the capabilities that MSAL tells with every request', async () => {
  const client = await startClient();
  const capabilities = { xms_cc: { values: ['cp1'] } };
  for (const claims of [JSON.stringify({ access_token: capabilities }), '{"access_token":null}', '{}', 'null', '{']) {
    await client.accessToken({ claims });
  }
  expect(client.sandbox.stats().claimsRequests).toBe(0);
  const nbf = { essential: true, value: '1' };
  await client.accessToken({ claims: JSON.stringify({ access_token: { nbf, ...capabilities } }) });
  expect(client.sandbox.stats().claimsRequests).toBe(1);
});
