import { isSmallKey } from '../../../auth/aadsts-hints.js';
import type { CertificateInfo } from '../../../auth/certificate/certificate-source.js';
import type { GraphMailError } from '../../../common/errors.js';
import { EXIT, type ExitCode, exitCodeOfError } from '../../common/exit-codes.js';

/** What is known about the application that got no token. */
export interface RequestedToken {
  tenantId: string;
  clientId: string;
  certificate: CertificateInfo | undefined;
  /** Whether what was given as client id is the id of a tenant. */
  swapped: boolean;
  /** The variable that names the application. */
  idVariable?: string;
}

export interface TokenExplanation {
  seen: string;
  cure: string;
  exitCode: ExitCode;
}

/** AADSTS codes of a sign-in that an administrator blocked, as opposed to a wrong configuration. */
const forbidden = new Set([53003, 530032, 7000112]);

/**
 * What an error of the token service means for this configuration. Where nothing more can be said than the hint of the error
 * (its text by AADSTS code is in `src/auth`), the hint is the cure.
 */
export function explainTokenError(error: GraphMailError, requested: RequestedToken): TokenExplanation {
  const { aadsts, message, hint } = error;
  return { seen: message, cure: cureOfAadsts(error, requested) ?? hint, exitCode: exitCodeOf(error, aadsts) };
}

function exitCodeOf(error: GraphMailError, aadsts: number | undefined): ExitCode {
  if (aadsts !== undefined && forbidden.has(aadsts)) return EXIT.permission;
  const passing = !error.permanent && error.responseCode !== undefined && error.responseCode !== 200;
  return passing ? EXIT.temporary : exitCodeOfError(error);
}

function cureOfAadsts(
  { aadsts, message }: GraphMailError,
  { tenantId, clientId, certificate, swapped, idVariable = 'AZURE_CLIENT_ID' }: RequestedToken,
): string | undefined {
  switch (aadsts) {
    case 90002:
      return swapped
        ? `Swap AZURE_TENANT_ID and AZURE_CLIENT_ID: ${clientId}, which was given as client id, is the id of a tenant.`
        : undefined;
    case 700016:
      return `Copy the Application (client) id anew from the overview page of the app registration: the Object id beside it, the object id of the Enterprise application and the id of a secret look alike, and none of them is it. If ${clientId} is right, the application lives in another tenant than ${tenantId}.`;
    case 700027:
      return certificate && !isSmallKey(aadsts, message)
        ? unknownKey(message, clientId, certificate, idVariable)
        : undefined;
  }
  return undefined;
}

/** AADSTS700027: one code for keys that Entra does not know, that have expired, and whose signature does not match. */
function unknownKey(message: string, clientId: string, certificate: CertificateInfo, idVariable: string): string {
  const { thumbprintSha1, thumbprintSha256 } = certificate;
  if (/key used is expired/i.test(message)) {
    return `The certificate with the thumbprint ${thumbprintSha1} is registered, but has expired by the time of Entra: make the next one with "setup --rotate", and upload its public part.`;
  }
  if (/signature failed/i.test(message)) {
    return `A certificate with the thumbprint ${thumbprintSha1} is registered, but its key did not sign this: put the key that belongs to it beside it.`;
  }
  return `Upload the public part of this certificate (.cer) to the app registration ${clientId}, under Certificates & secrets. The portal shows it as ${thumbprintSha1} (SHA-1); ${thumbprintSha256} is the SHA-256 of the same. If it is listed there, it is listed for another application, or ${idVariable} names another.`;
}
