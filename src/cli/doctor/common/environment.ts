import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Transporter } from 'nodemailer';
import type { Clock } from '../../../common/clock.js';
import { version } from '../../../common/version.js';
import type { GraphTransportOptions } from '../../../options/types.js';
import type { GivenConfiguration } from '../../common/configuration.js';
import type { Feature } from '../../common/features.js';
import type { Terminal } from '../../common/terminal.js';

/** All that the checks have to do with the machine and the network, but for files and connections; tests bring their own. */
export interface Environment {
  env: NodeJS.ProcessEnv;
  clock: Clock;
  platform: NodeJS.Platform;
  lookup: LookupFunction;
  /** Milliseconds for one connection or request. */
  timeout: number;
  connect(options: GraphTransportOptions): Transporter;
}

export function environmentOf({ env, clock, connect }: Terminal): Environment {
  return { env, clock, connect, platform: process.platform, lookup, timeout: 15_000 };
}

/** The transport's own product token: whatever allows or blocks it must do the same to the checks. */
export const userAgent = `nodemailer-graph-transport/${version}`;

/** How the application is restricted to its mailboxes: RBAC for Applications, or an application access policy. */
export type Mode = 'rbac' | 'policy';

/** The flags of `doctor`. */
export interface DoctorFlags extends Omit<GivenConfiguration, 'mailbox'> {
  mode: Mode;
  /** Mailboxes that must be allowed; without any, the configured one. */
  mailbox?: string[];
  /** Mailboxes that must be denied. */
  deniedMailbox?: string[];
  probe?: boolean;
  sendTo?: string;
  from?: string;
  /** The thumbprint that the portal shows. */
  thumbprint?: string;
  /** What the application is to do beside sending, where `.env` does not say so. */
  with?: Feature[];
  /** Whether the application for message trace is checked. */
  trace?: boolean;
  json?: boolean;
  bundle?: string;
  liveContract?: boolean;
  /** With `liveContract`: the only addresses that test mails may go to. */
  to?: string[];
  /** With `liveContract`: where its report goes. */
  report?: string;
  /** With `liveContract`: also wait until an administrator has removed the role Mail.Send. */
  removeRole?: boolean;
  /** With `liveContract`: begin without asking. */
  yes?: boolean;
}
