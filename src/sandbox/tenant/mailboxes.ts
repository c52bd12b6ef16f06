import { createMailbox, type Mailbox, type MailboxOptions } from '../model/mailbox.js';
import { checkMailbox } from './check-tenant.js';
import type { LoadableCollection } from './collection.js';
import type { TenantState } from './tenant-state.js';

/** A user of the tenant. */
export interface TenantMailbox {
  id: string;
  address: string;
  displayName: string;
  kind: 'user' | 'shared' | 'none';
  accountEnabled: boolean;
  licensed: boolean;
  aliases: string[];
  sendAs: string[];
  sendOnBehalf: string[];
}

/** The users by address, alias or object id. What `set` is not given stays as it was. */
export function mailboxesOf(tenant: TenantState): LoadableCollection<string | MailboxOptions, TenantMailbox> {
  const { directory } = tenant;
  const find = (name: string): Mailbox | undefined => directory.find(name) ?? directory.recipient(name);
  return {
    get: (name) => {
      const found = find(name);
      return found && view(found);
    },
    list: () => directory.list().map(view),
    set: (given, what = 'tenant.mailboxes') => {
      const options = typeof given === 'string' ? { address: given } : given;
      checkMailbox(what, options);
      const found = directory.find(options.address);
      // What has the address for its object id is another one.
      const known = found?.address.toLowerCase() === options.address.toLowerCase() ? found : undefined;
      const mailbox = createMailbox(options, known);
      for (const name of [...mailbox.addresses, mailbox.id]) {
        const owner = tenant.ownerOf(name, known);
        if (owner) throw new Error(`${what}: "${name}" is ${owner} already, expected one that is free.`);
      }
      // The same object stays: what lies in the mailbox belongs to it.
      if (known) directory.remove(known);
      directory.add(known ? Object.assign(known, mailbox) : mailbox);
      tenant.changed();
      return view(mailbox);
    },
    remove: (name) => {
      const found = find(name);
      if (!found) return false;
      directory.remove(found);
      tenant.changed();
      return true;
    },
  };
}

function view({ hasMailbox, addresses, byUse, ...mailbox }: Mailbox): TenantMailbox {
  const { aliases, sendAs, sendOnBehalf } = mailbox;
  return { ...mailbox, aliases: [...aliases], sendAs: [...sendAs], sendOnBehalf: [...sendOnBehalf] };
}
