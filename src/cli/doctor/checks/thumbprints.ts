import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { Examination } from '../common/environment.js';

const subject = { id: 'thumbprints', title: 'Thumbprints' };

/** Both thumbprints of the certificate, and which of them was read in the portal, if somebody says what he read there. */
export async function checkThumbprints(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration', 'certificate-file', 'certificate');
  if (blocked) return [blocked];
  const { certificate, flags } = examination;
  if (!certificate) return [skipped(subject, 'The application signs in without a certificate.')];
  const { thumbprintSha1: sha1, thumbprintSha256: sha256 } = certificate;
  const seen = `SHA-1 ${sha1} (as the portal shows it), SHA-256 ${sha256}.`;
  if (flags.thumbprint === undefined) return [ok(subject, seen)];
  const given = hexOf(flags.thumbprint);
  if (given === sha1) return [ok(subject, `${seen} The thumbprint given is the SHA-1 of this certificate.`)];
  if (given === sha256) {
    return [
      warning(
        subject,
        `${seen} The thumbprint given is the SHA-256 of this certificate, where the portal shows the SHA-1.`,
        `It is the right certificate. In the portal, look for ${sha1}.`,
      ),
    ];
  }
  if (given.length !== 40 && given.length !== 64) {
    return [
      failed(
        subject,
        EXIT.configuration,
        `What is given as thumbprint is none: it has ${given.length} hexadecimal digits, where a SHA-1 has 40 and a SHA-256 has 64.`,
        `Copy it anew from the portal, and compare it with ${sha1}.`,
      ),
    ];
  }
  return [
    failed(
      subject,
      EXIT.configuration,
      `The thumbprint given (${given}) is of another certificate. This one has SHA-1 ${sha1}, SHA-256 ${sha256}.`,
      'Upload the public part of this certificate to the app registration (Certificates & secrets), or use the certificate and key that were uploaded there.',
    ),
  ];
}

/** As the portal, OpenSSL and Windows write it: with colons or spaces, in either letter case; base64 as in the manifest. */
function hexOf(text: string): string {
  if (/^[A-Za-z0-9+/]{27}=$/.test(text.trim())) return Buffer.from(text, 'base64').toString('hex').toUpperCase();
  return text.replace(/[^0-9a-f]/gi, '').toUpperCase();
}
