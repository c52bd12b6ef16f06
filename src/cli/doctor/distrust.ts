import type { ExtraAuthorities } from './extra-authorities.js';

/** What to do about a certificate whose issuer is not trusted. */
export function distrustCure({
  host,
  issuer,
  authorities: { path, problem },
  own,
  sandbox,
}: {
  host: string;
  issuer: string;
  authorities: ExtraAuthorities;
  /** Whether `GRAPH_MAIL_CA` is set. */
  own: boolean;
  /** Whether it is a sandbox that should answer there. */
  sandbox: boolean;
}): string {
  if (problem !== undefined) {
    return `${problem}: Node goes on without it. Give the path of a PEM file that holds the CA's certificate.`;
  }
  const named = [...(own ? ['GRAPH_MAIL_CA'] : []), ...(path === undefined ? [] : [`NODE_EXTRA_CA_CERTS (${path})`])];
  const also =
    named.length === 0 ? '' : ` ${named.join(' and ')} now ${named.length === 1 ? 'names' : 'name'} another CA.`;
  if (sandbox) {
    return `Set GRAPH_MAIL_CA to the sandbox's ca.pem (the sandbox prints its path).${also}`;
  }
  return `Something between this machine and ${host} replaces certificates. If that is meant (a security gateway of your organisation), get its CA certificate as PEM and set GRAPH_MAIL_CA to its path; if nobody knows ${issuer}, do not go on.${also}`;
}
