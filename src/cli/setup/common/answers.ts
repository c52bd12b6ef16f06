import type { CloudName } from '../../../options/types.js';
import type { Feature } from '../../common/features.js';
import type { PublicCertificate } from './certificate.js';

/** The flags of `setup`. */
export interface SetupFlags {
  mailbox?: string[];
  deniedMailbox?: string;
  group?: string;
  filter?: string;
  createMailbox?: boolean;
  name?: string;
  days?: string;
  certificate?: string;
  legacyPolicy?: boolean;
  cloud?: CloudName;
  tenantId?: string;
  clientId?: string;
  objectId?: string;
  out: string;
  sandbox?: string | true;
  /** What is asked for beside sending. */
  with?: Feature[];
  rotate?: boolean;
  yes?: boolean;
}

/**
 * How the application is kept to its mailboxes: `rbac`, RBAC for Applications, where Exchange grants the right in a scope
 * and Entra grants nothing; or `policy`, an application access policy, which narrows the tenant-wide right of Entra.
 */
export type Mode = 'rbac' | 'policy';

/** Which mailboxes the application may send from: the direct members of a group, or what a recipient filter finds. */
export type Scope = { kind: 'group'; address: string } | { kind: 'filter'; filter: string };

/** The checked answers that the handouts are made from. */
export interface Answers {
  mode: Mode;
  /** Display name of the app registration; also the common name of the certificate. */
  name: string;
  /** Which may send, the program's own first. */
  mailboxes: readonly [string, ...string[]];
  /** One that the application must not reach: the other half of the proof. */
  deniedMailbox: string;
  scope: Scope;
  /** Whether mailboxes that are missing are made, as shared mailboxes. */
  createMailbox: boolean;
  cloud: CloudName;
  /** What it is to do beside sending. */
  features?: readonly Feature[] | undefined;
  /** Known when an app registration exists already; otherwise the Entra administrator sends them back. */
  tenantId?: string | undefined;
  clientId?: string | undefined;
  /** Of the Enterprise application, not of the app registration. */
  objectId?: string | undefined;
}

/** What all handouts are made from. */
export interface HandoutInput {
  answers: Answers;
  certificate: PublicCertificate;
  /** Where the program finds certificate and key: an absolute path. */
  certificatePath: string;
  /** Whether the key was made now, into the developer's folder; otherwise it existed before. */
  keyMade: boolean;
  /** Name of the public certificate in the Entra administrator's folder. */
  publicFile: string;
  /** The folder that is written, as it was typed on the command line. */
  folder: string;
  /** A sandbox that plays Microsoft, instead of a tenant. */
  sandbox?: SandboxTarget | undefined;
  /** With `--with trace`. */
  trace?: TraceRegistration | undefined;
}

/** A sandbox, as the program must know it. */
export interface SandboxTarget {
  /** Origin of Entra and Graph. */
  url: string;
  inboxUrl: string;
  /** Its certificate authority, PEM. */
  ca: string;
}

/** The second application, which may search message trace and do nothing else. */
export interface TraceRegistration {
  name: string;
  certificate: PublicCertificate;
  /** Where the program finds certificate and key: an absolute path. */
  certificatePath: string;
  /** Known in a sandbox; otherwise the Entra administrator sends it back. */
  clientId?: string | undefined;
}

/** A file to be written. */
export interface SetupFile {
  /** Below the folder that is written, with forward slashes. */
  path: string;
  text: string;
  /** Readable only for the account that runs the program. */
  secret?: boolean;
  executable?: boolean;
}

/** The file in which a script for the Entra administrator writes down the ids that the other scripts read. */
export const REGISTERED_FILE = 'registered-app.txt';
