import { isTlsCode } from '../../../graph/network-failure.js';
import { EXIT } from '../../common/exit-codes.js';
import { sandboxInbox, startSandbox } from '../../common/known-sandbox.js';
import { type Check, failed, ok, warning } from '../common/check.js';
import type { Examination } from '../common/environment.js';
import type { Contact, ContactAnswer } from '../contact.js';
import { distrustCure } from '../distrust.js';

const subject = { id: 'tls', title: 'Connection and TLS' };

/** Whether the servers answer, and whether they are who they should be. */
export async function checkTls(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration', 'dns', 'proxy');
  if (blocked) return [blocked];
  const issuers: string[] = [];
  for (const origin of examination.origins) {
    const contact = await examination.contact(origin);
    if (!contact.answer) return [unreachable(contact, examination)];
    if (contact.answer.distrust !== undefined) return [distrusted(examination, contact.host, contact.answer)];
    issuers.push(`${contact.host}: certificate from ${contact.answer.issuer}`);
  }
  const seen = `${issuers.join('; ')}.`;
  return [(await onTerms(examination, seen)) ?? ok(subject, seen)];
}

function unreachable({ host, failure }: Contact, examination: Examination): Check {
  const { code, message = 'closed' }: Partial<NonNullable<Contact['failure']>> = failure ?? {};
  if (isTlsCode(code)) {
    return failed(
      subject,
      EXIT.unavailable,
      `${host} gave no TLS connection (${code}).`,
      'Something that does not speak TLS answers there: check host and port, and what stands between this machine and it.',
    );
  }
  const why = [code, message].filter(Boolean).join(': ');
  const { commands, configuration } = examination;
  const cure = examination.isSandbox(`https://${host}`)
    ? `${startSandbox(`https://${host}`, configuration && sandboxInbox(configuration), commands)}\nIf it runs, check its port in AZURE_AUTHORITY_HOST and GRAPH_MAIL_GRAPH_HOST.`
    : `Let this machine connect to port 443 of ${host}, directly or through a proxy (HTTPS_PROXY): a firewall looks like this. It says nothing about permissions.`;
  return failed(subject, EXIT.unavailable, `${host} cannot be reached (${why}).`, cure);
}

function distrusted(
  examination: Examination,
  host: string,
  { distrust = '', issuer, subject: name, names }: ContactAnswer,
): Check {
  const what = `${host} shows a certificate for ${name}, issued by ${issuer}`;
  if (distrust === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return failed(
      subject,
      EXIT.unavailable,
      `${what}: it is for other hosts (${names || name}), so somebody else answers.`,
      'Look for a captive portal, a wrong entry in DNS or in the hosts file, or a web server named as proxy.',
    );
  }
  if (distrust === 'CERT_HAS_EXPIRED' || distrust === 'CERT_NOT_YET_VALID') {
    const verb = distrust === 'CERT_HAS_EXPIRED' ? 'which has expired' : 'which is not valid yet';
    return failed(
      subject,
      EXIT.unavailable,
      `${what}, ${verb} by this machine's clock.`,
      "Check this machine's clock and date first; if they are right, whoever runs that server must renew its certificate.",
    );
  }
  return failed(
    subject,
    EXIT.unavailable,
    `${what}, whom this machine does not trust (${distrust}).`,
    distrustCure({
      host,
      issuer,
      authorities: examination.authorities,
      own: examination.configuration?.authorities.own !== undefined,
      sandbox: examination.isSandbox(`https://${host}`),
    }),
  );
}

/** What a connection depends on that a person should know, although it works. */
async function onTerms(examination: Examination, seen: string): Promise<Check | undefined> {
  const { configuration, authorities, origins } = examination;
  if (configuration?.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    return warning(
      subject,
      `${seen} NODE_TLS_REJECT_UNAUTHORIZED is 0: whoever answers is believed, and gets tokens and mails.`,
      'Take NODE_TLS_REJECT_UNAUTHORIZED out of the environment; trust a CA with GRAPH_MAIL_CA instead.',
    );
  }
  for (const origin of origins) {
    const own = examination.isSandbox(origin);
    if (own && authorities.pem === undefined) continue;
    const { answer, host } = await (own ? examination.programContact(origin) : examination.publicContact(origin));
    if (answer?.distrust === undefined) continue;
    if (!own) {
      return warning(
        subject,
        `${seen} This machine trusts it, but no public authority does: ${answer.issuer} opens the connections to ${host}, and can read tokens and mails.`,
        'If that is a proxy or gateway of your own organisation, nothing is to be done; otherwise find out what it is.',
      );
    }
    return warning(
      subject,
      `${seen} It is trusted through NODE_EXTRA_CA_CERTS of the .env file, which these commands read; Node itself reads the variable when it starts, before any .env file.`,
      'Call it GRAPH_MAIL_CA in the .env file: that one is read by your own program too.',
    );
  }
  return undefined;
}
