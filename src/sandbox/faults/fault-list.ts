import type { FaultRule, FaultTarget } from './fault-rule.js';

export interface FaultSubject {
  /** Address and object id of the mailbox, lower case. */
  mailbox: readonly string[];
  /** Lower case. */
  recipients: readonly string[];
}

interface Entry {
  rule: FaultRule;
  left: number;
}

/** The scripted faults that have not struck yet. */
export class FaultList {
  #entries: Entry[] = [];
  #struck = 0;

  /** Returns what takes the rule back. */
  add(rule: FaultRule): () => void {
    const entry = { rule: { ...rule }, left: rule.times ?? 1 };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** The fault that strikes this request, if any; it counts as struck. `subject` is asked for only when a rule needs it. */
  take(on: FaultTarget, subject?: () => FaultSubject): FaultRule | undefined {
    if (this.#entries.length === 0) return undefined;
    const entry = this.#entries.find(({ rule }) => rule.on === on && matches(rule, subject));
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#entries = this.#entries.filter((other) => other !== entry);
    this.#struck += 1;
    return entry.rule;
  }

  get struck(): number {
    return this.#struck;
  }

  clear(): void {
    this.#entries = [];
    this.#struck = 0;
  }
}

function matches(rule: FaultRule, subject: (() => FaultSubject) | undefined): boolean {
  if (rule.mailbox === undefined && rule.recipient === undefined) return true;
  const seen = subject?.();
  if (!seen) return false;
  return (
    (rule.mailbox === undefined || seen.mailbox.includes(rule.mailbox.toLowerCase())) &&
    (rule.recipient === undefined || seen.recipients.includes(rule.recipient.toLowerCase()))
  );
}
