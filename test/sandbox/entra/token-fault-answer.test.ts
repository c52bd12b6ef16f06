import { describe, expect, it } from 'vitest';
import { AADSTS } from '../../../src/sandbox/faults/aadsts.js';
import { createCertificate } from '../../../src/sandbox/index.js';
import { type Client, mail, startClient } from '../support.js';

const discover = (client: Client, path = 'v2.0/.well-known/openid-configuration') =>
  client.request(`/${client.sandbox.options.tenantId}/${path}`);

describe('a token request that a rule answers with an AADSTS code', () => {
  it.each([...AADSTS])('%i has its error, status and words', async (aadsts, { error, status }) => {
    const client = await startClient();
    client.sandbox.fault({ on: 'token', aadsts });
    const reply = await client.token();
    expect(reply.status).toBe(status);
    expect(reply.json).toMatchObject({ error, error_codes: [aadsts] });
    expect(reply.json.error_description).toMatch(new RegExp(`^AADSTS${aadsts}: .+ Trace ID: \\S+ Correlation ID: `));
    expect(reply.json.error_description).not.toMatch(/[{}]/);
    expect(client.sandbox.requests().at(-1)).toMatchObject({ fault: `AADSTS${aadsts}`, status });
    expect(client.sandbox.stats().tokensIssued).toBe(0);
    expect((await client.token()).status).toBe(200);
  });

  it('names the application and the tenant of the request', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'token', aadsts: 700016 });
    const { error_description } = (await client.token()).json;
    const { clientId, tenantId } = client.sandbox.options;
    expect(error_description).toContain(`'${clientId}' was not found in the directory '${tenantId}'`);
  });

  it('may have another status, error and words', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'token', aadsts: 90033, status: 504, code: 'server_error', message: 'Later.' });
    const reply = await client.token();
    expect([reply.status, reply.json.error]).toEqual([504, 'server_error']);
    expect(reply.json.error_description).toMatch(/^AADSTS90033: Later\. Trace ID/);
  });
});

it('a token request may be answered 503 in HTML, {} or throttled, be torn down, or come late', async () => {
  const client = await startClient();
  const { sandbox } = client;
  sandbox.fault({ on: 'token', status: 503, body: '<html>Service Unavailable</html>' });
  expect(await client.token()).toMatchObject({ status: 503, headers: { 'content-type': 'text/html' } });
  sandbox.fault({ on: 'token', status: 200, body: {} });
  expect(await client.token()).toMatchObject({ status: 200, text: '{}' });
  sandbox.fault({ on: 'token', aadsts: 90055, headers: { 'Retry-After': '7' } });
  expect(await client.token()).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
  for (const reset of ['before-answer', 'before-body', 'mid-body'] as const) {
    sandbox.fault({ on: 'token', reset });
    await expect(client.token()).rejects.toMatchObject({ code: 'ECONNRESET' });
  }
  expect(sandbox.stats().tokensIssued).toBe(0);
  sandbox.fault({ on: 'token', delay: 50 });
  const started = performance.now();
  expect((await client.token()).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThanOrEqual(48);
});

describe('a fault of discovery', () => {
  it.each(['v2.0/.well-known/openid-configuration', 'discovery/instance', 'discovery/v2.0/keys'])(
    'is applied to GET %s',
    async (path) => {
      const client = await startClient();
      client.sandbox.fault({ on: 'discovery', status: 503 });
      client.sandbox.fault({ on: 'discovery', reset: 'before-body' });
      await expect(discover(client, path)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect((await discover(client, path)).status).toBe(503);
      expect((await discover(client, path)).status).toBe(200);
    },
  );

  it('may have an AADSTS code, and leaves the token endpoint alone', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'discovery', aadsts: 90002 });
    expect((await client.token()).status).toBe(200);
    const { json } = await discover(client);
    expect(json).toMatchObject({ error: 'invalid_request', error_codes: [90002] });
    expect(json.error_description).toContain(client.sandbox.options.tenantId);
  });

  it('is not used up by a tenant that is refused anyway', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'discovery', status: 503 });
    expect((await client.request('/other.example/v2.0/.well-known/openid-configuration')).status).toBe(400);
    expect((await discover(client)).status).toBe(503);
  });
});

describe('a clock that goes wrong', () => {
  const MINUTE = 60_000;
  const shownAt = (reply: { headers: Record<string, unknown> }) => Date.parse(String(reply.headers.date)) - Date.now();

  it.each([
    ['an hour ahead', 60 * MINUTE, 700024],
    ['16 minutes ahead', 16 * MINUTE, 700024],
    ['14 minutes ahead', 14 * MINUTE, undefined],
    ['4 minutes behind', -4 * MINUTE, undefined],
    ['6 minutes behind', -6 * MINUTE, 700024],
  ])('%s checks assertions by its own time', async (_what, clockSkew, code) => {
    const { certificate, privateKey } = await createCertificate({ notBefore: new Date(Date.now() - 86_400_000) });
    const client = await startClient({ clockSkew, certificate: certificate + privateKey });
    const reply = await client.token();
    expect(reply.json.error_codes).toEqual(code === undefined ? undefined : [code]);
    expect(Math.abs(shownAt(reply) - clockSkew)).toBeLessThan(5000);
  });

  it('is that of tokens, of the Date header of Graph and of the log', async () => {
    const clockSkew = -4 * MINUTE;
    const client = await startClient({ clockSkew });
    const token = await client.accessToken();
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(Math.abs(claims.iat * 1000 - Date.now() - clockSkew)).toBeLessThan(5000);
    const reply = await client.sendMail(mail(), { token });
    expect(Math.abs(shownAt(reply) - clockSkew)).toBeLessThan(5000);
    const { at = new Date(0) } = client.sandbox.requests().at(-1) ?? {};
    expect(Math.abs(at.getTime() - Date.now() - clockSkew)).toBeLessThan(5000);
  });

  it.each([
    ['behind', -86_400_000],
    ['ahead', 1_000_000_000_000],
  ])('finds the certificate that the sandbox made itself valid, however far it is %s', async (_where, clockSkew) => {
    const client = await startClient({ clockSkew, certificate: undefined } as never);
    expect((await client.token()).json.error_codes).toEqual([700024]);
  });
});
