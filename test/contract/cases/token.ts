import { docs } from '../../../src/cli/live/common/probe.js';
import type { SandboxTopic } from '../case.js';

export const token: SandboxTopic = {
  topic: 'the token endpoint',
  cases: [
    {
      behaviour: 'a token is issued to an application that may do nothing; it has no roles',
      mark: 'documented',
      source: docs.clientCredentials,
      because: 'it needs an application without any permission',
      options: {
        apps: [{ clientId: '00000000-aaaa-4bbb-8ccc-dddddddddddd', certificates: [], secrets: ['s'], roles: [] }],
      },
      ask: (target) =>
        target.token({
          client_id: '00000000-aaaa-4bbb-8ccc-dddddddddddd',
          client_assertion: undefined,
          client_assertion_type: undefined,
          client_secret: 's',
        }),
      answer: {
        status: 200,
        json: { access_token: (token: string) => !('roles' in claimsOf(token)) },
      },
    },
    {
      behaviour: 'a tenant of another cloud gets tokens for its own Graph alone',
      mark: 'documented',
      source: docs.nationalClouds,
      because: 'it needs a tenant of another cloud',
      options: { cloud: 'usgov' },
      ask: async (target) => {
        const { status } = await target.token({ scope: 'https://graph.microsoft.us/.default' });
        if (status !== 200) throw new Error(`graph.microsoft.us: ${status}`);
        return target.token({ scope: 'https://graph.microsoft.com/.default' });
      },
      answer: { status: 400, aadsts: 500011, json: { error: 'invalid_resource' } },
    },
    {
      behaviour: 'a certificate that has expired is refused with 700027',
      mark: 'documented',
      source: docs.entraErrors,
      because: 'it needs the clock',
      options: { now: () => Date.now() + 20 * 365 * 86_400_000 },
      ask: (target) => target.token(),
      answer: { status: 401, aadsts: 700027, json: { error_description: /expired/ } },
    },
    {
      behaviour: 'while Entra is not available it says so with 503 and 90033',
      mark: 'documented',
      source: docs.entraErrors,
      because: 'it needs a fault',
      ask: (target, sandbox) => {
        sandbox.fault({ on: 'token', status: 503 });
        return target.token();
      },
      answer: { status: 503, aadsts: 90033, json: { error: 'temporarily_unavailable' } },
    },
  ],
};

function claimsOf(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
