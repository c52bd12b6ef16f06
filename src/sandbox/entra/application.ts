import { randomUUID, type X509Certificate } from 'node:crypto';
import { readPemCertificates } from '../certificates/pem-certificates.js';

export interface ApplicationOptions {
  clientId: string;
  /** PEM certificates registered for it. A key beside a certificate is passed over. */
  certificates: string[];
  /** Client secrets. Default: none. */
  secrets?: string[];
  /** The application permissions consented to in Entra. Default `['Mail.Send']`; `[]` gives tokens without `roles`. */
  roles?: string[];
  /**
   * The only mailboxes it may use, by address; others are refused with the text of an application access policy. As with
   * RBAC for Applications, a mailbox in the list may be used without any role in the token. Default: every mailbox that
   * the roles allow.
   */
  allowedMailboxes?: string[];
}

/** `x5t` holds the SHA-1 of the DER, `x5t#S256` its SHA-256; both in base64url. */
export type ThumbprintField = 'x5t' | 'x5t#S256';

/** An application that is registered in the sandbox's tenant. */
export interface Application {
  clientId: string;
  /** Object id of its service principal, the `oid` of its tokens. */
  objectId: string;
  /** By the two header fields with which an assertion names its certificate (RFC 7515 §4.1.7 and §4.1.8). */
  certificates: Record<ThumbprintField, Map<string, X509Certificate>>;
  secrets: ReadonlySet<string>;
  roles: readonly string[];
  /** Lower case. */
  allowedMailboxes: ReadonlySet<string> | undefined;
}

export function createApplication(options: ApplicationOptions): Application {
  const application: Application = {
    clientId: options.clientId.toLowerCase(),
    objectId: randomUUID(),
    certificates: { x5t: new Map(), 'x5t#S256': new Map() },
    secrets: new Set(options.secrets),
    roles: options.roles ?? ['Mail.Send'],
    allowedMailboxes: options.allowedMailboxes && new Set(options.allowedMailboxes.map((one) => one.toLowerCase())),
  };
  for (const pem of options.certificates) registerCertificates(application, pem);
  return application;
}

/** Throws when the text holds no readable certificate. */
export function registerCertificates(application: Application, pem: string): void {
  for (const certificate of readPemCertificates(pem, `Certificate of application ${application.clientId}`)) {
    application.certificates['x5t#S256'].set(thumbprint(certificate.fingerprint256), certificate);
    application.certificates.x5t.set(thumbprint(certificate.fingerprint), certificate);
  }
}

function thumbprint(fingerprint: string): string {
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
}
