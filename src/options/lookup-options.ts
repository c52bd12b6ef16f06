import { canonicalAddress, isGuid, isMailbox } from '../common/canonical-address.js';
import { configError } from '../common/errors.js';
import { shown } from './shown-value.js';

/** What `settle()` is told. */
export interface SettleOptions {
  /** The mailbox that was sending the message: an address or object id. */
  mailbox: string;
  /** The Message-ID, with angle brackets, as `onAttempt` was told it. */
  messageId: string;
  /** The draft that it was to go out as, where there was one. It is sent when it is still there, but not by message trace. */
  draftId?: string | undefined;
  /** When it was first tried, as when `onAttempt` was called. What was sent before does not count. */
  sentAfter?: Date | undefined;
  /**
   * Milliseconds to look for it in Sent Items, where it comes with delay; or in message trace, which is asked once a minute.
   * @default verifyWindow; 0 by message trace, which is looked into once
   */
  window?: number | undefined;
  /**
   * `'trace'`: nothing is sent, and the message is looked for in Exchange's message trace, by the application of the option
   * {@link GraphTransportOptions.trace}: over the day from ten minutes before `sentAfter` on, or the last ten days. Found, it was sent: Exchange took
   * it, and what it says of each recipient is in the result. Not found, it is unknown as before: message trace knows a message
   * minutes after it was sent, and its absence proves nothing. A process makes at most 20 such requests in five minutes.
   * @default the draft, then Sent Items
   */
  by?: 'trace' | undefined;
  /** The address in From, where it is not the mailbox's own: message trace knows a message by its sender. */
  from?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** What `traceMessages()` is told. */
export interface TraceMessagesOptions {
  /** The mailbox that sent the messages, by its address; by an object id only with `from`. */
  mailbox: string;
  /** The address in From, where it is not the mailbox's own. */
  from?: string | undefined;
  /** With angle brackets. */
  messageIds: Iterable<string>;
  /** What Exchange took before is left out. Message trace goes back 90 days. */
  since: Date;
  /**
   * What Exchange took later is left out.
   * @default now
   */
  until?: Date | undefined;
  signal?: AbortSignal | undefined;
}

/** What `readInbox()` is told. */
export interface InboxOptions {
  /** An address or object id. */
  mailbox: string;
  /** Messages received before are left out. */
  since: Date;
  signal?: AbortSignal | undefined;
}

/** @throws GraphMailError `ECONFIG` */
export function checkSettleOptions(given: SettleOptions): SettleOptions {
  const { messageId, draftId, sentAfter, window, by, from } = checkObject('settle', given);
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  if (!isText(messageId)) throw wrong('settle', 'messageId', messageId, 'a Message-ID with its angle brackets');
  if (draftId !== undefined && !isText(draftId)) throw wrong('settle', 'draftId', draftId, 'the id of a draft');
  if (sentAfter !== undefined && !isDate(sentAfter)) throw wrong('settle', 'sentAfter', sentAfter, 'a Date');
  if (window !== undefined && !(Number.isSafeInteger(window) && window >= 0)) {
    throw wrong('settle', 'window', window, 'a whole number of milliseconds, 0 or more');
  }
  if (by !== undefined && by !== 'trace') throw wrong('settle', 'by', by, "'trace', or to be left out");
  if (from !== undefined && by === undefined) throw wrong('settle', 'from', from, "to be given with by: 'trace' only");
  return { ...given, mailbox: checkMailbox('settle', given.mailbox) };
}

/** @throws GraphMailError `ECONFIG` */
export function checkTraceMessagesOptions(given: TraceMessagesOptions): Omit<TraceMessagesOptions, 'messageIds'> & {
  messageIds: ReadonlySet<string>;
} {
  const { messageIds, since, until, mailbox } = checkObject('traceMessages', given);
  const isList = typeof messageIds === 'object' && messageIds !== null && Symbol.iterator in messageIds;
  if (!isList) throw wrong('traceMessages', 'messageIds', messageIds, 'an array or a set of Message-IDs');
  const ids = new Set<unknown>(messageIds);
  for (const id of ids) {
    if (typeof id === 'string' && /^<.+>$/.test(id)) continue;
    throw wrong('traceMessages', 'messageIds', id, 'Message-IDs with their angle brackets');
  }
  if (!isDate(since)) throw wrong('traceMessages', 'since', since, 'a Date');
  if (until !== undefined && !(isDate(until) && until >= since)) {
    throw wrong('traceMessages', 'until', until, 'a Date that is not before since');
  }
  return { ...given, mailbox: checkMailbox('traceMessages', mailbox), messageIds: ids as ReadonlySet<string> };
}

/**
 * The addresses that message trace may know a message's sender by.
 * @throws GraphMailError `ECONFIG`
 */
export function checkSenders(method: string, mailbox: string, from: unknown): string[] {
  if (from !== undefined && (typeof from !== 'string' || !isMailbox(from) || isGuid(from))) {
    throw wrong(method, 'from', from, 'a bare address');
  }
  const senders = isGuid(mailbox) ? [] : [mailbox];
  if (from !== undefined) senders.push(canonicalAddress(from));
  if (senders.length > 0) return [...new Set(senders)];
  throw configError(
    `${method}(): 'mailbox' is an object id, and message trace knows senders by their addresses.`,
    "Give the address of the mailbox, or the one in From as 'from'.",
  );
}

/** @throws GraphMailError `ECONFIG` */
export function checkInboxOptions(given: InboxOptions): InboxOptions {
  const { since } = checkObject('readInbox', given);
  if (!isDate(since)) throw wrong('readInbox', 'since', since, 'a Date');
  return { ...given, mailbox: checkMailbox('readInbox', given.mailbox) };
}

function checkObject<T extends object>(method: string, given: T): T {
  if (typeof given === 'object' && given !== null) return given;
  throw configError(`${method}() expects an object with options, but was given ${shown(given)}.`);
}

function checkMailbox(method: string, mailbox: unknown): string {
  if (typeof mailbox === 'string' && isMailbox(mailbox)) return canonicalAddress(mailbox);
  throw wrong(method, 'mailbox', mailbox, 'a bare address or an object id');
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function wrong(method: string, name: string, value: unknown, expected: string) {
  return configError(`${method}(): '${name}' is ${shown(value)}; expected ${expected}.`);
}
