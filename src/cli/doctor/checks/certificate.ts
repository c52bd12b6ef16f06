import { createPrivateKey } from 'node:crypto';
import { CertificateSource } from '../../../auth/certificate/certificate-source.js';
import { isGraphMailError } from '../../../common/errors.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped } from '../common/check.js';
import type { Examination } from '../common/environment.js';

const subject = { id: 'certificate', title: 'Certificate and key' };

/** Whether certificate and key can be opened, belong together, and are of a kind that Entra takes. */
export async function checkCertificate(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration', 'certificate-file');
  if (blocked) return [blocked];
  const { credential } = examination.settings?.identity ?? {};
  if (credential?.kind !== 'certificate') return [skipped(subject, 'The application signs in without a certificate.')];
  try {
    const source = new CertificateSource(credential, examination.world.clock, () => {});
    examination.certificates = source;
    const size = await bits(source);
    examination.certificate = source.info;
    const kind = size === undefined ? 'RSA, 2048 bits or more' : `RSA, ${size} bits`;
    return [
      ok(
        subject,
        `${source.info?.subject || 'A certificate without a name'} and its private key (${kind}) belong together.`,
      ),
    ];
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return [failed(subject, EXIT.configuration, error.message, error.hint)];
  }
}

async function bits(source: CertificateSource): Promise<number | undefined> {
  try {
    const { privateKey } = await source.get();
    return createPrivateKey(privateKey).asymmetricKeyDetails?.modulusLength;
  } catch (error) {
    // Its dates have a check of their own.
    if (source.info && isGraphMailError(error) && error.code === 'EAUTH') return undefined;
    throw error;
  }
}
