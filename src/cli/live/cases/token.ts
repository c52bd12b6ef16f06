import { randomUUID } from 'node:crypto';
import { docs, reports, type Topic } from '../common/probe.js';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HOUR = 3_600;

export const token: Topic = {
  topic: 'the token endpoint',
  cases: [
    {
      id: 'token.1',
      facts: ['auth-1', 'token-1'],
      behaviour: 'an assertion signed with PS256 and named by x5t#S256 gets a token',
      mark: 'documented',
      source: docs.certificate,
      ask: (target) => target.token(),
      answer: {
        status: 200,
        headers: { 'content-type': /^application\/json/, 'cache-control': /no-store/ },
        json: {
          token_type: 'Bearer',
          expires_in: (seconds: unknown) => typeof seconds === 'number' && seconds > 0,
          access_token: /^\S+$/,
          refresh_token: (none: unknown) => none === undefined,
        },
      },
    },
    {
      id: 'token.2',
      facts: ['auth-2'],
      behaviour: 'an assertion signed with RS256 and named by x5t gets a token too',
      mark: 'reported',
      source: reports.msal,
      ask: (target) => target.token({ client_assertion: target.assertion({ sha1: true }) }),
      answer: { status: 200, json: { token_type: 'Bearer' } },
    },
    {
      id: 'token.3',
      facts: ['auth-3'],
      behaviour: 'one assertion may be shown again, with the same jti, as long as it is valid',
      mark: 'reported',
      source: reports.msal,
      ask: async (target) => {
        const client_assertion = target.assertion();
        await target.token({ client_assertion });
        return target.token({ client_assertion });
      },
      answer: { status: 200 },
    },
    {
      id: 'token.4',
      facts: ['entra-7'],
      behaviour: 'an unknown tenant is refused with 90002',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => target.token({}, `${target.settings.authorityHost}/${randomUUID()}/oauth2/v2.0/token`),
      answer: { status: 400, aadsts: 90002, json: { error: 'invalid_request' } },
    },
    {
      id: 'token.5',
      facts: ['entra-7'],
      behaviour: 'a tenant that is neither an id nor a domain is refused with 900023',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => target.token({}, `${target.settings.authorityHost}/not_a_tenant/oauth2/v2.0/token`),
      answer: { status: 400, aadsts: 900023, json: { error: 'invalid_request' } },
    },
    {
      id: 'token.6',
      facts: ['auth-5', 'entra-6'],
      behaviour: 'an unknown application is refused with 700016, and the refusal has the ids that support asks for',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => target.token({ client_id: randomUUID() }),
      answer: {
        status: 400,
        aadsts: 700016,
        json: {
          error: 'unauthorized_client',
          error_description: /^AADSTS700016: .*Trace ID: \S+ Correlation ID: \S+ Timestamp: [\d-]+ [\d:]+Z$/s,
          timestamp: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
          trace_id: GUID,
          correlation_id: GUID,
          error_uri: /^https:.*code=700016$/,
        },
      },
    },
    {
      id: 'token.7',
      facts: ['entra-9'],
      behaviour: 'a request without client_id is refused with 900144',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => target.token({ client_id: undefined }),
      answer: { status: 400, aadsts: 900144, json: { error: 'invalid_request' } },
    },
    {
      id: 'token.8',
      facts: ['entra-9'],
      behaviour: 'another grant type is refused with 70003',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => target.token({ grant_type: 'magic' }),
      answer: { status: 400, aadsts: 70003, json: { error: 'unsupported_grant_type' } },
    },
    {
      id: 'token.9',
      facts: ['entra-5'],
      behaviour: 'a request without assertion and secret is refused with 7000218',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => target.token({ client_assertion: undefined, client_assertion_type: undefined }),
      answer: { status: 401, aadsts: 7000218, json: { error: 'invalid_client' } },
    },
    {
      id: 'token.10',
      facts: ['entra-4'],
      behaviour: 'an assertion that is no JWT is refused with 50027',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => target.token({ client_assertion: 'not.a.jwt' }),
      answer: { status: 401, aadsts: 50027, json: { error: 'invalid_client' } },
    },
    {
      id: 'token.11',
      facts: ['entra-1'],
      behaviour: 'a certificate that is not registered is refused with 700027, whatever its signature',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => {
        const header = { 'x5t#S256': Buffer.alloc(32, 7).toString('base64url') };
        return target.token({ client_assertion: target.assertion({ header }) });
      },
      answer: { status: 401, aadsts: 700027, json: { error: 'invalid_client' } },
    },
    {
      id: 'token.12',
      facts: ['entra-1'],
      behaviour: 'a signature that is not the registered certificate’s is refused with 700027',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => {
        const [head, , signature] = target.assertion().split('.');
        const [, otherClaims] = target.assertion().split('.');
        return target.token({ client_assertion: `${head}.${otherClaims}.${signature}` });
      },
      answer: { status: 401, aadsts: 700027, json: { error: 'invalid_client' } },
    },
    {
      id: 'token.13',
      facts: ['entra-3'],
      behaviour: 'an assertion outside its time range is refused with 700024',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => {
        const now = Math.floor(Date.now() / 1000);
        const claims = { nbf: now - 2 * HOUR, iat: now - 2 * HOUR, exp: now - HOUR };
        return target.token({ client_assertion: target.assertion({ claims }) });
      },
      answer: { status: 401, aadsts: 700024, json: { error: 'invalid_client' } },
    },
    {
      id: 'token.14',
      facts: ['auth-1'],
      behaviour: 'an assertion for another audience is refused',
      mark: 'inferred',
      source: docs.certificate,
      ask: (target) => {
        const audience = `${target.settings.authorityHost}/${randomUUID()}/oauth2/v2.0/token`;
        return target.token({ client_assertion: target.assertion({ audience }) });
      },
      answer: { status: [400, 401], json: { error: 'invalid_client' } },
    },
    {
      id: 'token.15',
      facts: ['auth-1'],
      behaviour: 'an assertion that speaks for another application is refused',
      mark: 'inferred',
      source: docs.certificate,
      ask: (target) => target.token({ client_assertion: target.assertion({ claims: { sub: randomUUID() } }) }),
      answer: { status: [400, 401], json: { error: 'invalid_client' } },
    },
    {
      id: 'token.16',
      facts: ['entra-9'],
      behaviour: 'an assertion without its type is refused with 900144',
      mark: 'inferred',
      source: docs.entraErrors,
      ask: (target) => target.token({ client_assertion_type: undefined }),
      answer: { status: 400, aadsts: 900144, json: { error: 'invalid_request' } },
    },
    {
      id: 'token.17',
      facts: ['entra-5'],
      behaviour: 'a secret that the application does not have is refused with 7000215',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) =>
        target.token({ client_assertion: undefined, client_assertion_type: undefined, client_secret: 'no-secret' }),
      answer: { status: 401, aadsts: 7000215, json: { error: 'invalid_client' } },
    },
    {
      id: 'token.18',
      facts: ['auth-7', 'entra-8'],
      behaviour: 'a resource that the tenant does not know is refused with 500011',
      mark: 'documented',
      source: docs.entraErrors,
      ask: (target) => target.token({ scope: 'https://nothing.contoso.example/.default' }),
      answer: { status: 400, aadsts: 500011, json: { error: 'invalid_resource' } },
    },
    {
      id: 'token.19',
      facts: ['auth-7', 'entra-8'],
      behaviour: 'a scope that is not a resource with /.default is refused',
      mark: 'inferred',
      source: docs.clientCredentials,
      ask: (target) => target.token({ scope: `${target.settings.graphHost}/Mail.Send` }),
      answer: { status: 400, json: { error: /^invalid_(?:scope|request)$/ } },
    },
    {
      id: 'token.20',
      facts: ['auth-6'],
      behaviour: 'the client-request-id comes back as the correlation id of a refusal',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => {
        const query = '?client-request-id=00000000-1111-4222-8333-444444444444';
        return target.token({ client_id: randomUUID() }, target.tokenEndpoint + query);
      },
      answer: { status: 400, json: { correlation_id: '00000000-1111-4222-8333-444444444444' } },
    },
    {
      id: 'token.21',
      facts: ['auth-8'],
      behaviour: 'the tenant has a discovery document',
      mark: 'documented',
      source: docs.discovery,
      ask: (target) => {
        const { authorityHost, tenantId } = target.settings;
        return target.request(`${authorityHost}/${tenantId}/v2.0/.well-known/openid-configuration`);
      },
      answer: {
        status: 200,
        json: {
          token_endpoint: /^https:.*\/oauth2\/v2\.0\/token$/,
          issuer: /^https:.*\/v2\.0$/,
          authorization_endpoint: /^https:.*\/oauth2\/v2\.0\/authorize$/,
          jwks_uri: /^https:.*\/keys$/,
        },
      },
    },
  ],
};
