import { randomBytes } from 'node:crypto';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';
import { deliveredBytes, type Submission } from './submission.js';

/** The Outbox stays empty: what is sent waits in Drafts (Graph documentation, "Things to know about sending mail"). */
export type FolderName = 'drafts' | 'outbox' | 'sentItems' | 'inbox';

/** A message in a folder of a mailbox. */
export interface Item {
  /** Changes when the item moves to another folder, and when it is sent. */
  id: string;
  /** Stays the same for the item's life (Graph documentation, "Obtain immutable identifiers for Outlook resources"). */
  readonly immutableId: string;
  readonly mailbox: Mailbox;
  folder: FolderName;
  readonly message: StoredMessage;
  /** Of what is sent or received; a draft has none. */
  submission: Submission | undefined;
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
  return { ...place, id: newId(), immutableId: newId('AAkA'), message, submission, createdAt: at, modifiedAt: at };
}

/** Looks like an id of Exchange: it ends in `=`, which a client has to encode in a path. */
export function newId(start = 'AAMk'): string {
  return `${start}${randomBytes(44).toString('base64url')}=`;
}

/** As uploaded in Drafts and Sent Items, as delivered (without Bcc) in the Inbox. */
export function itemBytes({ folder, message, submission }: Item): Buffer {
  return folder === 'inbox' && submission ? deliveredBytes(submission) : message.raw;
}
