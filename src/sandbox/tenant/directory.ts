import type { Mailbox } from '../model/mailbox.js';
import type { Group } from './access-rules.js';

/**
 * The users and groups of the tenant, found as Graph and mail transport find them. Letter case never matters.
 * (fact send-9)
 */
export class Directory {
  readonly #byKey = new Map<string, Mailbox>();
  readonly #byAddress = new Map<string, Mailbox>();
  readonly #group: (address: string) => Group | undefined;

  /** `group` finds a group by its address. */
  constructor(group: (address: string) => Group | undefined) {
    this.#group = group;
  }

  add(mailbox: Mailbox): void {
    this.#byKey.set(mailbox.id.toLowerCase(), mailbox).set(mailbox.address.toLowerCase(), mailbox);
    for (const address of mailbox.addresses) this.#byAddress.set(address, mailbox);
  }

  remove(mailbox: Mailbox): void {
    this.#byKey.delete(mailbox.id.toLowerCase());
    this.#byKey.delete(mailbox.address.toLowerCase());
    for (const address of mailbox.addresses) this.#byAddress.delete(address);
  }

  /** By the `{id | userPrincipalName}` of a path. A group is no user. */
  find(user: string): Mailbox | undefined {
    return this.#byKey.get(user.toLowerCase());
  }

  /** The mailbox behind an address, aliases included; undefined outside the tenant. */
  recipient(address: string): Mailbox | undefined {
    return this.#byAddress.get(address.toLowerCase());
  }

  /** Whether mail to the address can arrive in the tenant: in a mailbox, or at a group. */
  knows(address: string): boolean {
    return this.recipient(address)?.hasMailbox === true || this.#group(address) !== undefined;
  }

  /** The mailboxes that get what is sent to an address: its own, or those of a group's members and of their groups'. */
  deliverTo(address: string): Mailbox[] {
    const reached = new Set<Mailbox>();
    const seen = new Set<string>();
    const open = [address.toLowerCase()];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const mailbox = this.recipient(next);
      if (mailbox?.hasMailbox) reached.add(mailbox);
      for (const member of this.#group(next)?.members ?? []) open.push(member.toLowerCase());
    }
    return [...reached];
  }

  /** Whether a mailbox holds the right to send as, or on behalf of, what has the address. */
  maySendAs({ sendAs, sendOnBehalf }: Mailbox, address: string): boolean {
    if (sendAs.length + sendOnBehalf.length === 0 || !this.knows(address)) return false;
    const names = this.recipient(address)?.addresses ?? new Set([address.toLowerCase()]);
    return [...sendAs, ...sendOnBehalf].some((one) => names.has(one.toLowerCase()));
  }

  list(): Mailbox[] {
    return [...new Set(this.#byAddress.values())];
  }
}
