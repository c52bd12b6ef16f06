import { isLoopback } from '../../graph/proxy-exceptions.js';
import type { ExtraAuthorities } from './extra-authorities.js';

/** What to do about a certificate whose issuer is not trusted. */
export function distrustCure({
  host,
  issuer,
  authorities: { path, problem },
}: {
  host: string;
  issuer: string;
  authorities: ExtraAuthorities;
}): string {
  if (problem !== undefined) {
    return `${problem}: Node goes on without it. Give the path of a PEM file that holds the CA's certificate.`;
  }
  const also = path === undefined ? '' : ` The file that it names now (${path}) holds another CA.`;
  if (isLoopback(host.replace(/:\d+$/, ''))) {
    return `Set NODE_EXTRA_CA_CERTS to the sandbox's ca.pem (the sandbox prints its path) before Node starts.${also}`;
  }
  return `Something between this machine and ${host} replaces certificates. If that is meant (a security gateway of your organisation), get its CA certificate as PEM and set NODE_EXTRA_CA_CERTS to it before Node starts; if nobody knows ${issuer}, do not go on.${also}`;
}
