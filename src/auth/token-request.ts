import { onAbort, unlessAborted } from '../common/abort.js';
import type { Clock } from '../common/clock.js';
import { GraphMailError } from '../common/errors.js';
import { arrivalsRead } from '../common/event-loop.js';
import type { Identity } from '../options/settings.js';
import { foreignTokenRequest } from './foreign-token.js';
import { type MsalContext, msalTokenRequest } from './msal.js';
import type { TokenRequest } from './token-source.js';

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
