import type { Permission } from './case.js';
import type { Target } from './target.js';

/** What a look at a real tenant showed. */
export interface Finding {
  /** Whether the assumption held. */
  held: boolean;
  /** What was seen, in a few words. */
  seen: string;
}

/**
 * Something about Graph that no source tells for sure, and what the sandbox assumes of it. `look` finds out without harm:
 * with messages that have no recipients, or with mail to the allowed addresses. It answers with a text when it cannot.
 */
export interface Question {
  topic: string;
  /** A sentence. */
  assumption: string;
  needs?: Permission[];
  look: (target: Target) => Promise<Finding | string>;
}

/** A question that these runs cannot answer, and why. */
export interface Unanswerable {
  topic: string;
  assumption: string;
  because: string;
}
