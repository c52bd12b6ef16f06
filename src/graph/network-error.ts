import type { GraphMailErrorCode } from '../common/errors.js';
import type { NetworkFailure } from './http.js';
import { isLoopback } from './proxy/exceptions.js';

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
