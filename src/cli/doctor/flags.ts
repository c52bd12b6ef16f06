import type { GivenConfiguration } from '../common/configuration.js';
import type { Feature } from '../common/features.js';

/** How the application is kept to its mailboxes: RBAC for Applications, or an application access policy. */
export type Mode = 'rbac' | 'policy';

/** What the command line says. */
export interface DoctorFlags extends Omit<GivenConfiguration, 'mailbox'> {
  mode: Mode;
  /** Mailboxes that must be allowed; without any, the configured one. */
  mailbox?: string[];
  /** Mailboxes that must be denied. */
  deniedMailbox?: string[];
  probe?: boolean;
  sendTo?: string;
  from?: string;
  /** The thumbprint that somebody reads in the portal. */
  thumbprint?: string;
  /** What the application is to do beside sending, where `.env` does not say so. */
  with?: Feature[];
  /** Whether the application for message trace is looked at. */
  trace?: boolean;
  json?: boolean;
  bundle?: string;
  liveContract?: boolean;
  /** With `liveContract`: the only addresses that test mails may go to. */
  to?: string[];
  /** With `liveContract`: where its report goes. */
  report?: string;
  /** With `liveContract`: also wait for a person who takes the role Mail.Send away. */
  removeRole?: boolean;
  /** With `liveContract`: begin without asking. */
  yes?: boolean;
}
