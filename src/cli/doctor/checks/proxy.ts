import { isGraphMailError } from '../../../common/errors.js';
import { ProxyFailure } from '../../../graph/network-failure.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok } from '../common/check.js';
import type { Examination } from '../common/environment.js';

const subject = { id: 'proxy', title: 'Proxy' };

/** Which proxy the connections take, and whether it lets them through. */
export async function checkProxy(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration', 'dns');
  if (blocked) return [blocked];
  try {
    // Throws where it cannot be used.
    void examination.proxies;
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return [failed(subject, EXIT.configuration, error.message, error.hint)];
  }
  const contacts = await Promise.all(examination.origins.map((origin) => examination.contact(origin)));
  for (const { failure } of contacts) {
    if (failure instanceof ProxyFailure)
      return [failed(subject, EXIT.unavailable, `${failure.message}.`, failure.hint)];
  }
  const through = contacts.flatMap(({ proxy, host }) =>
    proxy ? [`${host} through ${proxy.origin} (${proxy.from})`] : [],
  );
  if (through.length > 0) return [ok(subject, `${through.join(', ')}.`)];
  const env = examination.configuration?.env ?? {};
  const set = env.https_proxy || env.HTTPS_PROXY;
  return [
    ok(subject, set ? 'None for these hosts (NO_PROXY, or this machine itself).' : 'None: connections are direct.'),
  ];
}
