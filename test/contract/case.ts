import type { Sandbox, SandboxOptions } from '../../src/sandbox/index.js';
import type { Expected } from './expected.js';
import type { Reply } from './plain-http.js';
import type { Target } from './target.js';

/** How well something is known: by Microsoft's documentation, by reports of users, or by inference alone. */
export type Mark = 'documented' | 'reported' | 'inferred';

/** What a token must allow; `Mail.Read` is had by `Mail.ReadWrite` as well. */
export type Permission = 'Mail.Send' | 'Mail.Read' | 'Mail.ReadWrite' | 'ExchangeMessageTrace.Read.All';

interface Behaviour {
  /** A sentence. */
  behaviour: string;
  mark: Mark;
  /** Where it is known from. */
  source: string;
  answer: Expected;
  /** What can be seen beside the answer; throws when it is not so. */
  also?: (target: Target, reply: Reply) => Promise<void>;
}

/** A request and its answer, which any tenant must give. */
export interface TenantCase extends Behaviour {
  because?: undefined;
  /** Default: none beyond the token. */
  needs?: Permission[];
  ask: (target: Target) => Promise<Reply>;
}

/** One that needs what only a sandbox can do; `because` says what. */
export interface SandboxCase extends Behaviour {
  because: string;
  options?: SandboxOptions;
  ask: (target: Target, sandbox: Sandbox) => Promise<Reply>;
}

export type Case = TenantCase | SandboxCase;

export interface Topic {
  topic: string;
  cases: readonly Case[];
}

export function isSandboxCase(one: Case): one is SandboxCase {
  return one.because !== undefined;
}
