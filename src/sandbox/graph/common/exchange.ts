import type { ChallengedTokens } from '../../entra/challenged-tokens.js';
import type { FaultList } from '../../faults/fault-list.js';
import type { MailStore } from '../../model/mail-store.js';
import type { Mailbox } from '../../model/mailbox.js';
import type { UploadSessions } from '../../model/upload-sessions.js';
import type { ExchangeOptions } from './exchange-options.js';
import type { FromMismatch } from './from-mismatch.js';

/** What the operations on mailboxes share. */
export interface Exchange {
  store: MailStore;
  faults: FaultList;
  uploads: UploadSessions;
  options: Required<ExchangeOptions>;
  fromMismatch: FromMismatch;
  /** Whether a mailbox holds the right to send as, or on behalf of, the one that has an address. */
  maySendAs: (mailbox: Mailbox, address: string) => boolean;
  /** Bytes of MIME that a mailbox takes. */
  maxMessageSize: number;
  /** Bytes from which on an attachment may be uploaded in a session. */
  minUploadSize: number;
  /** Milliseconds until the next request that is not refused is answered. */
  latency: () => number;
  challenged: ChallengedTokens;
  /** Of the upload URLs, for a client that came by `origin`: another host than Graph's, as in the service (outlook.office.com). */
  uploadOrigin: (origin: string) => string;
}
