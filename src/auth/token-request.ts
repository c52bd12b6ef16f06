import type { Clock } from '../clock.js';
import { GraphMailError } from '../errors.js';
import type { Identity } from '../options.js';
import { foreignTokenRequest } from './foreign-token.js';
import { type MsalContext, msalTokenRequest } from './msal.js';
import type { TokenRequest } from './token-source.js';

/** How tokens are fetched for an identity, in bounded time: code that is not ours may never answer. */
export function tokenRequest(identity: Identity, context: Omit<MsalContext, 'identity'>): TokenRequest {
  const { cloud, clock, timeout } = context;
  const request =
    'tenantId' in identity
      ? msalTokenRequest({ ...context, identity })
      : foreignTokenRequest(identity, `${cloud.graphHost}/.default`, clock);
  // Discovery and token, each with a request of its own.
  const longest = 2 * timeout;
  return (claims) => within(longest, clock, request(claims));
}

function within<T>(ms: number, clock: Clock, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () =>
      reject(new GraphMailError(`No token within ${ms} ms.`, { code: 'ETIMEDOUT', command: 'TOKEN' })),
    );
    work.then(resolve, reject).finally(cancel);
  });
}
