import { isGraphMailError } from '../../../common/errors.js';
import { isTlsCode, ProxyFailure } from '../../../graph/network-failure.js';
import { EXIT } from '../../common/exit-codes.js';
import { sandboxInbox, startSandbox } from '../../common/known-sandbox.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { CheckContext, ExtraAuthorities } from '../common/check-context.js';
import type { Contact, ContactAnswer } from '../common/contact.js';

const dnsSubject = { id: 'dns', title: 'Names (DNS)' };

/** Whether the names of the hosts can be resolved, unless the proxy resolves them. */
export async function checkNames(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(dnsSubject, 'configuration');
  if (blocked) return [blocked];
  if (!context.hasUsableProxies) return [skipped(dnsSubject, 'Not checked: the proxy must be right first.')];
  const direct: string[] = [];
  for (const origin of context.origins) {
    if (!(await context.contact(origin)).proxy) direct.push(new URL(origin).hostname.replace(/^\[|\]$/g, ''));
  }
  if (direct.length === 0) return [skipped(dnsSubject, 'Not needed: the proxy resolves the names.')];
  const found: string[] = [];
  for (const host of new Set(direct)) {
    const result = await resolve(host, context);
    if ('problem' in result) {
      return [
        failed(
          dnsSubject,
          EXIT.unavailable,
          `${host} cannot be resolved (${result.problem}).`,
          `Check the name servers of this machine, and whether it needs a proxy to reach Microsoft 365 (HTTPS_PROXY).${namedBy(host, context)}`,
        ),
      ];
    }
    found.push(`${host} is ${result.address}`);
  }
  return [ok(dnsSubject, `${found.join(', ')}.`)];
}

/** A host that a variable names may be misspelt. */
function namedBy(host: string, { configuration, cloud }: CheckContext): string {
  const origins = { AZURE_AUTHORITY_HOST: cloud?.authorityHost, GRAPH_MAIL_GRAPH_HOST: cloud?.graphHost };
  const names = Object.entries(origins).flatMap(([name, origin]) =>
    configuration?.env[name] && origin && new URL(origin).hostname === host ? [name] : [],
  );
  return names.length === 0 ? '' : ` If the name is wrong, it stands in ${names.join(' or ')}.`;
}

function resolve(host: string, { environment }: CheckContext): Promise<{ address: string } | { problem: string }> {
  return new Promise((done) => {
    environment.lookup(host, { all: false }, (error, address) => {
      if (error) done({ problem: error.code ?? error.message });
      else done({ address: String(address) });
    });
  });
}

const proxySubject = { id: 'proxy', title: 'Proxy' };

/** Which proxy the connections use, and whether it lets them through. */
export async function checkProxy(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(proxySubject, 'configuration', 'dns');
  if (blocked) return [blocked];
  try {
    // The getter throws where the proxy cannot be used.
    void context.proxies;
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return [failed(proxySubject, EXIT.configuration, error.message, error.hint)];
  }
  const contacts = await Promise.all(context.origins.map((origin) => context.contact(origin)));
  for (const { failure } of contacts) {
    if (failure instanceof ProxyFailure)
      return [failed(proxySubject, EXIT.unavailable, `${failure.message}.`, failure.hint)];
  }
  const through = contacts.flatMap(({ proxy, host }) =>
    proxy ? [`${host} through ${proxy.origin} (${proxy.from})`] : [],
  );
  if (through.length > 0) return [ok(proxySubject, `${through.join(', ')}.`)];
  const env = context.configuration?.env ?? {};
  const set = env.https_proxy || env.HTTPS_PROXY;
  return [
    ok(
      proxySubject,
      set ? 'None for these hosts (NO_PROXY, or this machine itself).' : 'None: connections are direct.',
    ),
  ];
}

const tlsSubject = { id: 'tls', title: 'Connection and TLS' };

/** Whether the servers answer, and whether their certificates are trusted. */
export async function checkTls(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(tlsSubject, 'configuration', 'dns', 'proxy');
  if (blocked) return [blocked];
  const issuers: string[] = [];
  for (const origin of context.origins) {
    const contact = await context.contact(origin);
    if (!contact.answer) return [unreachable(contact, context)];
    if (contact.answer.distrust !== undefined) return [distrusted(context, contact.host, contact.answer)];
    issuers.push(`${contact.host}: certificate from ${contact.answer.issuer}`);
  }
  const seen = `${issuers.join('; ')}.`;
  return [(await trustWarning(context, seen)) ?? ok(tlsSubject, seen)];
}

function unreachable({ host, failure }: Contact, context: CheckContext): Check {
  const { code, message = 'closed' }: Partial<NonNullable<Contact['failure']>> = failure ?? {};
  if (isTlsCode(code)) {
    return failed(
      tlsSubject,
      EXIT.unavailable,
      `${host} gave no TLS connection (${code}).`,
      'Something that does not speak TLS answers there: check host and port, and what stands between this machine and it.',
    );
  }
  const why = [code, message].filter(Boolean).join(': ');
  const { commands, configuration } = context;
  const cure = context.isSandbox(`https://${host}`)
    ? `${startSandbox(`https://${host}`, configuration && sandboxInbox(configuration), commands)}\nIf it runs, check its port in AZURE_AUTHORITY_HOST and GRAPH_MAIL_GRAPH_HOST.`
    : `Let this machine connect to port 443 of ${host}, directly or through a proxy (HTTPS_PROXY): a firewall looks like this. It says nothing about permissions.`;
  return failed(tlsSubject, EXIT.unavailable, `${host} cannot be reached (${why}).`, cure);
}

function distrusted(
  context: CheckContext,
  host: string,
  { distrust = '', issuer, subject: name, names }: ContactAnswer,
): Check {
  const what = `${host} shows a certificate for ${name}, issued by ${issuer}`;
  if (distrust === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return failed(
      tlsSubject,
      EXIT.unavailable,
      `${what}: it is for other hosts (${names || name}), so somebody else answers.`,
      'Look for a captive portal, a wrong entry in DNS or in the hosts file, or a web server named as proxy.',
    );
  }
  if (distrust === 'CERT_HAS_EXPIRED' || distrust === 'CERT_NOT_YET_VALID') {
    const verb = distrust === 'CERT_HAS_EXPIRED' ? 'which has expired' : 'which is not valid yet';
    return failed(
      tlsSubject,
      EXIT.unavailable,
      `${what}, ${verb} by this machine's clock.`,
      "Check this machine's clock and date first; if they are right, whoever runs that server must renew its certificate.",
    );
  }
  return failed(
    tlsSubject,
    EXIT.unavailable,
    `${what}, whom this machine does not trust (${distrust}).`,
    distrustCure({
      host,
      issuer,
      authorities: context.authorities,
      own: context.configuration?.authorities.own !== undefined,
      sandbox: context.isSandbox(`https://${host}`),
    }),
  );
}

/** A warning about what a working connection depends on; `undefined` where there is none. */
async function trustWarning(context: CheckContext, seen: string): Promise<Check | undefined> {
  const { configuration, authorities, origins } = context;
  if (configuration?.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    return warning(
      tlsSubject,
      `${seen} NODE_TLS_REJECT_UNAUTHORIZED is 0: whoever answers is believed, and gets tokens and mails.`,
      'Take NODE_TLS_REJECT_UNAUTHORIZED out of the environment; trust a CA with GRAPH_MAIL_CA instead.',
    );
  }
  for (const origin of origins) {
    const own = context.isSandbox(origin);
    if (own && authorities.pem === undefined) continue;
    const { answer, host } = await (own ? context.programContact(origin) : context.publicContact(origin));
    if (answer?.distrust === undefined) continue;
    if (!own) {
      return warning(
        tlsSubject,
        `${seen} This machine trusts it, but no public authority does: ${answer.issuer} opens the connections to ${host}, and can read tokens and mails.`,
        'If that is a proxy or gateway of your own organisation, nothing is to be done; otherwise find out what it is.',
      );
    }
    return warning(
      tlsSubject,
      `${seen} It is trusted through NODE_EXTRA_CA_CERTS of the .env file, which these commands read; Node itself reads the variable when it starts, before any .env file.`,
      'Call it GRAPH_MAIL_CA in the .env file: that one is read by your own program too.',
    );
  }
  return undefined;
}

/** What to do about a certificate whose issuer is not trusted. */
function distrustCure({
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
  /** Whether a sandbox should answer there. */
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
