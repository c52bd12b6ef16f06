import { canonicalAddress } from './address.js';
import { configError } from './errors.js';
import { isMailbox, shown } from './option-checks.js';

/** What `settle()` is told. */
export interface SettleOptions {
  /** The mailbox that was sending the message: an address or object id. */
  mailbox: string;
  /** The Message-ID, with angle brackets, as `onAttempt` was told it. */
  messageId: string;
  /** The draft that it was to go out as, where there was one. It is sent when it is still there. */
  draftId?: string | undefined;
  /** When it was first tried, as when `onAttempt` was called. What was sent before does not count. */
  sentAfter?: Date | undefined;
  /**
   * Milliseconds to look for it in Sent Items, where it comes with delay.
   * @default verifyWindow
   */
  window?: number | undefined;
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
  const { messageId, draftId, sentAfter, window } = checkObject('settle', given);
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  if (!isText(messageId)) throw wrong('settle', 'messageId', messageId, 'a Message-ID with its angle brackets');
  if (draftId !== undefined && !isText(draftId)) throw wrong('settle', 'draftId', draftId, 'the id of a draft');
  if (sentAfter !== undefined && !isDate(sentAfter)) throw wrong('settle', 'sentAfter', sentAfter, 'a Date');
  if (window !== undefined && !(Number.isSafeInteger(window) && window >= 0)) {
    throw wrong('settle', 'window', window, 'a whole number of milliseconds, 0 or more');
  }
  return { ...given, mailbox: checkMailbox('settle', given.mailbox) };
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
