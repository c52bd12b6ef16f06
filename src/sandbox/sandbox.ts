import type { SandboxStats } from './api/inbox-service.js';
import type { MessageFilter } from './api/message-filter.js';
import type { WaitOptions } from './api/message-waits.js';
import type { RequestFilter } from './api/request-routes.js';
import type { SandboxMessage } from './api/sandbox-message.js';
import type { ActiveFault } from './faults/fault-list.js';
import type { FaultRule } from './faults/fault-rule.js';
import type { ScenarioName } from './faults/scenarios.js';
import type { RequestLogEntry } from './http/request-log.js';
import type { SandboxTenant } from './tenant/sandbox-tenant.js';
import type { ThrottlingView } from './throttling/throttle.js';

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
  /** Drafts, and what is sent but on its way: it waits for its turn (`messageRate`) or for `sentItemsDelay`. */
  drafts: FolderItem[];
  sentItems: FolderItem[];
  /** What came, reports of non-delivery included. */
  inbox: FolderItem[];
  deletedItems: FolderItem[];
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
  /** Origin of Entra and Graph: `https://localhost:PORT`, or with `host` in place of localhost. */
  readonly url: string;
  /** The same over plain HTTP, `http://localhost:PORT`; undefined without `httpPort`. */
  readonly httpUrl: string | undefined;
  /** The inbox page: `http://127.0.0.1:PORT/`. */
  readonly inboxUrl: string;
  /** The certificate authority to trust, PEM. Made at every start unless `identity` was given. */
  readonly ca: string;
  /**
   * What the option `identity` of a later start takes, PEM: certificate of the authority, certificate and private key of
   * the server, and the authority's private key, for a server of other names. Private: keep it in a file of mode 0600.
   */
  readonly identity: string;
  /** What was submitted, newest last. Rejects when the filter is wrong. */
  messages(filter?: MessageFilter): Promise<SandboxMessage[]>;
  /**
   * Resolves to the newest message that fits, at once when there is one, otherwise when it comes; with `after` to the first
   * that came after it. Rejects when none came within `timeout`, with an Error that tells what came instead, when the
   * sandbox is closed, and when an option is wrong.
   */
  waitFor(options: WaitOptions): Promise<SandboxMessage>;
  /**
   * The requests to the HTTPS side, oldest first; at most the newest, twice as many as the option `keep`. Throws when the
   * filter is wrong.
   */
  requests(filter?: RequestFilter): RequestLogEntry[];
  stats(): SandboxStats;
  /** How near the mailboxes are to Graph's limits. */
  throttling(): ThrottlingView;
  /** The folders of a mailbox, by address or object id. Throws when the tenant has none of that name. */
  mailbox(address: string): MailboxView;
  /**
   * Forgets messages, drafts, upload sessions, requests, counts and faults. Tokens stay valid; a scenario stays and begins
   * anew.
   */
  clear(): void;
  /** Scripts a fault; the returned function takes it back. Throws when the rule is wrong or would do nothing. */
  fault(rule: FaultRule): () => void;
  /** The rules that may still be applied, in the order in which they are tried; those of the scenario come last. */
  faults(): ActiveFault[];
  /**
   * Plays a scenario: its rules replace those of the scenario before, and are applied where no rule of `fault()` and no
   * magic recipient is. `undefined` ends it. Throws when there is none of that name.
   */
  scenario(name: ScenarioName | undefined): void;
  /** The tenant, to be looked at and changed while the sandbox runs. */
  readonly tenant: SandboxTenant;
  /** Registers the certificates in a PEM text for an application (default: the first). Throws when it is unknown. */
  registerCertificate(pem: string, clientId?: string): void;
  /** Every access token issued so far is answered 401 from now on; the same as `tenant.revokeTokens()`. */
  revokeTokens(): void;
  /** Closes listeners and connections and drops timers. May be called again. */
  close(): Promise<void>;
}
