import { randomUUID, type X509Certificate } from 'node:crypto';
import { readPemCertificates } from '../certificates/pem-certificates.js';
import { Delayed } from './delayed.js';

export interface ApplicationOptions {
  clientId: string;
  /** Default: the client id. */
  displayName?: string;
  /** PEM certificates registered for it. A key beside a certificate is passed over. Default: none. */
  certificates?: string[];
  /** Client secrets. Default: none. */
  secrets?: string[];
  /** The application permissions consented to in Entra. Default `['Mail.Send']`; `[]` gives tokens without `roles`. */
  roles?: string[];
  /** A disabled application gets no token (AADSTS7000112), and those it has are refused. Default `false`. */
  disabled?: boolean;
  /**
   * The only mailboxes it may use, by address: short for an assignment of `Application Mail Full Access` and an access
   * policy that restricts its Entra roles to these mailboxes. Default: every mailbox that the roles allow.
   */
  allowedMailboxes?: string[];
}

/** `x5t` holds the SHA-1 of the DER, `x5t#S256` its SHA-256; both in base64url. */
export type ThumbprintField = 'x5t' | 'x5t#S256';

/** An application that is registered in the sandbox's tenant. */
export interface Application {
  readonly clientId: string;
  /** Object id of its service principal, the `oid` of its tokens. */
  readonly objectId: string;
  displayName: string;
  disabled: boolean;
  /** By the two header fields with which an assertion names its certificate (RFC 7515 §4.1.7 and §4.1.8). */
  certificates: Record<ThumbprintField, Map<string, X509Certificate>>;
  secrets: ReadonlySet<string>;
  readonly roles: Delayed<readonly string[]>;
  readonly allowedMailboxes: Delayed<readonly string[] | undefined>;
}

/** Roles and mailboxes count after `delay` milliseconds, everything else at once. Throws when a certificate cannot be read. */
export function createApplication(options: ApplicationOptions, now: number, delay: number): Application {
  const application: Application = {
    clientId: options.clientId.toLowerCase(),
    objectId: randomUUID(),
    displayName: options.displayName ?? options.clientId,
    disabled: options.disabled ?? false,
    certificates: { x5t: new Map(), 'x5t#S256': new Map() },
    secrets: new Set(options.secrets),
    roles: new Delayed<readonly string[]>([]),
    allowedMailboxes: new Delayed<readonly string[] | undefined>(undefined),
  };
  changeRights(application, { ...options, roles: options.roles ?? ['Mail.Send'] }, now, delay);
  for (const pem of options.certificates ?? []) registerCertificates(application, pem);
  return application;
}

/**
 * What is left out stays as it was. Certificates and secrets count at once, roles and mailboxes after `delay` milliseconds.
 * Throws, and changes nothing, when a certificate cannot be read.
 */
export function updateApplication(
  application: Application,
  options: ApplicationOptions,
  now: number,
  delay: number,
): void {
  const { displayName, disabled, secrets } = options;
  if (options.certificates) application.certificates = createApplication(options, now, delay).certificates;
  if (displayName !== undefined) application.displayName = displayName;
  if (disabled !== undefined) application.disabled = disabled;
  if (secrets) application.secrets = new Set(secrets);
  changeRights(application, options, now, delay);
}

function changeRights(application: Application, options: ApplicationOptions, now: number, delay: number): void {
  const { roles, allowedMailboxes } = options;
  if (roles) application.roles.set([...roles], now, delay);
  if (allowedMailboxes) application.allowedMailboxes.set([...allowedMailboxes], now, delay);
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
