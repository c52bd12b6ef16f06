import type { FaultRule, FaultTarget } from './fault-rule.js';

export interface FaultSubject {
  /** Address and object id of the mailbox, lower case. */
  mailbox: readonly string[];
  /** Of the messages that the request is about, lower case. */
  recipients: readonly string[];
  /** Of the messages that the request is about, decoded. */
  subjects: readonly string[];
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

function matches(
  { mailbox, recipient, subject: title }: FaultRule,
  subject: (() => FaultSubject) | undefined,
): boolean {
  if (mailbox === undefined && recipient === undefined && title === undefined) return true;
  const seen = subject?.();
  if (!seen) return false;
  return (
    (mailbox === undefined || seen.mailbox.includes(mailbox.toLowerCase())) &&
    (recipient === undefined || seen.recipients.includes(recipient.toLowerCase())) &&
    (title === undefined || seen.subjects.includes(title))
  );
}
