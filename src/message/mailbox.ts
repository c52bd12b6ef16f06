import { canonicalAddress, domainOf, isGuid, isMailbox } from '../common/canonical-address.js';
import { GraphMailError } from '../common/errors.js';
import type { Settings } from '../options/settings.js';
import { shown } from '../options/shown-value.js';
import type { MailboxSelection } from '../options/types.js';

/** What a message says that its mailbox may depend on. */
export interface MailboxInput {
  /** Addresses in From. */
  from: readonly string[];
  /** Address in Sender, which tells which of several authors sends (RFC 5322 §3.6.2). */
  sender: string | undefined;
  /** `graph.mailbox` of the message. */
  own: unknown;
  mail: MailboxSelection;
}

/**
 * Decides which mailbox sends a message. The answer is one spelling per mailbox, so that gate and URL agree.
 * (fact from-2)
 * @throws GraphMailError `EENVELOPE`
 */
export function chooseMailbox(settings: Pick<Settings, 'mailbox' | 'allowedMailboxes'>, input: MailboxInput): string {
  const { mailbox, allowedMailboxes } = settings;
  if (input.own !== undefined) {
    const own = checked(input.own, 'graph.mailbox');
    if (typeof mailbox === 'string' && mailbox !== 'from' && canonicalAddress(mailbox) === own) return own;
    if (allowedMailboxes === undefined) {
      throw refusal(
        `graph.mailbox names ${named(own)}, but the transport may only use the mailbox that it was configured with.`,
        "List the mailboxes that messages may name in the option 'allowedMailboxes'.",
      );
    }
    return allowed(own, allowedMailboxes, 'graph.mailbox');
  }
  if (typeof mailbox === 'function') {
    const chosen = checked(mailbox(input.mail), "the function 'mailbox'");
    return allowedMailboxes === undefined ? chosen : allowed(chosen, allowedMailboxes, "the function 'mailbox'");
  }
  if (mailbox !== 'from') return canonicalAddress(mailbox);
  // Which of several authors sends is what Sender is for.
  const first = input.from.length > 1 ? input.sender : input.from[0];
  if (first === undefined) {
    throw refusal(
      `mailbox: 'from' takes the mailbox from From, which has ${input.from.length === 0 ? 'no address' : `${input.from.length} addresses`} in this message.`,
      'Give from with one address, or with several and a sender.',
    );
  }
  return allowed(checked(first, 'From'), allowedMailboxes ?? [], 'From');
}

function checked(value: unknown, from: string): string {
  if (typeof value === 'string' && isMailbox(value)) return canonicalAddress(value);
  throw refusal(`${from} gives ${shown(value)} as mailbox; expected a bare address or an object id.`);
}

function allowed(mailbox: string, list: NonNullable<Settings['allowedMailboxes']>, from: string): string {
  const matches = (entry: string) =>
    entry.startsWith('*@')
      ? mailbox.includes('@') && domainOf(mailbox) === domainOf(entry)
      : canonicalAddress(entry) === mailbox;
  if (typeof list === 'function' ? list(mailbox) === true : list.some(matches)) return mailbox;
  throw refusal(
    `${from} names the mailbox ${from === 'From' ? mailbox : named(mailbox)}, which is not among allowedMailboxes.`,
    "If it may send, add it to the option 'allowedMailboxes'.",
  );
}

/** What a program gave as mailbox; what does not read as an address or id may be anything. */
function named(mailbox: string): string {
  return isGuid(mailbox) ? mailbox : shown(mailbox).replace(/^'(.*)'$/, '$1');
}

function refusal(message: string, hint?: string): GraphMailError {
  return new GraphMailError(message, { code: 'EENVELOPE', permanent: true, command: 'API', hint });
}
