import type { Reply } from '../../src/cli/live/common/plain-http.js';
import type { Behaviour, TenantCase, Topic } from '../../src/cli/live/common/probe.js';
import type { Target } from '../../src/cli/live/common/target.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/index.js';

/** A behaviour that needs what only a sandbox can do; `because` says what. */
export interface SandboxCase extends Behaviour {
  because: string;
  options?: SandboxOptions;
  ask: (target: Target, sandbox: Sandbox) => Promise<Reply>;
}

export type SandboxTopic = Topic<SandboxCase>;

export type Case = TenantCase | SandboxCase;

export function isSandboxCase(one: Case): one is SandboxCase {
  return 'because' in one;
}
