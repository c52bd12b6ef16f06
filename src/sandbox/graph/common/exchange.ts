import type { ChallengedTokens } from '../../entra/access-tokens.js';
import type { FaultList } from '../../faults/fault-list.js';
import type { Answer } from '../../http/answer.js';
import type { Call } from '../../http/call.js';
import { type Denial, isDenial, itemNotFound, notADraft } from '../../http/graph-errors.js';
import type { Application } from '../../model/application.js';
import type { Item } from '../../model/item.js';
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

/** A request that may use the mailbox it names. */
export interface MailboxCall {
  call: Call;
  application: Application;
  mailbox: Mailbox;
  parameters: Record<string, string>;
  body: Buffer;
  /** The id of the access token that was shown. */
  tokenId: string;
  /** The application permissions that it has for this mailbox, by its token and by assignments. */
  roles: readonly string[];
}

/** What can be done with a mailbox under `/users/{user}`. */
export interface MailboxOperation {
  /** The application permissions of which one is needed. */
  roles: readonly string[];
  /** Whether a body that is too large may be answered 200 and then do nothing. */
  vanishes?: boolean;
  answer: (request: MailboxCall) => Promise<Answer>;
}

/** The `@odata.context` of an answer about something of a mailbox, such as `messages/$entity`. */
export function odataContext({ origin }: Pick<Call, 'origin'>, mailbox: Mailbox, of: string): string {
  return `${origin}/v1.0/$metadata#users('${mailbox.id}')/${of}`;
}

/** The message that the path names. */
export function findItem({ mailbox, parameters }: MailboxCall, { store }: Exchange): Item | Denial {
  return store.item(mailbox, parameters.id ?? '') ?? itemNotFound;
}

/** The message that the path names, if it was not sent yet. */
export function findDraft(request: MailboxCall, exchange: Exchange): Item | Denial {
  const item = findItem(request, exchange);
  return isDenial(item) || exchange.store.isDraft(item) ? item : notADraft;
}

/** The application permissions that read messages with their body, and attachments. */
export const READ_ROLES: readonly string[] = ['Mail.Read', 'Mail.ReadWrite'];

/**
 * Those that read messages at least without it (Graph documentation, "Permissions reference").
 * (facts lookup-3, lookup-7)
 */
export const READ_BASIC_ROLES: readonly string[] = ['Mail.ReadBasic', 'Mail.ReadBasic.All', ...READ_ROLES];

export function mayReadBody({ roles }: MailboxCall): boolean {
  return roles.some((role) => READ_ROLES.includes(role));
}
