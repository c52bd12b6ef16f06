import type { FaultList } from '../faults/fault-list.js';
import type { UploadSessions } from '../uploads/upload-sessions.js';
import type { FromMismatch } from './from-mismatch.js';
import type { MailStore } from './mail-store.js';

/** What the operations on mailboxes share. */
export interface Exchange {
  store: MailStore;
  faults: FaultList;
  uploads: UploadSessions;
  fromMismatch: FromMismatch;
  /** Bytes of MIME that a mailbox takes. */
  maxMessageSize: number;
  /** Bytes from which on an attachment may be uploaded in a session. */
  minUploadSize: number;
  /** Milliseconds until a message that is sent is answered for. */
  latency: number;
  /** Ids of the tokens that a claims challenge has refused. */
  challenged: Set<string>;
  origin: () => string;
}
