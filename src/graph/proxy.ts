import { isIP, isIPv6 } from 'node:net';
import { configError } from '../common/errors.js';
import { shown } from '../options/shown-value.js';

/** The `proxy` option: a proxy's URL for every connection, or `false` (or `''`) for none whatever the environment says. */
export type ProxyOption = string | URL | false;

/** The variables that are read, each also in lower case, which comes first as with curl and Node. */
export type ProxyEnvironment = Partial<
  Record<'HTTPS_PROXY' | 'https_proxy' | 'NO_PROXY' | 'no_proxy', string | undefined>
>;

/** Which proxy a connection to a URL takes; `undefined`: none. */
export type ProxyChoice = (url: string) => ProxyServer | undefined;

/**
 * Which proxy a connection to `url` takes. An option counts for every host. The environment's does not for the hosts of
 * `NO_PROXY`, nor for this machine itself: a proxy elsewhere could not reach that, and a sandbox's mail must not leave.
 * `ALL_PROXY` is not read, as Node does not read it either: it mostly names a SOCKS proxy.
 * @throws GraphMailError `ECONFIG`, naming the option or variable
 */
export function proxyFor(url: string, option: ProxyOption | undefined, env: ProxyEnvironment): ProxyServer | undefined {
  if (option === false || option === '') return undefined;
  if (option !== undefined) return readProxyUrl(option, "Option 'proxy'");
  const variable = (['https_proxy', 'HTTPS_PROXY'] as const).find((name) => env[name]?.trim());
  if (!variable) return undefined;
  const { hostname, port } = new URL(url);
  if (isLoopback(hostname) || isException(hostname, Number(port) || 443, env.no_proxy || env.NO_PROXY || '')) {
    return undefined;
  }
  return readProxyUrl(env[variable], variable);
}

/**
 * The choice for a transport's whole life, from the option and the environment as they are now; `undefined` when no
 * connection can ever need a proxy.
 * @param targets URLs that will surely be used: a proxy that is wrong for one of them is refused here
 * @throws GraphMailError `ECONFIG`
 */
export function settleProxies(
  option: ProxyOption | undefined,
  env: ProxyEnvironment,
  targets: readonly string[],
): ProxyChoice | undefined {
  const { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = env;
  const choose: ProxyChoice = (url) => proxyFor(url, option, { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy });
  for (const target of targets) choose(target);
  const possible = option === undefined ? HTTPS_PROXY || https_proxy : option;
  return possible ? choose : undefined;
}

/**
 * Whether `NO_PROXY` lists a host: names separated by commas or spaces, upper or lower case. A name stands for itself and
 * all names below it, with or without a dot or `*.` before it; an IP address for itself; `:port` behind either limits it to
 * that port; `*` is every host. (The rules of curl's manual, "NO_PROXY".)
 * @param host as `URL.hostname` gives it
 */
function isException(host: string, port: number, list: string): boolean {
  const wanted = bare(host);
  return list.split(/[\s,]+/).some((entry) => {
    const [, name = '', entryPort] = isIPv6(entry) ? ['', entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
    if (entryPort !== undefined && Number(entryPort) !== port) return false;
    if (name === '*') return true;
    const listed = bare(name.replace(/^\*?\./, ''));
    if (listed === '') return false;
    return wanted === listed || (isIP(wanted) === 0 && wanted.endsWith(`.${listed}`));
  });
}

/** Whether a host is this machine (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3). */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  if (isIP(name)) return name === '::1' || name.startsWith('127.');
  return name === 'localhost' || name.endsWith('.localhost');
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

const expected =
  "Expected is an HTTP proxy such as 'http://proxy.contoso.com:8080', with credentials 'http://user:password@proxy.contoso.com:8080' (special characters percent-encoded).";

/** An HTTP proxy that opens tunnels. Credentials are private: neither printing nor serialising shows them. */
export class ProxyServer {
  /** Whether the proxy itself is spoken to over TLS. */
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** The option or variable that named it, for messages. */
  readonly from: string;
  readonly #authorization: string | undefined;

  constructor(url: URL, from: string, authorization: string | undefined) {
    this.secure = url.protocol === 'https:';
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = Number(url.port) || (this.secure ? 443 : 80);
    this.from = from;
    this.#authorization = authorization;
  }

  /** Value of `Proxy-Authorization`; `undefined` where the URL names no user. */
  get authorization(): string | undefined {
    return this.#authorization;
  }

  /** Its URL without credentials. */
  get origin(): string {
    return `${this.secure ? 'https' : 'http'}://${authority(this.host, this.port)}`;
  }
}

/** Host and port as they stand in a URL (RFC 3986, section 3.2). */
export function authority(host: string, port: number): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/**
 * Reads a proxy's URL; without a scheme it is `http://`. No message shows the value itself, only its parts that cannot hold
 * a password.
 * @param from the option or variable that it comes from
 * @throws GraphMailError `ECONFIG`
 * @internal
 */
export function readProxyUrl(value: unknown, from: string): ProxyServer {
  if (typeof value !== 'string' && !(value instanceof URL)) {
    throw configError(`${from} is ${shown(value)}; expected a proxy's URL.`, expected);
  }
  const text = String(value).trim();
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) throw configError(`${from} is not the URL of a proxy.`, expected);
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw configError(`${from} names ${kindOf(url)}, which is not supported.`, expected);
  }
  if (url.pathname !== '/' || url.search || url.hash) {
    // Most likely a password with one of these characters as it is, whose host would then be the user's name.
    throw configError(`${from} is not the URL of a proxy: it has a '/', '?' or '#' where none belongs.`, expected);
  }
  return new ProxyServer(url, from, basicCredentials(url, from));
}

/** Without a word that is not known: a password may hold `://`. */
function kindOf({ protocol }: URL): string {
  return /^(socks[45]?[ah]?|ftp|ssh|wss?|file|pac\+https?|quic):$/.test(protocol)
    ? `a proxy of the kind ${protocol}//`
    : 'a proxy of another kind';
}

/** RFC 7617, in UTF-8. */
function basicCredentials({ username, password }: URL, from: string): string | undefined {
  if (!username && !password) return undefined;
  let credentials: string;
  try {
    credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    // Without the cause, which could quote the value.
    throw configError(`${from} has a user name or password whose percent-encoding is broken.`, expected);
  }
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
