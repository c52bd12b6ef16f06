import type { Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios.js';

/** What goes wrong in the sandbox, and how slowly it answers. */
export interface FaultOptions {
  /**
   * Milliseconds before Graph answers a request to a mailbox that it does not refuse: sendMail, drafts, attachments, chunks
   * of an upload, lookups; also when a fault is applied to it. Entra answers, and refusals come, at once. Default `0`.
   */
  latency?: number;
  /** Up to so many milliseconds more, drawn for each request. Default `0`. */
  latencyJitter?: number;
  /**
   * Milliseconds by which the sandbox's clock runs ahead of the machine's, or behind it when negative: that of tokens,
   * assertions, the Date header and the log. An assertion that begins more than 5 minutes later by it, or ended longer ago,
   * is refused with AADSTS700024. Default `0`.
   */
  clockSkew?: number;
  /** For what is drawn (faults, jitter), 32 bits: with the same seed, the same requests meet the same. Default `1`. */
  seed?: number;
  /** The scenario to begin with, as `sandbox.scenario()`. Default: none. */
  scenario?: ScenarioName;
  /** Whether recipients at `fault.test`, as `throttle-3@fault.test`, ask for faults. Default `true`. */
  magicRecipients?: boolean;
}

/** With everything decided; the skew has gone into the clock. */
export interface FaultSettings extends Required<Omit<FaultOptions, 'clockSkew' | 'scenario'>> {
  scenario: ScenarioName | undefined;
}

const HUNDRED_YEARS = 3_155_760_000_000;

export const FAULT_OPTIONS: Kinds<FaultOptions> = {
  latency: is.milliseconds,
  latencyJitter: is.milliseconds,
  clockSkew: is.integer(-HUNDRED_YEARS, HUNDRED_YEARS),
  seed: is.integer(0, 4_294_967_295),
  scenario: is.oneOf(...SCENARIO_NAMES),
  magicRecipients: is.flag,
};

export function settleFaults(options: FaultOptions): FaultSettings {
  const { latency = 0, latencyJitter = 0, seed = 1, scenario, magicRecipients = true } = options;
  return { latency, latencyJitter, seed, scenario, magicRecipients };
}
