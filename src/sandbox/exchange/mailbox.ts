import { randomUUID } from 'node:crypto';

export interface MailboxOptions {
  /** The primary address, which is the user principal name as well. */
  address: string;
  /** The object id. Default: a random GUID. */
  id?: string;
  displayName?: string;
  /** `false`: a user without a mailbox, answered `404 MailboxNotEnabledForRESTAPI`. Default `true`. */
  hasMailbox?: boolean;
  /** Further addresses that a `From` may name. */
  aliases?: string[];
}

/** A user of the sandbox's tenant. */
export interface Mailbox {
  id: string;
  address: string;
  displayName: string;
  hasMailbox: boolean;
  /** Every address of it, lower case. */
  addresses: ReadonlySet<string>;
}

export function createMailbox(options: string | MailboxOptions): Mailbox {
  const given = typeof options === 'string' ? { address: options } : options;
  return {
    id: given.id ?? randomUUID(),
    address: given.address,
    displayName: given.displayName ?? given.address,
    hasMailbox: given.hasMailbox ?? true,
    addresses: new Set([given.address, ...(given.aliases ?? [])].map((address) => address.toLowerCase())),
  };
}

/** The users of the tenant, found as Graph finds them: by object id or user principal name. */
export class Directory {
  readonly #byKey = new Map<string, Mailbox>();
  readonly #byAddress = new Map<string, Mailbox>();

  constructor(mailboxes: readonly Mailbox[]) {
    for (const mailbox of mailboxes) {
      this.#byKey.set(mailbox.id.toLowerCase(), mailbox);
      this.#byKey.set(mailbox.address.toLowerCase(), mailbox);
      for (const address of mailbox.addresses) this.#byAddress.set(address, mailbox);
    }
  }

  /** By the `{id | userPrincipalName}` of a path; letter case does not matter. */
  find(user: string): Mailbox | undefined {
    return this.#byKey.get(user.toLowerCase());
  }

  /** The mailbox behind a recipient's address, aliases included; undefined outside the tenant. */
  recipient(address: string): Mailbox | undefined {
    return this.#byAddress.get(address.toLowerCase());
  }

  list(): Mailbox[] {
    return [...new Set(this.#byAddress.values())];
  }
}
