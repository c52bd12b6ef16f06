import type { FaultRule, FaultTarget } from './fault-rule.js';
import { MagicAttempts } from './magic-recipients.js';
import type { FaultSubject } from './rule-matching.js';
import { type Scenario, type ScenarioName, scenarioNamed } from './scenarios.js';
import { type AppliedFault, ScriptedFault } from './scripted-fault.js';

/** A rule that may still be applied. */
export interface ActiveFault {
  /** Of its own for as long as the sandbox runs. */
  id: string;
  rule: FaultRule;
  /** To how many requests it will still be applied; `Infinity` for no end. */
  left: number;
  /** To how many requests it was applied. */
  struck: number;
  /** The scenario that it belongs to; absent when it was given by itself. */
  scenario?: ScenarioName;
}

interface FaultListOptions {
  seed: number;
  /** Whether recipients at fault.test ask for faults. */
  magicRecipients: boolean;
}

// So that no rule draws as another one does, nor as one of the next seed.
const SPREAD = 20_000;

/** The faults that may be applied: rules in their order, then magic recipients, then the rules of the scenario. */
export class FaultList {
  readonly #rules: RuleList;
  readonly #ofScenario: RuleList;
  readonly #magic: MagicAttempts | undefined;
  readonly #watchers = new Set<() => void>();
  #scenario: Scenario | undefined;
  #applied = 0;
  #id = 0;

  constructor({ seed, magicRecipients }: FaultListOptions) {
    this.#rules = new RuleList(seed * SPREAD);
    this.#ofScenario = new RuleList(seed * SPREAD + SPREAD / 2);
    this.#magic = magicRecipients ? new MagicAttempts() : undefined;
  }

  /** The rule must have been checked. */
  add(rule: FaultRule): ActiveFault {
    const fault = this.#rules.add(this.#nextId(), rule);
    this.#changed();
    return fault;
  }

  /** Takes a rule back, also one of the scenario. Whether it was there. */
  remove(id: string): boolean {
    const removed = this.#rules.remove(id) || this.#ofScenario.remove(id);
    if (removed) this.#changed();
    return removed;
  }

  /** Takes back every rule that was given by itself. */
  removeAll(): void {
    this.#rules.clear();
    this.#changed();
  }

  list(): ActiveFault[] {
    const { name: scenario } = this.#scenario ?? {};
    return [
      ...this.#rules.list().map(({ id, rule, left, struck }) => ({ id, rule, left, struck })),
      ...this.#ofScenario
        .list()
        .map(({ id, rule, left, struck }) => ({ id, rule, left, struck, ...(scenario !== undefined && { scenario }) })),
    ];
  }

  get magicRecipients(): boolean {
    return this.#magic !== undefined;
  }

  get scenario(): ScenarioName | undefined {
    return this.#scenario?.name;
  }

  /** Its rules take the place of those of the scenario before. */
  setScenario(name: ScenarioName | undefined): void {
    this.#scenario = name && scenarioNamed(name);
    this.#beginScenario();
    this.#changed();
  }

  /** The fault for this request, if any; it counts as applied. */
  take(on: FaultTarget, about?: FaultSubject): AppliedFault | undefined {
    return this.#count(
      this.#rules.take(on, about, false) ??
        (about && (on === 'sendMail' || on === 'sendDraft') ? this.#magic?.take(about) : undefined) ??
        this.#because(this.#ofScenario.take(on, about, false)),
    );
  }

  /** Whether any rule is applied on the head of a request. */
  get hasEarly(): boolean {
    return this.#rules.hasEarly || this.#ofScenario.hasEarly;
  }

  /** The fault for the head of this request, if any; it counts as applied. */
  takeEarly(on: FaultTarget, about?: FaultSubject): AppliedFault | undefined {
    return this.#count(this.#rules.take(on, about, true) ?? this.#because(this.#ofScenario.take(on, about, true)));
  }

  get applied(): number {
    return this.#applied;
  }

  /** Forgets rules, attempts and counts; the scenario stays and begins anew. */
  clear(): void {
    this.#rules.clear();
    this.#magic?.clear();
    this.#applied = 0;
    this.#beginScenario();
    this.#changed();
  }

  /** Calls back when rules change and when one is applied; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #beginScenario(): void {
    this.#ofScenario.clear();
    for (const rule of this.#scenario?.rules ?? []) this.#ofScenario.add(this.#nextId(), rule);
  }

  #because(applied: AppliedFault | undefined): AppliedFault | undefined {
    return applied && this.#scenario ? { ...applied, because: this.#scenario.name } : applied;
  }

  #count(applied: AppliedFault | undefined): AppliedFault | undefined {
    if (!applied) return undefined;
    this.#applied += 1;
    this.#changed();
    return applied;
  }

  #nextId(): string {
    this.#id += 1;
    return String(this.#id);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Rules in their order; a rule that was applied as often as it should be is gone. */
class RuleList {
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

  /** `early` asks for the rules that are applied on a request's head, otherwise for all others. */
  take(on: FaultTarget, about: FaultSubject | undefined, early: boolean): AppliedFault | undefined {
    for (const fault of this.#faults) {
      if (fault.early !== early || !fault.matches(on, about)) continue;
      const applied = fault.take();
      if (!applied) continue;
      if (fault.left <= 0) this.remove(fault.id);
      return applied;
    }
    return undefined;
  }

  /** What is added from now on is drawn for as at the start. */
  clear(): void {
    this.#faults = [];
    this.#given = 0;
  }
}
