import { processWide } from '../../common/process-wide.js';
import { MailboxGate, type MailboxGateOptions } from './mailbox-gate.js';

/** The application whose requests a limit of Graph counts together, the mailbox aside. */
interface GateScope {
  /** Origin of Graph. */
  graphHost: string;
  /** `undefined` where only the function that gives the tokens knows it. */
  clientId: string | undefined;
}

/** Names of mailboxes that were found to be further names of others: more than that are forgotten again. */
const mostNames = 10_000;

/** What the transports of a process share. */
interface SharedGates {
  /** By {@link MailboxGates.nameOf} and application. */
  gates: Map<string, MailboxGate>;
  /** From a name of a mailbox to another name of the same, which may have one in turn. */
  names: Map<string, string>;
  /** Whether there was a warning that the options of two transports differ. */
  warned: boolean;
}

/**
 * One transport's view of the gates of its mailboxes. The gates are the process's: there is one for each application and
 * mailbox, kept as long as it has anything to remember. The tenant does not tell gates apart: it may be given by id or by
 * domain, and a mailbox has only one. (fact throttle-1)
 */
export class MailboxGates {
  readonly #shared = processWide<SharedGates>('gates', () => ({ gates: new Map(), names: new Map(), warned: false }));
  readonly #scope: GateScope;
  readonly #options: MailboxGateOptions;
  readonly #warn: (message: string) => void;

  /** @param warn told once in a process that the options of two transports differ */
  constructor(scope: GateScope, options: MailboxGateOptions, warn: (message: string) => void) {
    this.#scope = scope;
    this.#options = options;
    this.#warn = warn;
  }

  /** The gate of a mailbox; the caller is to acquire a slot there at once, and to call `release` afterwards. */
  of(mailbox: string): MailboxGate {
    const { gates } = this.#shared;
    const key = this.#keyOf(mailbox);
    const known = gates.get(key);
    if (known && !known.unused) {
      if (known.adopt(this.#options)) this.#tellDifference();
      return known;
    }
    // Gates that still remembered a pause when their last message left.
    for (const [name, other] of gates) if (other.unused) gates.delete(name);
    const gate = new MailboxGate(this.#options);
    gates.set(key, gate);
    return gate;
  }

  /** A caller is done with the gate of a mailbox. */
  release(mailbox: string): void {
    const key = this.#keyOf(mailbox);
    if (this.#shared.gates.get(key)?.unused) this.#shared.gates.delete(key);
  }

  /**
   * Two names are of one mailbox, so what goes to either is counted together from now on, whatever the application. If that
   * is a mistake, both mailboxes are slower, and nothing else.
   */
  join(name: string, mailbox: string): void {
    const { gates, names } = this.#shared;
    const [from, to] = [this.nameOf(name), this.nameOf(mailbox)];
    if (from === to) return;
    names.set(from, to);
    if (names.size > mostNames) names.delete(names.keys().next().value as string);
    for (const [key, gate] of gates) {
      if (!key.startsWith(`${from} `)) continue;
      gates.delete(key);
      const target = to + key.slice(from.length);
      const other = gates.get(target);
      if (other) gate.join(other);
      else gates.set(target, gate);
    }
  }

  /** What a mailbox is called here, whichever of its names is given. */
  nameOf(mailbox: string): string {
    const { names } = this.#shared;
    let name = `${this.#scope.graphHost} ${mailbox.toLowerCase()}`;
    for (let next = names.get(name); next !== undefined; next = names.get(name)) name = next;
    return name;
  }

  #keyOf(mailbox: string): string {
    return `${this.nameOf(mailbox)} ${this.#scope.clientId?.toLowerCase() ?? ''}`;
  }

  #tellDifference(): void {
    if (this.#shared.warned) return;
    this.#shared.warned = true;
    this.#warn(
      'Transports of this process that send from one mailbox differ in mailboxConcurrency or uploadBudget: the smaller one counts for all of them.',
    );
  }
}
