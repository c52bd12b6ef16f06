import type { GraphMailErrorCode } from '../common/errors.js';
import { isLoopback } from './proxy.js';

/** A request that got no answer. */
export class NetworkFailure extends Error {
  /** Whether a byte of the request may have reached the server: it can have, once the TLS handshake was done. */
  readonly written: boolean;
  readonly reason: 'network' | 'timeout' | 'aborted';
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  /** Set when a proxy failed or refused, before there was any connection to the server. */
  readonly proxy: ProxyFailure | undefined;

  constructor(reason: NetworkFailure['reason'], written: boolean, message: string, cause: unknown) {
    // A parse error of Node carries the answer as it came, whatever that quotes.
    if (typeof cause === 'object' && cause !== null && 'rawPacket' in cause) delete cause.rawPacket;
    super(message, { cause });
    this.name = 'NetworkFailure';
    this.reason = reason;
    this.written = written;
    const { code, syscall } = (cause ?? {}) as NodeJS.ErrnoException;
    this.code = code;
    this.syscall = syscall;
    this.proxy = cause instanceof ProxyFailure ? cause : undefined;
  }
}

/**
 * A proxy that could not be reached, refused, or did not do what it said. It always happens before the TLS handshake with
 * the target, so nothing of the request has left; and it is never the target's answer, whatever status the proxy gave.
 */
export class ProxyFailure extends Error {
  readonly code = 'EPROXY';
  /** Whether the next attempt would meet the same. */
  readonly permanent: boolean;
  readonly hint: string;

  constructor(message: string, permanent: boolean, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ProxyFailure';
    this.permanent = permanent;
    this.hint = hint;
  }
}

/** A network failure in Nodemailer's codes, in words, and whether trying again could help. */
export interface NetworkFault {
  code: GraphMailErrorCode;
  text: string;
  hint: string | undefined;
  permanent: boolean;
}

const tlsCodes = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$|HOSTNAME_MISMATCH)/;

/** Whether a TLS handshake failed with `code`. */
export function isTlsCode(code: string | undefined): boolean {
  return code !== undefined && tlsCodes.test(code);
}

export function describeNetworkFailure(failure: NetworkFailure, host: string): NetworkFault {
  const { code, syscall, reason } = failure;
  const why = [code, failure.message || undefined].filter(Boolean).join(': ');
  if (reason === 'aborted')
    return { code: 'EABORT', text: 'Message sending aborted', hint: undefined, permanent: false };
  if (reason === 'timeout')
    return { code: 'ETIMEDOUT', text: `${host} gave no answer in time (${why})`, hint: undefined, permanent: false };
  if (failure.proxy) {
    const { message, hint, permanent } = failure.proxy;
    return { code: 'EPROXY', text: message, hint, permanent };
  }
  if (syscall === 'getaddrinfo' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      code: 'EDNS',
      text: `${host} cannot be resolved (${why})`,
      hint: 'Check the name servers of this machine, and whether it needs a proxy to reach Microsoft 365.',
      permanent: false,
    };
  }
  const local = isLoopback(host.replace(/:\d+$/, ''));
  if (isTlsCode(code)) {
    return {
      code: 'ETLS',
      text: `The TLS handshake with ${host} failed (${why})`,
      hint: local
        ? "Set GRAPH_MAIL_CA to the path of the sandbox's ca.pem; where the options say who signs in, give its text as cloud.ca, or set NODE_EXTRA_CA_CERTS before Node starts."
        : 'Something between this machine and Microsoft 365 may be replacing certificates. If that is meant, trust its CA with GRAPH_MAIL_CA; where the options say who signs in, with NODE_EXTRA_CA_CERTS.',
      permanent: true,
    };
  }
  return {
    code: 'ESOCKET',
    text: `The connection to ${host} failed (${why})`,
    hint: failure.written
      ? undefined
      : local
        ? `Is the sandbox running at https://${host}?`
        : 'Check that this machine may connect to port 443 of Microsoft 365, directly or through a proxy.',
    permanent: false,
  };
}
