import { ambiguityOf, isMailbox } from '../common/canonical-address.js';
import { configError } from '../common/errors.js';
import type { Settings } from './settings.js';
import { shown } from './shown-value.js';
import type { MailboxSelection } from './types.js';

/**
 * @param fromEnvironment whether it is the variable that says it, which an error then names
 * @throws GraphMailError `ECONFIG`
 */
export function checkMailbox(value: unknown, restricted: boolean, fromEnvironment: boolean): Settings['mailbox'] {
  if (value === undefined || value === '') {
    throw configError(
      `Option 'mailbox' is missing: whose mailbox sends?${fromEnvironment ? ' (Neither the option nor GRAPH_MAIL_MAILBOX is set.)' : ''}`,
      "Give the sending mailbox's address or object id, for instance mailbox: 'noreply@contoso.com'.",
    );
  }
  const name = fromEnvironment ? 'GRAPH_MAIL_MAILBOX' : "Option 'mailbox'";
  if (typeof value === 'function') return value as (mail: MailboxSelection) => string;
  if (value === 'from') {
    if (restricted) return value;
    throw configError(
      `${name === 'GRAPH_MAIL_MAILBOX' ? name : 'Option mailbox'}: 'from' needs allowedMailboxes: without it, whoever fills in From would choose the mailbox.`,
      "Add for instance allowedMailboxes: ['noreply@contoso.com', '*@sales.contoso.com'].",
    );
  }
  if (typeof value === 'string' && isMailbox(value)) return value;
  throw configError(
    `${name} is ${shown(value)}; expected a bare address such as 'noreply@contoso.com', an object id, 'from', or a function.`,
  );
}

/** @throws GraphMailError `ECONFIG` */
export function checkAllowedMailboxes(value: unknown): Settings['allowedMailboxes'] {
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as (mailbox: string) => boolean;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw configError("Option 'allowedMailboxes' is an empty list: no mailbox could send.");
  for (const entry of list) {
    if (typeof entry === 'string' && (isMailbox(entry) || isDomainPattern(entry))) continue;
    throw configError(
      `Option 'allowedMailboxes' holds ${shown(entry)}; expected addresses, object ids, '*@domain', or one predicate function.`,
    );
  }
  return list as string[];
}

/** @throws GraphMailError `ECONFIG` */
export function checkMailboxNames(value: unknown = {}): Settings['mailboxNames'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw configError(
      `Option 'mailboxNames' is ${shown(value)}; expected an object such as { '<object id>': 'noreply@contoso.com' }.`,
    );
  }
  for (const name of Object.entries(value).flat()) {
    if (typeof name === 'string' && isMailbox(name)) continue;
    throw configError(`Option 'mailboxNames' holds ${shown(name)}; expected addresses and object ids.`);
  }
  return { ...(value as Record<string, string>) };
}

/** All addresses of a domain: `*@contoso.com`. */
function isDomainPattern(text: string): boolean {
  return /^\*@[^\s@*]+$/.test(text) && ambiguityOf(text) === undefined;
}
