import { STATUS_CODES } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { arrivalsRead } from '../common/event-loop.js';
import { clearTimeout, setTimeout } from '../common/timers.js';
import { isTlsCode, ProxyFailure } from './network-failure.js';
import { authority, type ProxyServer } from './proxy.js';

export interface TunnelRequest {
  proxy: ProxyServer;
  /** Host (an IPv6 address without brackets) and port of the target. */
  host: string;
  port: number;
  /** TLS options for the target; their `ca` is trusted for the proxy too. */
  tls: ConnectionOptions;
  userAgent: string;
  /** Milliseconds until the target's TLS handshake must be done. */
  timeout: number;
}

export type TunnelCallback = (error: Error | null, socket?: TLSSocket) => void;

/** Bytes of the proxy's answer: as many as Node allows for a header. */
const headLimit = 16 * 1024;

/** What OpenSSL says of bytes that are not TLS. */
const notTls = /wrong.version.number|packet.length.too.long|record.layer.failure/i;

/**
 * Opens a tunnel with CONNECT (RFC 9110, section 9.3.6) and does the TLS handshake with the target through it. Calls back
 * once, with a socket that is ready for a request; a socket handed over earlier could fail before a listener is added. All
 * failures are {@link ProxyFailure}s but those of TLS with the target, such as a certificate that is not trusted.
 * @returns gives up what is not yet ready
 */
export function openTunnel(wanted: TunnelRequest, callback: TunnelCallback): (reason: Error) => void {
  const { proxy, tls, timeout } = wanted;
  const target = authority(wanted.host, wanted.port);
  const named = `The proxy ${proxy.origin}`;
  const { secureContext } = tls;
  const line: Socket = proxy.secure
    ? connectTls({
        host: proxy.host,
        port: proxy.port,
        servername: isIP(proxy.host) ? '' : proxy.host,
        ...(secureContext && { secureContext }),
      })
    : connect({ host: proxy.host, port: proxy.port });
  let inner: TLSSocket | undefined;
  let stage: 'connecting' | 'asking' | 'handshake' = 'connecting';
  let settled = false;

  const settle = (error: Error | null) => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    if (!error) return callback(null, inner);
    inner?.destroy();
    line.destroy();
    callback(error);
  };
  const broken = (cause: unknown) => settle(explain(cause));
  const explain = (cause: unknown): Error => {
    const { code, message } = (cause ?? {}) as NodeJS.ErrnoException;
    const why = [code, message].filter(Boolean).join(': ') || 'closed';
    const check = `Check the proxy in ${proxy.from}, and that this machine may connect to it.`;
    if (stage === 'connecting') {
      const text = proxy.secure && isTlsCode(code) ? 'gave no TLS connection' : 'cannot be reached';
      return new ProxyFailure(`${named} ${text} (${why})`, isTlsCode(code), check, cause);
    }
    if (stage === 'asking') {
      return new ProxyFailure(`${named} gave no answer to CONNECT ${target} (${why})`, false, check, cause);
    }
    if (notTls.test(why)) {
      const text = `${named} opened a tunnel for ${target}, but what came through it is not TLS (${why})`;
      return new ProxyFailure(text, true, `Check that ${proxy.from} names a proxy, not a web server.`, cause);
    }
    if (isTlsCode(code)) return cause as Error;
    return new ProxyFailure(`${named} opened a tunnel for ${target}, but it broke (${why})`, false, check, cause);
  };
  const timer = setTimeout(async () => {
    await arrivalsRead(() => line.bytesRead);
    broken(new Error(`nothing within ${timeout} ms`));
  }, timeout);

  const ask = () => {
    stage = 'asking';
    const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, `User-Agent: ${wanted.userAgent}`];
    if (proxy.authorization) lines.push(`Proxy-Authorization: ${proxy.authorization}`);
    line.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  };
  let received = Buffer.alloc(0);
  const read = () => {
    for (let chunk = line.read(); chunk !== null; chunk = line.read()) {
      received = Buffer.concat([received, chunk as Buffer]);
      // Latin-1 has one character for each byte.
      const end = /\r?\n\r?\n/.exec(received.toString('latin1'));
      if (end) return answered(received.toString('latin1', 0, end.index), received.subarray(end.index + end[0].length));
      if (received.length > headLimit) return answered('', received);
    }
  };
  const answered = (head: string, rest: Buffer) => {
    line.off('readable', read);
    const answer = readProxyAnswer(head);
    if (!answer) {
      const text = `${named} answered CONNECT ${target} with something that is not HTTP/1`;
      return settle(new ProxyFailure(text, true, `Check that ${proxy.from} names an HTTP proxy.`));
    }
    const refused = refusedTunnel(answer, proxy, target);
    if (refused) return settle(refused);
    stage = 'handshake';
    if (rest.length > 0) line.unshift(rest);
    inner = connectTls({ ...tls, socket: line });
    // It stays: the agent listens only while a request uses the socket or after one did.
    inner.on('error', broken);
    inner.once('secureConnect', () => settle(null));
  };

  line.once(proxy.secure ? 'secureConnect' : 'connect', ask);
  line.on('readable', read);
  line.on('error', broken);
  line.on('close', () => broken(new Error('the connection was closed')));
  return (reason) => settle(reason);
}

/** What a proxy said to CONNECT. */
interface ProxyAnswer {
  status: number;
  /** Schemes of `Proxy-Authenticate`. */
  schemes: string[];
}

/** Reads the head of an answer, up to and without its empty line; `undefined` when it is not HTTP/1. */
function readProxyAnswer(head: string): ProxyAnswer | undefined {
  const [first = '', ...lines] = head.split(/\r?\n/);
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) return undefined;
  const schemes = lines.flatMap((line) => /^proxy-authenticate:[ \t]*([\w-]{1,40})/i.exec(line)?.[1] ?? []);
  return { status: Number(status), schemes };
}

/** Statuses that say the proxy, or what is behind it, is failing temporarily. */
const temporary = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Whether an answer opened the tunnel: `undefined` if so, otherwise the failure. RFC 9110, section 9.3.6, takes any 2xx for
 * a tunnel; proxies say 200, and what says 202 or 204 to CONNECT is a web server or a login page, so only 200 counts.
 * @param target host and port
 */
function refusedTunnel(answer: ProxyAnswer, proxy: ProxyServer, target: string): ProxyFailure | undefined {
  const { status } = answer;
  if (status === 200) return undefined;
  // The proxy's own reason phrase is left out: it may quote what it was sent.
  const said = [status, STATUS_CODES[status]].filter(Boolean).join(' ');
  const what =
    status === 407 ? 'wants credentials' : status === 403 ? 'does not allow the connection' : 'opened no tunnel';
  return new ProxyFailure(
    `The proxy ${proxy.origin} ${what} for ${target} (it answered ${said})`,
    !temporary.has(status),
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
  if (temporary.has(status)) return `The proxy could not reach ${target} just now, or is overloaded.`;
  return `Check that ${proxy.from} names a proxy that allows CONNECT, not a web server or a login page.`;
}
