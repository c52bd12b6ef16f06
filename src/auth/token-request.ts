import { onAbort, unlessAborted } from '../common/abort.js';
import { GraphMailError, isGraphMailError } from '../common/errors.js';
import { withoutSecrets } from '../common/redact.js';
import { arrivalsRead, type Clock } from '../common/timers.js';
import type { Identity } from '../options/settings.js';
import { type MsalContext, msalTokenRequest } from './msal.js';
import type { AccessToken, TokenRequest } from './token-source.js';

/**
 * How tokens are fetched for an identity, in bounded time: code that is not ours may never answer.
 * @param closing ends the wait, so that nothing keeps the process from ending
 */
export function tokenRequest(
  identity: Identity,
  context: Omit<MsalContext, 'identity'>,
  closing?: AbortSignal,
): TokenRequest {
  const { cloud, clock, timeout } = context;
  const request =
    'tenantId' in identity
      ? msalTokenRequest({ ...context, identity })
      : foreignTokenRequest(identity, `${cloud.graphHost}/.default`, clock);
  // Discovery and token, each with a request of its own.
  const longest = 2 * timeout;
  const from = 'tenantId' in identity ? 'Entra' : identity.credential.kind === 'azure' ? 'credential' : 'getToken';
  const late =
    from === 'Entra'
      ? 'Entra, or the function given as clientAssertion, did not answer: check that this machine reaches the token endpoint.'
      : `The option '${from}' never gave a token: check that what it asks can be reached, and that its promise always ends.`;
  return async (claims) => {
    const fresh = await unlessAborted(within(longest, clock, request(claims), late, closing), closing);
    checkToken(fresh.token, from);
    return fresh;
  };
}

/** A token travels in a header, which takes printable ASCII only. */
function checkToken(token: string, from: string): void {
  if (/^[\x21-\x7e]+$/.test(token)) return;
  const what = /[\r\n]/.test(token) ? 'a line break' : /\s/.test(token) ? 'a space' : 'a character that is not ASCII';
  const hint =
    from === 'Entra'
      ? 'Something between this machine and Entra may be changing its answers: look for a proxy.'
      : `Give the token alone from '${from}', without 'Bearer' and without the line break that a file ends with.`;
  throw new GraphMailError(`No token: the one from ${from} has ${what} in it.`, {
    code: 'EAUTH',
    permanent: true,
    command: 'TOKEN',
    hint,
  });
}

function within<T>(ms: number, clock: Clock, work: Promise<T>, hint: string, closing?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, async () => {
      await arrivalsRead();
      reject(new GraphMailError(`No token within ${ms} ms.`, { code: 'ETIMEDOUT', command: 'TOKEN', hint }));
    });
    const release = onAbort(closing, cancel);
    work.then(resolve, reject).finally(() => {
      cancel();
      release();
    });
  });
}

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
