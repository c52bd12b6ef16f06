import type { MessageFilter, SandboxMessage } from './exchange/sandbox-message.js';
import type { FaultRule } from './faults/fault-rule.js';
import type { SandboxStats } from './inbox/stats.js';
import type { RequestLogEntry } from './wire/request-log.js';

/** A message in a folder. */
export interface FolderItem {
  /** Changes when the item moves to another folder, and when a draft is sent. */
  id: string;
  messageId: string;
  /**
   * As uploaded in Drafts and Sent Items, with the attachments that were added since; as delivered (without Bcc) in the
   * Inbox.
   */
  raw: Buffer;
}

/** What lies in a mailbox, oldest first. */
export interface MailboxView {
  /** The object id of the user. */
  id: string;
  address: string;
  /** Drafts, and what is sent but on its way for `sentItemsDelay`. */
  drafts: FolderItem[];
  sentItems: FolderItem[];
  inbox: FolderItem[];
}

/** The options that a Graph mail client needs to send through this sandbox. */
export interface SandboxClientOptions {
  tenantId: string;
  clientId: string;
  /** PEM: certificate and key, or what was passed as `certificate`. */
  certificate: string;
  mailbox: string;
  cloud: { authorityHost: string; graphHost: string; ca: string };
}

/** A running sandbox. */
export interface Sandbox extends AsyncDisposable {
  /** What `graphTransport()` needs to send through this sandbox. */
  readonly options: SandboxClientOptions;
  /** Origin of Entra and Graph: `https://localhost:PORT`. */
  readonly url: string;
  /** The inbox page: `http://127.0.0.1:PORT/`. */
  readonly inboxUrl: string;
  /** The certificate authority to trust, PEM. Made at every start unless `identity` was given. */
  readonly ca: string;
  /**
   * What the option `identity` of a later start takes, PEM: certificate of the authority, certificate and private key of
   * the server. Private: keep it in a file of mode 0600. The authority's key is not in it: it was dropped.
   */
  readonly identity: string;
  /** What was submitted, newest last. */
  messages(filter?: MessageFilter): Promise<SandboxMessage[]>;
  /** The requests to the HTTPS side, oldest first; at most the newest 10,000. */
  requests(): RequestLogEntry[];
  stats(): SandboxStats;
  /** The folders of a mailbox, by address or object id. Throws when the tenant has none of that name. */
  mailbox(address: string): MailboxView;
  /** Forgets messages, drafts, upload sessions, requests, counts and faults. Tokens stay valid. */
  clear(): void;
  /** Scripts a fault; the returned function takes it back. Throws when the rule is wrong or would do nothing. */
  fault(rule: FaultRule): () => void;
  /** Registers the certificates in a PEM text for an application (default: the first). Throws when it is unknown. */
  registerCertificate(pem: string, clientId?: string): void;
  /** Every access token issued so far is answered 401 from now on. */
  revokeTokens(): void;
  /** Closes listeners and connections and drops timers. May be called again. */
  close(): Promise<void>;
}
