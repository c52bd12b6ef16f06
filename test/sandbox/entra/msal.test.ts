import { X509Certificate } from 'node:crypto';
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node';
import { expect, it } from 'vitest';
import { mail, startClient } from '../support.js';

it('MSAL gets a token from the sandbox with a certificate, and Graph takes it', async () => {
  const client = await startClient();
  const { sandbox } = client;
  const { tenantId, clientId, certificate } = sandbox.options;
  const send = async <T>(
    method: string,
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> => {
    const { pathname, search } = new URL(url);
    const { headers = {}, body } = options;
    const reply = await client.request(pathname + search, { method, headers, ...(body !== undefined && { body }) });
    return { status: reply.status, headers: reply.headers as Record<string, string>, body: reply.json };
  };
  const networkClient: INetworkModule = {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
  const application = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `${sandbox.url}/${tenantId}`,
      knownAuthorities: [new URL(sandbox.url).host],
      clientCertificate: {
        thumbprintSha256: new X509Certificate(certificate).fingerprint256.replaceAll(':', ''),
        privateKey: certificate.slice(certificate.indexOf('-----BEGIN PRIVATE KEY')),
      },
    },
    system: { networkClient },
  });
  const result = await application.acquireTokenByClientCredential({ scopes: [`${sandbox.url}/.default`] });
  expect((await client.sendMail(mail(), { token: result?.accessToken ?? '' })).status).toBe(202);
  const again = {
    scopes: [`${sandbox.url}/.default`],
    skipCache: true,
    claims: '{"access_token":{"nbf":{"essential":true}}}',
  };
  expect((await application.acquireTokenByClientCredential(again))?.accessToken).not.toBe('');
  expect(sandbox.stats()).toMatchObject({ tokenRequests: 2, tokensIssued: 2, claimsRequests: 1 });
});
