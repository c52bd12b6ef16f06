import { randomUUID } from 'node:crypto';

export interface MailboxOptions {
  /** The primary address, which is the user principal name as well. */
  address: string;
  /** The object id. Default: a random GUID. */
  id?: string;
  displayName?: string;
  /**
   * `'none'`: a user without a mailbox, answered `404 MailboxNotEnabledForRESTAPI`. Default `'user'`. A shared mailbox
   * needs no licence.
   */
  kind?: 'user' | 'shared' | 'none';
  /** `false`: the same as `kind: 'none'`; `true`: a user gets a licence. */
  hasMailbox?: boolean;
  /** Whether the user may sign in, which an application does not need. Default `true`. */
  accountEnabled?: boolean;
  /** A user's mailbox without a licence is answered as if there was none. Default `true` for `'user'`, otherwise `false`. */
  licensed?: boolean;
  /** Further addresses of it. */
  aliases?: string[];
  /** Mailboxes and groups of the tenant as which this one may send: its `From` may name them. Default: none. */
  sendAs?: string[];
  /** Mailboxes and groups of the tenant on whose behalf this one may send: its `From` may name them. Default: none. */
  sendOnBehalf?: string[];
}

/** A user of the sandbox's tenant. */
export interface Mailbox {
  id: string;
  address: string;
  displayName: string;
  kind: 'user' | 'shared' | 'none';
  accountEnabled: boolean;
  licensed: boolean;
  aliases: readonly string[];
  sendAs: readonly string[];
  sendOnBehalf: readonly string[];
  hasMailbox: boolean;
  /** Whether it came into being by its use (`anyMailbox`), and was never configured. */
  byUse: boolean;
  /** Every address of it, lower case. */
  addresses: ReadonlySet<string>;
}

/** What is left out is as in `known`, the mailbox as it was, or as the defaults say. */
export function createMailbox(options: string | MailboxOptions, known?: Mailbox): Mailbox {
  const given = typeof options === 'string' ? { address: options } : options;
  const { address = known?.address ?? '' } = given;
  const kind = kindOf(given, known);
  const keeps = known?.kind === kind;
  const licensed = given.licensed ?? (keeps && !given.hasMailbox ? known.licensed : kind === 'user');
  const aliases = [...(given.aliases ?? known?.aliases ?? [])];
  return {
    id: given.id ?? known?.id ?? randomUUID(),
    address,
    displayName: given.displayName ?? known?.displayName ?? address,
    kind,
    accountEnabled: given.accountEnabled ?? known?.accountEnabled ?? true,
    licensed,
    aliases,
    sendAs: [...(given.sendAs ?? known?.sendAs ?? [])],
    sendOnBehalf: [...(given.sendOnBehalf ?? known?.sendOnBehalf ?? [])],
    hasMailbox: kind === 'shared' || (kind === 'user' && licensed),
    byUse: false,
    addresses: new Set([address, ...aliases].map((one) => one.toLowerCase())),
  };
}

function kindOf({ kind, hasMailbox }: Partial<MailboxOptions>, known: Mailbox | undefined): Mailbox['kind'] {
  if (kind) return kind;
  if (hasMailbox === false) return 'none';
  if (hasMailbox === true && known?.kind === 'none') return 'user';
  return known?.kind ?? 'user';
}
