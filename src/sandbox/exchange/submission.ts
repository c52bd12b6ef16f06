import { deliveredCopy } from '../mail/copies.js';
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
  /** Milliseconds since 1970. */
  receivedAt: number;
  appId: string;
  requestId: string;
  clientRequestId: string | undefined;
}

/** The bytes that every recipient gets. */
export function deliveredBytes({ message, rewrittenFrom }: Submission): Buffer {
  return deliveredCopy(message.raw, readHeaderFields(message.raw), {
    messageId: message.messageId,
    ...(rewrittenFrom !== undefined && { from: rewrittenFrom }),
  });
}
