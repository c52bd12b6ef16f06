import { isIP, type LookupFunction } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Clock } from '../../../common/clock.js';
import { addressOf } from '../../../graph/http.js';
import type { ProxyChoice, ProxyServer } from '../../../graph/proxy.js';
import { openTunnel } from '../../../graph/proxy-tunnel.js';

/** The server that answers at an origin. Nothing secret is sent to it, so that it can be examined before it is trusted. */
export interface Contact {
  host: string;
  proxy: ProxyServer | undefined;
  /** `undefined` where no server answered. */
  answer: ContactAnswer | undefined;
  /** Why no server answered. */
  failure: (Error & { code?: string }) | undefined;
}

export interface ContactAnswer {
  /** What is wrong with the certificate (OpenSSL's name for it, or Node's); `undefined` where it is trusted. */
  distrust: string | undefined;
  subject: string;
  issuer: string;
  /** Host names in the certificate. */
  names: string;
  /** Milliseconds by which this machine's clock is behind the answer's `Date`; to the second. */
  behind: number | undefined;
}

export interface ContactOptions {
  proxies: ProxyChoice | undefined;
  /** PEM certificates to trust, and no others. */
  trusted: readonly string[];
  lookup: LookupFunction;
  clock: Clock;
  timeout: number;
  userAgent: string;
}

/** Connects, reads the certificate, and requests `/` for the `Date` of the answer. Never rejects. */
export async function makeContact(origin: string, options: ContactOptions): Promise<Contact> {
  const { hostname, port } = addressOf(origin);
  const { host } = new URL(origin);
  const proxy = options.proxies?.(origin);
  try {
    const socket = await openSocket({ host: hostname, port: Number(port) || 443 }, proxy, options);
    const answer = { ...certificateOf(socket), behind: await behindOf(socket, host, options) };
    return { host, proxy, answer, failure: undefined };
  } catch (error) {
    return { host, proxy, answer: undefined, failure: error as Error };
  }
}

function openSocket(
  target: { host: string; port: number },
  proxy: ProxyServer | undefined,
  { trusted, lookup, clock, timeout, userAgent }: ContactOptions,
): Promise<TLSSocket> {
  const options: ConnectionOptions = {
    ...target,
    servername: isIP(target.host) ? '' : target.host,
    // An untrusted certificate is reported as a result, and is not an error here.
    rejectUnauthorized: false,
    secureContext: createSecureContext({ ca: trusted.join('\n') }),
  };
  return new Promise((resolve, reject) => {
    if (proxy) {
      openTunnel({ proxy, ...target, tls: options, userAgent, timeout }, (error, socket) =>
        error ? reject(error) : resolve(socket as TLSSocket),
      );
      return;
    }
    const socket = connect({ ...options, lookup } as ConnectionOptions);
    const late = clock.after(timeout, () =>
      socket.destroy(Object.assign(new Error(`nothing within ${timeout} ms`), { code: 'ETIMEDOUT' })),
    );
    socket.once('secureConnect', () => {
      late();
      resolve(socket);
    });
    socket.on('error', (error) => {
      late();
      reject(error);
    });
  });
}

function certificateOf(socket: TLSSocket): Omit<ContactAnswer, 'behind'> {
  const { subject, issuer, subjectaltname = '' } = socket.getPeerCertificate();
  // Node's types have an Error here, where it is a code or a sentence.
  const distrust = socket.authorized ? undefined : String(socket.authorizationError);
  return { distrust, subject: nameOf(subject), issuer: nameOf(issuer), names: subjectaltname.replaceAll('DNS:', '') };
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const { CN, O } = (name ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const parts = [CN, O].flat().filter((part) => part !== undefined);
  return [...new Set(parts)].join(', ') || 'somebody without a name';
}

/** Resolves with `undefined` where the answer is not HTTP or has no date. */
function behindOf(
  socket: TLSSocket,
  host: string,
  { clock, timeout, userAgent }: ContactOptions,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    let head = '';
    let settled = false;
    const settle = () => {
      if (settled) return;
      settled = true;
      late();
      socket.destroy();
      const text = /^date:[ \t]*(.+?)[ \t]*\r?$/im.exec(head)?.[1];
      const date = text === undefined ? Number.NaN : Date.parse(text);
      const error = date - clock.now();
      // A Date is cut to the second, and the answer took some time to arrive.
      resolve(Number.isNaN(date) ? undefined : Math.abs(error) < 2_000 ? 0 : error);
    };
    const late = clock.after(timeout, settle);
    socket.on('error', settle).on('close', settle);
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (head.includes('\r\n\r\n') || head.length > 65_536) settle();
    });
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${userAgent}\r\nConnection: close\r\n\r\n`, 'latin1');
  });
}
