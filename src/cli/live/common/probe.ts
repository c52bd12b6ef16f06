import type { Expected } from './expected.js';
import type { Reply } from './plain-http.js';
import type { Target } from './target.js';

/** How well something is known: by Microsoft's documentation, by reports of users, or by inference alone. */
export type Mark = 'documented' | 'reported' | 'inferred';

/** What a token must allow; `Mail.Read` is had by `Mail.ReadWrite` as well. */
export type Permission = 'Mail.Send' | 'Mail.Read' | 'Mail.ReadWrite';

export interface Behaviour {
  /** A sentence. */
  behaviour: string;
  mark: Mark;
  /** Where it is known from. */
  source: string;
  answer: Expected;
  /** What can be seen beside the answer; throws when it is not so. */
  also?: (target: Target, reply: Reply) => Promise<void>;
}

/** What every probe has. */
interface Probe {
  /** Stays the same from version to version, as reports name it. */
  id: string;
  /** The rows of docs/facts.md that it settles. */
  facts: readonly string[];
  /** Default: none beyond the token. */
  needs?: readonly Permission[];
}

/** A request and its answer, which any tenant must give. */
export interface TenantCase extends Probe, Behaviour {
  ask: (target: Target) => Promise<Reply>;
}

export interface Topic<One = TenantCase> {
  topic: string;
  cases: readonly One[];
}

/** What a look at a real tenant showed. */
export interface Finding {
  /** Whether the assumption held. */
  held: boolean;
  /** What was seen, in a few words of our own: a report has them, so nothing of a message, an address or an id is in them. */
  seen: string;
}

/**
 * Something about Graph that no source tells for sure, and what the sandbox assumes of it. `look` finds out without harm:
 * with messages that have no recipients, or with mail to the allowed addresses. It answers with a text when it cannot.
 */
export interface Question extends Probe {
  topic: string;
  /** A sentence. */
  assumption: string;
  look: (target: Target) => Promise<Finding | string>;
}

/** A question that these runs cannot answer, and why. */
export interface Unanswerable {
  topic: string;
  assumption: string;
  because: string;
}

/** Why a probe came to no answer, in words that a report may have, as {@link Finding.seen}. */
export class ProbeFailure extends Error {}
