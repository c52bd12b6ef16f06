import { GraphMailError } from '../../common/errors.js';
import type { SigningCertificate } from './signing-certificate.js';

type Dated = Pick<SigningCertificate, 'subject' | 'thumbprintSha1' | 'validFrom' | 'validTo'>;

const day = 86_400_000;
const warningPeriod = 30 * day;

const renew =
  'Make a new certificate, upload its public part to the app registration (Certificates & secrets), and put it in place of this one.';

/** How messages name a certificate: as an administrator finds it in the portal. */
export function named({ subject, thumbprintSha1 }: Dated): string {
  return `${subject} (thumbprint ${thumbprintSha1})`;
}

/**
 * Judged when a token is wanted and not at construction, so that a program whose certificate ran out still starts and
 * only its mail fails. `remark` goes before the hint: why a newer certificate does not serve instead.
 * @throws GraphMailError `EAUTH`, not sent
 */
export function checkValidity(certificate: Dated, now: Date, remark?: string): void {
  const { validFrom, validTo } = certificate;
  const fail = (what: string, hint: string) =>
    new GraphMailError(`The certificate ${named(certificate)} ${what}.`, {
      code: 'EAUTH',
      permanent: true,
      command: 'TOKEN',
      hint: remark === undefined ? hint : `${remark} ${hint}`,
    });
  if (now > validTo) throw fail(`expired on ${validTo.toISOString()}`, renew);
  if (now < validFrom) {
    throw fail(
      `is not valid before ${validFrom.toISOString()}`,
      `Check this machine's clock (it says ${now.toISOString()}), or wait until the certificate is valid.`,
    );
  }
}

export function isValid(certificate: Dated, now: Date): boolean {
  return now >= certificate.validFrom && now <= certificate.validTo;
}

/** What to tell about a certificate in its last 30 days. */
export function expiryWarning(certificate: Dated, now: Date): string | undefined {
  const left = certificate.validTo.getTime() - now.getTime();
  if (left > warningPeriod) return undefined;
  const days = Math.floor(left / day);
  const when = days === 0 ? 'in less than a day' : `in ${days} ${days === 1 ? 'day' : 'days'}`;
  return `The certificate ${named(certificate)} expires ${when}, on ${certificate.validTo.toISOString()}. ${renew}`;
}
