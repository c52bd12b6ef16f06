import { createPrivateKey } from 'node:crypto';
import { statSync } from 'node:fs';
import { type CertificateInfo, CertificateSource } from '../../../auth/certificate/certificate-source.js';
import { readFiles } from '../../../auth/certificate/content.js';
import { isGraphMailError } from '../../../common/errors.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, type Subject, skipped, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { clockTolerance, durationInWords } from './clock.js';

const keySubject = { id: 'certificate', title: 'Certificate and key' };

/** Whether certificate and key can be opened, belong together, and are of a kind that Entra accepts. */
export async function checkCertificate(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(keySubject, 'configuration', 'certificate-file');
  if (blocked) return [blocked];
  const { credential } = context.settings?.identity ?? {};
  if (credential?.kind !== 'certificate')
    return [skipped(keySubject, 'The application signs in without a certificate.')];
  try {
    const source = new CertificateSource(credential, context.environment.clock, () => {});
    context.certificates = source;
    const size = await bits(source);
    context.certificate = source.info;
    const kind = size === undefined ? 'RSA, 2048 bits or more' : `RSA, ${size} bits`;
    return [
      ok(
        keySubject,
        `${source.info?.subject || 'A certificate without a name'} and its private key (${kind}) belong together.`,
      ),
    ];
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return [failed(keySubject, EXIT.configuration, error.message, error.hint)];
  }
}

async function bits(source: CertificateSource): Promise<number | undefined> {
  try {
    const { privateKey } = await source.get();
    return createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength;
  } catch (error) {
    // Its dates are a separate check.
    if (source.info && isGraphMailError(error) && error.code === 'EAUTH') return undefined;
    throw error;
  }
}

const fileSubject = { id: 'certificate-file', title: 'Certificate file' };

/** Whether the file exists, can be read, and cannot be read by other accounts. */
export async function checkCertificateFile(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(fileSubject, 'configuration');
  if (blocked) return [blocked];
  const { credential } = context.settings?.identity ?? {};
  if (credential?.kind !== 'certificate')
    return [skipped(fileSubject, 'The application signs in without a certificate.')];
  const { source, from } = credential;
  if (!('paths' in source)) return [ok(fileSubject, `None: the certificate stands in ${from}.`)];
  try {
    readFiles(source.paths, from);
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return [failed(fileSubject, EXIT.configuration, error.message, error.hint)];
  }
  const open = context.environment.platform === 'win32' ? undefined : readableByOthers(source.paths);
  if (!open) return [ok(fileSubject, `${source.paths.join(', ')} can be read.`)];
  return [
    warning(
      fileSubject,
      `${open.path} can be read, also by ${open.who} (mode ${open.mode}): whoever has the key can send as the application.`,
      `Let only the account that runs the program read it:\n${context.commands.line('chmod', '600', { file: open.path })}`,
    ),
  ];
}

export function readableByOthers(paths: readonly string[]): { path: string; who: string; mode: string } | undefined {
  for (const path of paths) {
    const mode = statSync(path).mode & 0o777;
    const who = mode & 0o007 ? 'every account of this machine' : mode & 0o070 ? 'its group' : undefined;
    if (who) return { path, who, mode: mode.toString(8).padStart(4, '0') };
  }
  return undefined;
}

const daysSubject = { id: 'certificate-days', title: 'Days left' };

const day = 86_400_000;
const soon = 30 * day;

const renew =
  'Make the next certificate with "setup --rotate", upload its public part to the app registration (Certificates & secrets), then put it in the place of this one.';

/** Whether the certificate is valid now, and for long enough. */
export async function checkCertificateDays(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(daysSubject, 'configuration', 'certificate-file', 'certificate');
  if (blocked) return [blocked];
  const { certificate } = context;
  if (!certificate) return [skipped(daysSubject, 'The application signs in without a certificate.')];
  return [await checkDays(daysSubject, certificate, renew, context)];
}

/** @param renew what to do when few days are left */
export async function checkDays(
  subject: Subject,
  { validFrom, validTo }: Pick<CertificateInfo, 'validFrom' | 'validTo'>,
  renew: string,
  context: CheckContext,
): Promise<Check> {
  const { environment } = context;
  const valid = (now: number) => now >= validFrom.getTime() && now <= validTo.getTime();
  const here = environment.clock.now();
  // A wrong clock makes a good certificate look bad; the clock is a separate check.
  const error = valid(here) ? undefined : await context.clockError();
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

const thumbprintsSubject = { id: 'thumbprints', title: 'Thumbprints' };

/** Both thumbprints of the certificate, and which of them `--thumbprint`, as read in the portal, is. */
export async function checkThumbprints(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(thumbprintsSubject, 'configuration', 'certificate-file', 'certificate');
  if (blocked) return [blocked];
  const { certificate, flags } = context;
  if (!certificate) return [skipped(thumbprintsSubject, 'The application signs in without a certificate.')];
  const { thumbprintSha1: sha1, thumbprintSha256: sha256 } = certificate;
  const seen = `SHA-1 ${sha1} (as the portal shows it), SHA-256 ${sha256}.`;
  if (flags.thumbprint === undefined) return [ok(thumbprintsSubject, seen)];
  const given = hexOf(flags.thumbprint);
  if (given === sha1) return [ok(thumbprintsSubject, `${seen} The thumbprint given is the SHA-1 of this certificate.`)];
  if (given === sha256) {
    return [
      warning(
        thumbprintsSubject,
        `${seen} The thumbprint given is the SHA-256 of this certificate, where the portal shows the SHA-1.`,
        `It is the right certificate. In the portal, look for ${sha1}.`,
      ),
    ];
  }
  if (given.length !== 40 && given.length !== 64) {
    return [
      failed(
        thumbprintsSubject,
        EXIT.configuration,
        `What is given as thumbprint is none: it has ${given.length} hexadecimal digits, where a SHA-1 has 40 and a SHA-256 has 64.`,
        `Copy it anew from the portal, and compare it with ${sha1}.`,
      ),
    ];
  }
  return [
    failed(
      thumbprintsSubject,
      EXIT.configuration,
      `The thumbprint given (${given}) is of another certificate. This one has SHA-1 ${sha1}, SHA-256 ${sha256}.`,
      'Upload the public part of this certificate to the app registration (Certificates & secrets), or use the certificate and key that were uploaded there.',
    ),
  ];
}

/** Accepts what the portal, OpenSSL and Windows write: with colons or spaces, in either letter case; or base64 as in the manifest. */
function hexOf(text: string): string {
  if (/^[A-Za-z0-9+/]{27}=$/.test(text.trim())) return Buffer.from(text, 'base64').toString('hex').toUpperCase();
  return text.replace(/[^0-9a-f]/gi, '').toUpperCase();
}
