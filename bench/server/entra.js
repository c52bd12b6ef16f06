// The token endpoint, and what MSAL reads before it goes there. Any client gets a token.
import { randomBytes } from 'node:crypto';
import { counts } from './serve.js';

const lifetime = 3599; // seconds
// About as long as Entra's.
const token = [27, 1200, 256].map((bytes) => randomBytes(bytes).toString('base64url')).join('.');

/** Whether it was a request for Entra, and has been answered. */
export function answerEntra(request, response) {
  const tenant = /^\/([^/]+)\/(oauth2\/v2\.0\/token|v2\.0\/\.well-known\/openid-configuration)/.exec(request.url);
  if (!tenant) return false;
  request.resume().on('end', () => {
    if (request.method === 'POST') counts.tokenRequests++;
    const base = `https://${request.headers.host}/${tenant[1]}`;
    const body =
      request.method === 'POST'
        ? { token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: token }
        : {
            token_endpoint: `${base}/oauth2/v2.0/token`,
            issuer: `${base}/v2.0`,
            authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
            jwks_uri: `${base}/discovery/v2.0/keys`,
          };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return true;
}
