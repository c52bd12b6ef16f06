import type { CertificateInfo } from '../../../auth/certificate/certificate-source.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, type Subject, skipped, warning } from '../common/check.js';
import type { Examination } from '../common/environment.js';
import { durationInWords } from '../durations.js';
import { clockTolerance } from './clock.js';

const subject = { id: 'certificate-days', title: 'Days left' };

const day = 86_400_000;
const soon = 30 * day;

const renew =
  'Make the next certificate with "setup --rotate", upload its public part to the app registration (Certificates & secrets), then put it in the place of this one.';

/** Whether the certificate is valid now, and for long enough. */
export async function checkCertificateDays(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration', 'certificate-file', 'certificate');
  if (blocked) return [blocked];
  const { certificate } = examination;
  if (!certificate) return [skipped(subject, 'The application signs in without a certificate.')];
  return [await judgeDays(subject, certificate, renew, examination)];
}

/** @param renew what to do when there are few left */
export async function judgeDays(
  subject: Subject,
  { validFrom, validTo }: Pick<CertificateInfo, 'validFrom' | 'validTo'>,
  renew: string,
  examination: Examination,
): Promise<Check> {
  const { world } = examination;
  const valid = (now: number) => now >= validFrom.getTime() && now <= validTo.getTime();
  const here = world.clock.now();
  // A wrong clock makes a good certificate look bad; it is named by a check of its own.
  const error = valid(here) ? undefined : await examination.clockError();
  const wrongClock = error !== undefined && Math.abs(error.behind) > clockTolerance;
  const now = wrongClock ? here + error.behind : here;
  const from = dateOf(validFrom);
  const to = dateOf(validTo);
  if (now > validTo.getTime()) {
    return failed(
      subject,
      EXIT.configuration,
      `The certificate expired on ${to}, ${durationInWords(now - validTo.getTime())} ago.`,
      renew,
    );
  }
  if (now < validFrom.getTime()) {
    return failed(
      subject,
      EXIT.configuration,
      `The certificate is not valid before ${validFrom.toISOString()}.`,
      `Check this machine's clock (it says ${new Date(here).toISOString()}), or wait until the certificate is valid.`,
    );
  }
  const left = validTo.getTime() - now;
  const seen = `Valid from ${from} to ${to}: ${durationInWords(left)} left${wrongClock ? `, by the clock of ${error.host}` : ''}.`;
  return left < soon ? warning(subject, seen, renew) : ok(subject, seen);
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
