import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { environmentVariable } from '../common/environment.js';
import { configError } from '../common/errors.js';
import { parsePem } from '../common/pem.js';
import { fileProblem, shownPath } from './checks.js';

/** The variable with further certificate authorities: PEM text, or the path of a PEM file. */
export const authoritiesVariable = 'GRAPH_MAIL_CA';

const expected =
  "Give the path of a PEM file with the authority's certificate (.pem, .crt), or its text; a relative path counts from the working directory.";

/**
 * The certificate authorities that `GRAPH_MAIL_CA` adds to those of Node, as PEM; `undefined` where it is not set. Unlike
 * `NODE_EXTRA_CA_CERTS`, which Node reads when it starts and goes on without where it cannot, one that cannot be used is an error.
 * @param read the text of a file; throws as `readFileSync` does
 * @throws GraphMailError `ECONFIG`, which names the variable and never quotes what it holds, since that may be a private key
 */
export function authoritiesFromEnvironment(env: NodeJS.ProcessEnv, read = readText): string | undefined {
  const value = environmentVariable(env, authoritiesVariable);
  if (value === undefined) return undefined;
  if (value.includes('-----BEGIN')) return checkAuthorities(value, authoritiesVariable);
  const from = `${authoritiesVariable} ${shownPath(value)}`;
  let text: string;
  try {
    text = read(value);
  } catch (error) {
    throw configError(`${from} cannot be read: ${fileProblem(error)}.`, expected);
  }
  return checkAuthorities(text, from);
}

function checkAuthorities(text: string, from: string): string {
  const { blocks, broken } = parsePem(text);
  const labels = [...blocks.map(({ label }) => label), ...broken];
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw configError(
      `${from} holds a private key; expected certificates of authorities, and nothing else.`,
      "A certificate authority's certificate is public and comes without its key; certificate and key of the application belong into AZURE_CLIENT_CERTIFICATE_PATH.",
    );
  }
  const certificates = blocks.filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label));
  if (broken.length > 0 || certificates.some(({ bytes }) => !isCertificate(bytes))) {
    throw configError(
      `${from} holds a certificate that cannot be read: it is damaged or cut off.`,
      'Copy it whole, from its line BEGIN to its line END.',
    );
  }
  if (certificates.length === 0) {
    throw configError(
      `${from} holds no certificate in PEM.`,
      `${expected} A binary certificate becomes PEM with: openssl x509 -inform der -in ca.cer -out ca.pem`,
    );
  }
  return certificates.map(({ bytes }) => new X509Certificate(bytes).toString()).join('');
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).subject !== null;
  } catch {
    return false;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
