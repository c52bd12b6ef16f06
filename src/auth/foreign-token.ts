import type { Clock } from '../common/clock.js';
import { GraphMailError, isGraphMailError } from '../common/errors.js';
import { withoutSecrets } from '../common/redact.js';
import type { Identity } from '../options/settings.js';
import type { AccessToken, TokenRequest } from './token-source.js';

/** Milliseconds that a token is taken to be valid when nobody says. */
const assumedLife = 300_000;

/** Tokens from an Azure `TokenCredential` or from the user's own function. */
export function foreignTokenRequest(
  { credential }: Exclude<Identity, { tenantId: string }>,
  scope: string,
  clock: Clock,
): TokenRequest {
  const [name, request] =
    credential.kind === 'azure'
      ? ['credential', (claims?: string) => credential.source.getToken(scope, claims === undefined ? {} : { claims })]
      : ['getToken', () => credential.get()];
  return async (claims) => {
    try {
      return checked(await request(claims), clock);
    } catch (cause) {
      if (isGraphMailError(cause)) throw cause;
      throw new GraphMailError(
        `No token: ${name} failed: ${withoutSecrets(cause instanceof Error ? cause.message : String(cause))}`,
        {
          code: 'EAUTH',
          command: 'TOKEN',
          hint: `Check what is given as the option '${name}'.`,
          cause,
        },
      );
    }
  };
}

function checked(given: unknown, clock: Clock): AccessToken {
  if (typeof given === 'string' && given !== '') return { token: given, lifetime: assumedLife };
  const { token, expiresOnTimestamp } = (given ?? {}) as { token?: unknown; expiresOnTimestamp?: unknown };
  if (typeof token !== 'string' || token === '') throw new Error('it gave no token');
  if (typeof expiresOnTimestamp !== 'number') throw new Error('its expiresOnTimestamp is not a number of milliseconds');
  return { token, lifetime: expiresOnTimestamp - clock.now() };
}
