import type { FaultRule, FaultTarget, Jitter } from './fault-rule.js';
import { appliesEarly, type FaultSubject, matches, targetsOf } from './rule-matching.js';
import { type Random, seededRandom } from './seeded-random.js';

/** A fault that is applied to a request: a rule whose delay is drawn. */
export interface AppliedFault extends Omit<FaultRule, 'on' | 'delay'> {
  delay?: number;
  /** What the fault comes of, if not of a rule that a caller gave: a magic recipient, a scenario. */
  because?: string;
}

/** A rule with what has become of it so far. */
export class ScriptedFault {
  readonly id: string;
  readonly rule: FaultRule;
  /** To how many requests it will still be applied. */
  left: number;
  struck = 0;
  readonly early: boolean;
  readonly #targets: ReadonlySet<FaultTarget>;
  readonly #random: Random;
  /** Matching requests so far. */
  #seen = 0;

  constructor(id: string, rule: FaultRule, seed: number) {
    this.id = id;
    this.rule = { ...rule };
    const often = rule.every !== undefined || rule.probability !== undefined;
    this.left = rule.times ?? (often ? Number.POSITIVE_INFINITY : 1);
    this.early = appliesEarly(rule);
    this.#targets = targetsOf(rule);
    this.#random = seededRandom(rule.seed ?? seed);
  }

  matches(on: FaultTarget, about: FaultSubject | undefined): boolean {
    return this.#targets.has(on) && matches(this.rule, about);
  }

  /** Counts a matching request; the fault to apply, if it is this one's turn. */
  take(): AppliedFault | undefined {
    this.#seen += 1;
    const { after = 0, every = 1, probability = 1 } = this.rule;
    const nth = this.#seen - after;
    if (nth <= 0 || nth % every !== 0) return undefined;
    if (probability < 1 && this.#random() >= probability) return undefined;
    this.left -= 1;
    this.struck += 1;
    const { on: _, delay, ...rule } = this.rule;
    return { ...rule, ...(delay !== undefined && { delay: drawn(delay, this.#random) }) };
  }
}

function drawn(delay: number | Jitter, random: Random): number {
  return typeof delay === 'number' ? delay : delay.min + Math.round(random() * (delay.max - delay.min));
}
