import type { CloudName } from '../../options/types.js';
import type { Feature } from '../common/features.js';

/**
 * How the application is kept to its mailboxes: `rbac`, RBAC for Applications, where Exchange grants the right in a scope
 * and Entra grants nothing; or `policy`, an application access policy, which narrows the tenant-wide right of Entra.
 */
export type Mode = 'rbac' | 'policy';

/** Which mailboxes the application may send from: the direct members of a group, or what a recipient filter finds. */
export type Scope = { kind: 'group'; address: string } | { kind: 'filter'; filter: string };

/** Everything that the packets are made from, checked. */
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

/** A file of a packet. */
export interface SetupFile {
  /** Below the folder that is written, with forward slashes. */
  path: string;
  text: string;
  /** For the account that runs the program alone. */
  secret?: boolean;
  executable?: boolean;
}
