import { checkValidity } from '../../../auth/certificate/certificate-source.js';
import { readFiles, recognise } from '../../../auth/certificate/content.js';
import { readPem } from '../../../auth/certificate/read-pem.js';
import { readPfx } from '../../../auth/certificate/read-pfx.js';
import { signingCertificate } from '../../../auth/certificate/signing-certificate.js';
import { shownPath } from '../../../options/shown-value.js';
import { type PublicCertificate, publicCertificate } from './public-certificate.js';

/**
 * Reads a PEM or PFX that exists already, held to what the transport holds it to: RSA, key and certificate a pair, valid now.
 * Nothing of the key leaves this function.
 * @throws GraphMailError in words
 */
export async function ownCertificate(
  file: string,
  password: string | undefined,
  now: number,
): Promise<PublicCertificate> {
  const from = `--certificate ${shownPath(file)}`;
  const { contents } = readFiles([file], from);
  const content = recognise(contents[0] as Buffer, from);
  const material =
    content.kind === 'pfx' ? await readPfx(content.bytes, password, from) : readPem([content], password, from);
  const signing = signingCertificate(material, from);
  checkValidity(signing, new Date(now));
  return publicCertificate(signing.chain);
}
