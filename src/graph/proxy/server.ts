import { isIP } from 'node:net';
import { configError } from '../../common/errors.js';
import { shown } from '../../options/checks.js';

const expected =
  "Expected is an HTTP proxy such as 'http://proxy.contoso.com:8080', with credentials 'http://user:password@proxy.contoso.com:8080' (special characters percent-encoded).";

/** An HTTP proxy that opens tunnels. Credentials are private: neither printing nor serialising shows them. */
export class ProxyServer {
  /** Whether the proxy itself is spoken to over TLS. */
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** The option or variable that named it, for people. */
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
