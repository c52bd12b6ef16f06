import { idOf, newNumber } from './ids.js';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';
import { deliveredBytes, type Submission, sentBytes } from './submission.js';

/**
 * The Outbox stays empty: what is sent waits in Drafts (Graph documentation, "Things to know about sending mail").
 * (fact send-20)
 */
export type FolderName = 'drafts' | 'outbox' | 'sentItems' | 'inbox' | 'deletedItems';

export const FOLDER_NAMES: readonly FolderName[] = ['inbox', 'drafts', 'sentItems', 'deletedItems', 'outbox'];

/** A message in a folder of a mailbox. */
export class Item {
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
  /** Of `id` and `immutableId`, which most items are never asked for. */
  number = newNumber();
  immutableNumber = newNumber();

  constructor(
    { mailbox, folder }: { mailbox: Mailbox; folder: FolderName },
    message: StoredMessage,
    submission: Submission | undefined,
    at: number,
  ) {
    this.mailbox = mailbox;
    this.folder = folder;
    this.message = message;
    this.submission = submission;
    this.received = folder === 'inbox';
    this.read = !this.received;
    this.createdAt = at;
    this.modifiedAt = at;
  }

  /** Changes when the item moves to another folder, and when it is sent. */
  get id(): string {
    return idOf(this.number);
  }

  /**
   * Stays the same for the item's life, also when it is sent (Graph documentation, "Obtain immutable identifiers for Outlook resources").
   * (fact draft-6)
   */
  get immutableId(): string {
    return idOf(this.immutableNumber, 'AAkA');
  }
}

/** As uploaded in Drafts and Sent Items, as delivered (without Bcc) when it came to the Inbox. */
export function itemBytes({ received, message, submission }: Item): Buffer {
  if (!submission) return message.raw;
  return received ? deliveredBytes(submission) : sentBytes(submission);
}
