import { describe, expect, it } from 'vitest';
import type { SandboxCloud } from '../../../src/sandbox/index.js';
import { type Client, mail, startClient } from '../support.js';

const graphs: Record<SandboxCloud, string> = {
  global: 'https://graph.microsoft.com',
  usgov: 'https://graph.microsoft.us',
  'usgov-dod': 'https://dod-graph.microsoft.us',
  china: 'https://microsoftgraph.chinacloudapi.cn',
};
const clouds = Object.keys(graphs) as SandboxCloud[];

function audience(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).aud;
}

describe.each(clouds)('in the cloud %s', (cloud) => {
  it('a token is to be had for its own Graph, and for no other', async () => {
    const client = await startClient({ cloud });
    for (const other of clouds) {
      const reply = await client.token({ scope: `${graphs[other]}/.default` });
      if (other !== cloud) {
        expect([reply.status, reply.json.error, reply.json.error_codes]).toEqual([400, 'invalid_resource', [500011]]);
        continue;
      }
      expect(audience(reply.json.access_token)).toBe(graphs[cloud]);
      expect((await client.sendMail(mail(), { token: reply.json.access_token })).status).toBe(202);
    }
  });

  it("the sandbox's own URL stands for its Graph", async () => {
    const client = await startClient({ cloud });
    expect(audience(await client.accessToken())).toBe(graphs[cloud]);
  });
});

describe('a sign-in', () => {
  const at = (client: Client, host: string, path: string) => {
    const { tenantId } = client.sandbox.options;
    // TLS goes to the sandbox, whoever the Host header names.
    Object.assign(client.agent.options, { servername: 'localhost' });
    const claims = { aud: `https://${host}/${tenantId}/oauth2/v2.0/token` };
    const form = {
      client_id: client.sandbox.options.clientId,
      grant_type: 'client_credentials',
      scope: `${client.sandbox.url}/.default`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: client.assertion({ claims }),
    };
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
    return path.endsWith('token')
      ? client.request(`/${tenantId}${path}`, { method: 'POST', headers, body: new URLSearchParams(form).toString() })
      : client.request(`/${tenantId}${path}`, { headers });
  };

  it.each([
    ['/oauth2/v2.0/token', 900382, 'Confidential Client is not supported in Cross Cloud request'],
    ['/v2.0/.well-known/openid-configuration', 90038, "belongs to the National Cloud 'china'"],
  ])('that was meant for the login host of another cloud is sent away from %s with %i', async (path, aadsts, words) => {
    const client = await startClient({ cloud: 'china' });
    const reply = await at(client, 'login.microsoftonline.com', path);
    expect([reply.status, reply.json.error, reply.json.error_codes]).toEqual([400, 'invalid_request', [aadsts]]);
    expect(reply.json.error_description).toContain(words);
  });

  it('at a login host of its own cloud is as good as at the sandbox', async () => {
    const client = await startClient({ cloud: 'usgov-dod' });
    expect((await at(client, 'login.microsoftonline.us', '/oauth2/v2.0/token')).status).toBe(200);
  });
});
