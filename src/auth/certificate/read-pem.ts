import { createPrivateKey, type KeyObject } from 'node:crypto';
import { quotedPasswordHint } from '../../common/environment.js';
import { configError, type GraphMailError } from '../../common/errors.js';
import type { PemBlock } from '../../common/pem.js';
import { iterationsOf } from './asn1.js';
import { type CertificateContent, toPem } from './content.js';
import { mostIterations } from './pbe.js';
import { type KeyMaterial, readCertificate } from './signing-certificate.js';

/** PEM files or texts, or a binary certificate beside them. */
export type PemContent = Exclude<CertificateContent, { kind: 'pfx' }>;

const isCertificate = ({ label }: PemBlock) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label);
const isPrivateKey = ({ label }: PemBlock) => label.endsWith('PRIVATE KEY');

/**
 * Reads the certificates and keys of one or two PEM files.
 * @throws GraphMailError `ECONFIG`
 */
export function readPem(contents: readonly PemContent[], password: string | undefined, from: string): KeyMaterial {
  const broken = contents.flatMap((content) => (content.kind === 'pem' ? content.pem.broken : []))[0];
  if (broken !== undefined) {
    throw configError(
      `${from}: the block BEGIN ${broken} is damaged or cut off.`,
      `Copy it whole, from its line BEGIN to its line END.`,
    );
  }
  const blocks = contents.flatMap((content) => (content.kind === 'pem' ? content.pem.blocks : []));
  const binary = contents.flatMap((content) => (content.kind === 'der' ? [content.bytes] : []));
  const certificateBlocks = blocks.filter(isCertificate);
  const keyBlocks = blocks.filter(isPrivateKey);
  if (keyBlocks.length === 0) {
    for (const bytes of binary) readCertificate(bytes, from);
    throw noKey(blocks, certificateBlocks.length + binary.length > 0, from);
  }
  if (certificateBlocks.length + binary.length === 0) {
    throw configError(
      `${from} holds a private key but no certificate.`,
      'Put the certificate that was made with this key (.cer, .crt) into the same file, or give both files.',
    );
  }
  return {
    keys: keyBlocks.map((block) => readKey(block, password, from)),
    certificates: [...certificateBlocks.map(({ text }) => text), ...binary].map((one) => readCertificate(one, from)),
  };
}

function noKey(blocks: readonly PemBlock[], certificate: boolean, from: string): GraphMailError {
  const labels = blocks.map(({ label }) => label);
  if (labels.some((label) => label.endsWith('PUBLIC KEY'))) {
    return configError(
      `${from} holds a public key${certificate ? ' and a certificate' : ''}, but no private key.`,
      'Give the private key that belongs to it, together with the certificate.',
    );
  }
  if (certificate) {
    return configError(
      `${from} holds a certificate but no private key.`,
      'Put both into one PEM file, or give both files; the .cer file uploaded to Entra is only the public half.',
    );
  }
  if (labels.some((label) => label.endsWith('CERTIFICATE REQUEST'))) {
    return configError(
      `${from} holds a certificate request, but neither certificate nor private key.`,
      'Give the certificate that was issued for it, together with the private key.',
    );
  }
  const instead = labels.length > 0 ? ` (only ${[...new Set(labels)].slice(0, 3).join(', ')})` : '';
  return configError(`${from} holds no PEM certificate and no PEM private key${instead}.`, toPem);
}

function readKey({ label, text, bytes, cipher }: PemBlock, password: string | undefined, from: string): KeyObject {
  const encrypted = cipher !== undefined || label === 'ENCRYPTED PRIVATE KEY';
  if (encrypted && password === undefined) {
    throw configError(
      `${from}: the private key is encrypted and no password is given.`,
      "Give the option 'certificatePassword' (in the environment: AZURE_CLIENT_CERTIFICATE_PASSWORD).",
    );
  }
  const iterations = label === 'ENCRYPTED PRIVATE KEY' ? iterationsOf(bytes) : 0;
  if (iterations > mostIterations) {
    throw configError(
      `${from}: the private key makes too much work of its password (${iterations} iterations).`,
      'Encrypt it again with fewer: openssl pkcs8 -topk8 -iter 100000 -in file.pem.',
    );
  }
  try {
    return createPrivateKey(password === undefined ? { key: text } : { key: text, passphrase: password });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_OSSL_EVP_UNSUPPORTED') {
      throw configError(
        `${from}: the private key is encrypted in a way${cipher ? ` (${cipher})` : ''} that this Node does not support.`,
        'Encrypt it again: openssl pkcs8 -topk8 -provider legacy -provider default -in file.pem.',
      );
    }
    if (encrypted) {
      throw configError(
        `${from}: the private key cannot be decrypted with the password given.`,
        quotedPasswordHint(password, 'The password', 'AZURE_CLIENT_CERTIFICATE_PASSWORD') ??
          "Check the option 'certificatePassword' (in the environment: AZURE_CLIENT_CERTIFICATE_PASSWORD); if it is right, the key is damaged: copy it again.",
      );
    }
    throw configError(
      `${from} holds a private key that cannot be read: it is damaged, or of another format (${label}).`,
      label === 'OPENSSH PRIVATE KEY' ? 'Convert it: ssh-keygen -p -m PEM -f file.' : toPem,
    );
  }
}
