import { isCustomHeader } from '../mail/custom-headers.js';
import { deliveredCopy, withoutFields } from '../mail/edit-header.js';
import { readHeaderFields } from '../mail/header-fields.js';
import type { Mailbox } from './mailbox.js';
import type { StoredMessage } from './stored-message.js';

/** A message that the sandbox took for delivery. */
export interface Submission {
  id: string;
  mailbox: Mailbox;
  message: StoredMessage;
  /** The From line that recipients see instead of the uploaded one. */
  rewrittenFrom: string | undefined;
  saveToSentItems: boolean;
  /** Whether the mailbox lost the custom headers of the upload. */
  withoutCustomHeaders?: boolean;
  /** Whether it went out; until then it waits for its turn. */
  wentOut?: boolean;
  /** Once it went out: the recipients for which a report of non-delivery came back. */
  bounced?: readonly string[];
  /** Milliseconds since 1970. */
  receivedAt: number;
  appId: string;
  requestId: string;
  clientRequestId: string | undefined;
}

/** The bytes that every recipient gets. */
export function deliveredBytes({ message, rewrittenFrom, withoutCustomHeaders }: Submission): Buffer {
  return deliveredCopy(message.raw, readHeaderFields(message.raw), {
    messageId: message.messageId,
    ...(rewrittenFrom !== undefined && { from: rewrittenFrom }),
    ...(withoutCustomHeaders && { without: isCustomHeader }),
  });
}

/** The bytes that the sender keeps: as uploaded, with its Bcc. */
export function sentBytes({ message: { raw }, withoutCustomHeaders }: Submission): Buffer {
  return withoutCustomHeaders ? withoutFields(raw, readHeaderFields(raw), isCustomHeader) : raw;
}
