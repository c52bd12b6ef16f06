import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped } from '../common/check.js';
import type { Examination } from '../common/environment.js';

const subject = { id: 'dns', title: 'Names (DNS)' };

/** Whether the names of the hosts can be resolved, where that is this machine's affair. */
export async function checkNames(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration');
  if (blocked) return [blocked];
  if (!examination.hasUsableProxies) return [skipped(subject, 'Not checked: the proxy must be right first.')];
  const direct: string[] = [];
  for (const origin of examination.origins) {
    if (!(await examination.contact(origin)).proxy) direct.push(new URL(origin).hostname.replace(/^\[|\]$/g, ''));
  }
  if (direct.length === 0) return [skipped(subject, 'Not needed: the proxy resolves the names.')];
  const found: string[] = [];
  for (const host of new Set(direct)) {
    const result = await resolve(host, examination);
    if ('problem' in result) {
      return [
        failed(
          subject,
          EXIT.unavailable,
          `${host} cannot be resolved (${result.problem}).`,
          `Check the name servers of this machine, and whether it needs a proxy to reach Microsoft 365 (HTTPS_PROXY).${namedBy(host, examination)}`,
        ),
      ];
    }
    found.push(`${host} is ${result.address}`);
  }
  return [ok(subject, `${found.join(', ')}.`)];
}

/** A name that somebody wrote may be misspelt. */
function namedBy(host: string, { configuration, cloud }: Examination): string {
  const origins = { AZURE_AUTHORITY_HOST: cloud?.authorityHost, GRAPH_MAIL_GRAPH_HOST: cloud?.graphHost };
  const names = Object.entries(origins).flatMap(([name, origin]) =>
    configuration?.env[name] && origin && new URL(origin).hostname === host ? [name] : [],
  );
  return names.length === 0 ? '' : ` If the name is wrong, it stands in ${names.join(' or ')}.`;
}

function resolve(host: string, { world }: Examination): Promise<{ address: string } | { problem: string }> {
  return new Promise((done) => {
    world.lookup(host, { all: false }, (error, address) => {
      if (error) done({ problem: error.code ?? error.message });
      else done({ address: String(address) });
    });
  });
}
