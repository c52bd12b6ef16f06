import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Transporter } from 'nodemailer';
import type { Clock } from '../../common/timers.js';
import { version } from '../../common/version.js';
import type { GraphTransportOptions } from '../../options/types.js';
import type { Terminal } from '../common/terminal.js';

/** All that the checks have to do with the world outside, but for files and connections; tests bring their own. */
export interface World {
  env: NodeJS.ProcessEnv;
  clock: Clock;
  platform: NodeJS.Platform;
  lookup: LookupFunction;
  /** Milliseconds for one connection or request. */
  timeout: number;
  connect(options: GraphTransportOptions): Transporter;
}

export function worldOf({ env, clock, connect }: Terminal): World {
  return { env, clock, connect, platform: process.platform, lookup, timeout: 15_000 };
}

/** The transport's own product token: what lets it in or keeps it out must do the same to the checks. */
export const userAgent = `nodemailer-graph-transport/${version}`;
