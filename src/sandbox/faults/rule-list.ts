import type { FaultRule, FaultTarget } from './fault-rule.js';
import type { FaultSubject } from './rule-matching.js';
import { ScriptedFault, type Strike } from './scripted-fault.js';

/** Rules in their order; a rule that has struck as often as it should is gone. */
export class RuleList {
  readonly #seed: number;
  #faults: ScriptedFault[] = [];
  #given = 0;

  /** `seed` and the numbers after it are for the rules, in their order. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  add(id: string, rule: FaultRule): ScriptedFault {
    this.#given += 1;
    const fault = new ScriptedFault(id, rule, this.#seed + this.#given);
    this.#faults.push(fault);
    return fault;
  }

  /** Whether it was there. */
  remove(id: string): boolean {
    const before = this.#faults.length;
    this.#faults = this.#faults.filter((fault) => fault.id !== id);
    return this.#faults.length < before;
  }

  list(): readonly ScriptedFault[] {
    return this.#faults;
  }

  get hasEarly(): boolean {
    return this.#faults.some(({ early }) => early);
  }

  /** `early` asks for the rules that strike on a request's head, otherwise for all others. */
  take(on: FaultTarget, about: FaultSubject | undefined, early: boolean): Strike | undefined {
    for (const fault of this.#faults) {
      if (fault.early !== early || !fault.matches(on, about)) continue;
      const strike = fault.take();
      if (!strike) continue;
      if (fault.left <= 0) this.remove(fault.id);
      return strike;
    }
    return undefined;
  }

  /** What is added from now on is drawn for as at the start. */
  clear(): void {
    this.#faults = [];
    this.#given = 0;
  }
}
