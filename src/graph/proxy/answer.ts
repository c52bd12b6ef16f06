import { STATUS_CODES } from 'node:http';
import { ProxyFailure } from './failure.js';
import type { ProxyServer } from './server.js';

/** What a proxy said to CONNECT. */
export interface ProxyAnswer {
  status: number;
  /** Schemes of `Proxy-Authenticate`. */
  schemes: string[];
}

/** Reads the head of an answer, up to and without its empty line; `undefined` when it is not HTTP/1. */
export function readProxyAnswer(head: string): ProxyAnswer | undefined {
  const [first = '', ...lines] = head.split(/\r?\n/);
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) return undefined;
  const schemes = lines.flatMap((line) => /^proxy-authenticate:[ \t]*([\w-]{1,40})/i.exec(line)?.[1] ?? []);
  return { status: Number(status), schemes };
}

/** Statuses that say the proxy or its way out is troubled just now. */
const passing = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Whether an answer opened the tunnel: `undefined` if so, otherwise the failure. RFC 9110, section 9.3.6, takes any 2xx for
 * a tunnel; proxies say 200, and what says 202 or 204 to CONNECT is a web server or a login page, so only 200 counts.
 * @param target host and port
 */
export function refusedTunnel(answer: ProxyAnswer, proxy: ProxyServer, target: string): ProxyFailure | undefined {
  const { status } = answer;
  if (status === 200) return undefined;
  // The proxy's own reason phrase is left out: it may quote what it was sent.
  const said = [status, STATUS_CODES[status]].filter(Boolean).join(' ');
  const what =
    status === 407 ? 'wants credentials' : status === 403 ? 'does not allow the connection' : 'opened no tunnel';
  return new ProxyFailure(
    `The proxy ${proxy.origin} ${what} for ${target} (it answered ${said})`,
    !passing.has(status),
    advice(answer, proxy, target),
  );
}

function advice({ status, schemes }: ProxyAnswer, proxy: ProxyServer, target: string): string {
  if (status === 407) {
    if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic')) {
      return `The proxy offers ${schemes.join(', ')}, and only Basic is supported: have it allow this machine without signing in, or put a relay in front that signs in.`;
    }
    return proxy.authorization
      ? `The user name or password in ${proxy.from} is not what the proxy wants.`
      : `Put user name and password, percent-encoded, into the URL in ${proxy.from}: http://user:password@host:port.`;
  }
  if (status === 403) return `Have the proxy's administrator allow CONNECT to ${target}.`;
  if (passing.has(status)) return `The proxy could not reach ${target} just now, or is overloaded.`;
  return `Check that ${proxy.from} names a proxy that allows CONNECT, not a web server or a login page.`;
}
