// A token by certificate through MSAL, once: no client posts to Graph without one, and what signing in leaves in memory
// makes every later garbage collection dearer.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfidentialClientApplication } from '@azure/msal-node';

export const tenantId = '11111111-1111-4111-8111-111111111111';
export const clientId = '22222222-2222-4222-8222-222222222222';

export async function signIn({ port, identity }) {
  const pem = readFileSync(identity, 'utf8');
  const host = `localhost:${port}`;
  const client = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `https://${host}/${tenantId}`,
      knownAuthorities: [host],
      clientCertificate: {
        thumbprintSha256: new X509Certificate(pem).fingerprint256.replaceAll(':', ''),
        privateKey: createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }),
      },
    },
  });
  const { accessToken } = await client.acquireTokenByClientCredential({ scopes: [`https://${host}/.default`] });
  return accessToken;
}
