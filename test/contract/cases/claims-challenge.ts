import type { Reply } from '../../../src/cli/live/common/plain-http.js';
import { docs } from '../../../src/cli/live/common/probe.js';
import type { Target } from '../../../src/cli/live/common/target.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import type { SandboxTopic } from '../case.js';

const NEEDS_REVOCATION = 'it needs a revocation';

export const claimsChallenge: SandboxTopic = {
  topic: 'claims challenge',
  cases: [
    {
      behaviour: 'a token that was revoked is answered with 401 and the claims to ask for',
      mark: 'documented',
      source: docs.cae,
      because: NEEDS_REVOCATION,
      ask: (target, sandbox) => challenge(target, sandbox),
      answer: {
        status: 401,
        code: 'InvalidAuthenticationToken',
        headers: { 'www-authenticate': /^Bearer .*error="insufficient_claims", claims="[A-Za-z0-9+/=]+"/ },
      },
    },
    {
      behaviour: 'it is refused whenever it is shown again',
      mark: 'documented',
      source: docs.cae,
      because: NEEDS_REVOCATION,
      ask: async (target, sandbox) => {
        await challenge(target, sandbox);
        return target.sendMail(target.mail('again'));
      },
      answer: { status: 401, headers: { 'www-authenticate': /insufficient_claims/ } },
    },
    {
      behaviour: 'a token that was asked for with these claims is taken',
      mark: 'documented',
      source: docs.cae,
      because: NEEDS_REVOCATION,
      ask: async (target, sandbox) => {
        const { headers } = await challenge(target, sandbox);
        const claims = /claims="([^"]+)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? '';
        const { json } = await target.token({ claims: Buffer.from(claims, 'base64').toString() });
        return target.sendMail(target.mail('with claims'), { token: json.access_token });
      },
      answer: { status: 202 },
    },
  ],
};

function challenge(target: Target, sandbox: Sandbox): Promise<Reply> {
  sandbox.fault({ on: 'sendMail', claimsChallenge: true });
  return target.sendMail(target.mail('challenged'));
}
