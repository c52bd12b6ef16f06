import { randomBytes } from 'node:crypto';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';
import { deliveredBytes, type Submission, sentBytes } from './submission.js';

/** The Outbox stays empty: what is sent waits in Drafts (Graph documentation, "Things to know about sending mail"). */
export type FolderName = 'drafts' | 'outbox' | 'sentItems' | 'inbox' | 'deletedItems';

export const FOLDER_NAMES: readonly FolderName[] = ['inbox', 'drafts', 'sentItems', 'deletedItems', 'outbox'];

/** A message in a folder of a mailbox. */
export interface Item {
  /** Changes when the item moves to another folder, and when it is sent. */
  id: string;
  /** Stays the same for the item's life (Graph documentation, "Obtain immutable identifiers for Outlook resources"). */
  readonly immutableId: string;
  readonly mailbox: Mailbox;
  folder: FolderName;
  readonly message: StoredMessage;
  /** Of what is sent or received; a draft has none, nor has a report of non-delivery. */
  submission: Submission | undefined;
  /** Whether somebody else sent it: it came to the Inbox. */
  readonly received: boolean;
  read: boolean;
  /** Milliseconds since 1970, as `modifiedAt`. */
  readonly createdAt: number;
  modifiedAt: number;
}

export function newItem(
  place: { mailbox: Mailbox; folder: FolderName },
  message: StoredMessage,
  submission: Submission | undefined,
  at: number,
): Item {
  const received = place.folder === 'inbox';
  const ids = { id: newId(), immutableId: newId('AAkA') };
  return { ...place, ...ids, message, submission, received, read: !received, createdAt: at, modifiedAt: at };
}

/** As in Exchange, ids begin alike. Only this process counts on: random bytes for each would be most of accepting a message. */
const sharedStart = randomBytes(36).toString('base64url');
let count = 0;

/** Looks like an id of Exchange: it ends in `=`, which a client has to encode in a path. */
export function newId(start = 'AAMk'): string {
  count += 1;
  return `${start}${sharedStart}${count.toString(36).padStart(11, 'A')}=`;
}

/** As uploaded in Drafts and Sent Items, as delivered (without Bcc) when it came to the Inbox. */
export function itemBytes({ received, message, submission }: Item): Buffer {
  if (!submission) return message.raw;
  return received ? deliveredBytes(submission) : sentBytes(submission);
}
