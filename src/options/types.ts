import type { Agent } from 'node:https';
import type { SendMailOptions } from 'nodemailer';
import type { GraphMailError } from '../common/errors.js';
import type { BunyanLogger } from '../common/log.js';

/**
 * A cloud of Microsoft by name; hosts as on its pages "National cloud deployments" (Graph) and "National clouds" (Entra).
 * Tenants in GCC use `'global'`, those in GCC High `'usgov'`.
 */
export type CloudName = 'global' | 'usgov' | 'usgov-dod' | 'china';

/** Hosts of a cloud that has no name here, or of a sandbox. */
export interface CustomCloud {
  /** Where tokens come from, for instance `https://login.microsoftonline.com`. `https:` only. */
  authorityHost: string;
  /** Where mail goes, for instance `https://graph.microsoft.com`; the token's scope is this host's `/.default`. */
  graphHost: string;
  /** PEM certificates to trust for these hosts besides Node's own. */
  ca?: string | undefined;
}

/** What a `mailbox` function is given: Nodemailer's message object, of which `data` is what was passed to `sendMail`. */
export interface MailboxSelection {
  // biome-ignore lint/suspicious/noExplicitAny: message data is whatever the caller and Nodemailer's plugins put there
  data: Record<string, any>;
}

/** Options of {@link graphTransport}. */
export interface GraphTransportOptions {
  /**
   * Directory (tenant) id, or a verified domain of the tenant. With no identity option at all, the whole identity is read
   * from the environment (`AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, …): never half from here and half from there.
   */
  tenantId?: string | undefined;
  /** Application (client) id of the app registration. */
  clientId?: string | undefined;
  /**
   * Path of a PEM file that holds the certificate and its private key (RSA, 2048 bits or more), or of a PFX (.pfx, .p12);
   * or two paths, where certificate and key are files of their own. A PEM is checked at construction, a PFX at first use
   * or by `verify()`. A file that was replaced is read again before the token is next renewed.
   */
  certificatePath?: string | readonly string[] | undefined;
  /** The same without files: PEM text, or a PFX as bytes or in base64 (as Azure Key Vault keeps it). */
  certificate?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Password of an encrypted private key or PFX. */
  certificatePassword?: string | undefined;
  /**
   * Put the certificate chain (`x5c`) in the assertion, which subject-name/issuer trust needs.
   * @default false
   */
  sendCertificateChain?: boolean | undefined;
  /** A client secret instead of a certificate. Discouraged: it is a password, and it expires unnoticed. */
  clientSecret?: string | undefined;
  /**
   * Signs the client assertion where the key is kept, for instance in a vault: given client id and token endpoint, returns
   * the signed JWT. Called only when a token is really requested, about once an hour.
   */
  clientAssertion?: ((info: ClientAssertionInfo) => Promise<string>) | undefined;
  /**
   * Any Azure `TokenCredential`, such as `DefaultAzureCredential` or a managed identity, by shape. Instead of `tenantId`,
   * `clientId` and a certificate.
   */
  credential?: TokenCredentialLike | undefined;
  /**
   * Gives a Graph token in any other way. A bare string is taken to be valid for five minutes; give `expiresOnTimestamp`
   * (ms since the epoch) where it is known. Instead of `tenantId`, `clientId` and a certificate.
   */
  getToken?: (() => Promise<string | { token: string; expiresOnTimestamp: number }>) | undefined;
  /**
   * **Required.** Whose mailbox sends: an address or object id; a function of the message; or `'from'`, which takes the
   * address in `From` and needs {@link allowedMailboxes}. An app-only token may post to any mailbox that the tenant lets
   * it use, so the choice is the configuration's, never that of a mail's `From`.
   */
  mailbox?: string | ((mail: MailboxSelection) => string) | undefined;
  /**
   * The only mailboxes that `'from'`, a function or a message's own `graph.mailbox` may name: addresses, `*@domain`, or a
   * predicate over the lower-cased address.
   */
  allowedMailboxes?: string | readonly string[] | ((mailbox: string) => boolean) | undefined;
  /**
   * Further names of mailboxes (object id, user principal name, other addresses), each with the name that it is to be counted
   * under: `{ '48d31887-5fad-4d73-a9f5-3c356e68a038': 'noreply@contoso.com' }`. Graph's limits are a mailbox's, whatever it is
   * called in a request, so a program that calls one mailbox by several names says so here; it counts for all transports of
   * the process. Without it an object id and an address are two mailboxes until an answer of Graph names both, which the
   * answer to `sendMail` never does. Throws `ECONFIG` for what is no address or object id.
   * @default none
   */
  mailboxNames?: Readonly<Record<string, string>> | undefined;
  /**
   * Which cloud the tenant lives in. It takes the place of `AZURE_AUTHORITY_HOST`, `GRAPH_MAIL_GRAPH_HOST` and `GRAPH_MAIL_CA` (PEM text, or the
   * path of a PEM file: certificate authorities to trust besides Node's own), which are read where identity and cloud both come from the environment.
   * @default 'global'
   */
  cloud?: CloudName | CustomCloud | undefined;
  /**
   * Requests in flight to one mailbox, for all transports of the process together. Graph allows 4 per application and mailbox
   * (Graph throttling limits, Outlook service); with n replicas of a program, give each 4 ÷ n. Where transports differ, the
   * smallest number counts, and the process is warned once.
   * @default 4
   */
  mailboxConcurrency?: number | undefined;
  /**
   * Milliseconds for one request, from connecting to the last byte of the answer; and for one call of `onDraft`,
   * `onAttempt`, `onNotSent` or `onWithdraw`.
   * @default 100_000
   */
  timeout?: number | undefined;
  /**
   * Attempts after the first, made only for what was surely not sent.
   * @default 5
   */
  maxRetries?: number | undefined;
  /**
   * Milliseconds that one message may spend waiting to be tried again, in total. A `Retry-After` beyond it fails at once.
   * @default 300_000
   */
  maxWait?: number | undefined;
  /**
   * Bytes of HTTP body that Graph takes. It documents "4 MB"; reports put the limit at 4,194,304.
   * @default 4_000_000
   */
  maxRequestSize?: number | undefined;
  /**
   * How a message goes out. `'direct'`: in one request. `'draft'`: a draft is made and then sent, which can be repeated
   * after a doubtful answer, since a draft goes out once at most; needs Mail.ReadWrite besides Mail.Send, and twice the
   * requests. That the second sending of a draft finds nothing is reported, not documented. (fact draft-5)
   * @default 'direct'
   */
  delivery?: 'direct' | 'draft' | undefined;
  /**
   * What becomes of a message when it is not known whether it was sent. `'fail'`: an error with the outcome `'unknown'`.
   * `'verify'`: its Message-ID is looked for in Sent Items for {@link verifyWindow}, and only when it is not found there it
   * fails; needs Mail.ReadBasic.All or Mail.Read besides.
   * @default 'fail'
   */
  onUnknown?: 'fail' | 'verify' | undefined;
  /**
   * Milliseconds to look for a message in Sent Items, where it comes with delay.
   * @default 60_000
   */
  verifyWindow?: number | undefined;
  /**
   * What becomes of a message that does not fit into {@link maxRequestSize}. `'reject'`: it is refused. `'upload'`: a draft
   * is made without its heavy attachments, these are uploaded, and the draft is sent; needs Mail.ReadWrite
   * besides. A session takes 150 MB of file, but Exchange's largest message of 150 MB holds only about 112 MB of files, since
   * base64 counts (Exchange Online limits, "Message limits"). Messages that would not stay what they are (signed, encrypted, `raw`) are refused all the same.
   * @default 'reject'
   */
  largeMessages?: 'reject' | 'upload' | undefined;
  /**
   * Bytes of request that may go to one mailbox in any five minutes; what exceeds that waits. Graph allows 150 MB per
   * application and mailbox (Graph throttling limits, Outlook service). `false` sets no limit. For all transports of the
   * process together, as {@link mailboxConcurrency} is.
   * @default 150_000_000
   */
  uploadBudget?: number | false | undefined;
  /**
   * Called with a draft's id and Message-ID before the draft is sent, and waited for, so that a journal can settle a crash
   * in between. When it throws or takes longer than {@link timeout}, the message is not sent.
   */
  onDraft?: ((id: string, messageId: string) => void | Promise<void>) | undefined;
  /**
   * Requests in flight for the whole transport, over all mailboxes: the SMTP pool's name and meaning.
   * @default none
   */
  maxConnections?: number | undefined;
  /**
   * Messages that the whole transport may start to send in any {@link rateDelta} milliseconds, as in the SMTP pool.
   * @default none
   */
  rateLimit?: number | undefined;
  /**
   * Milliseconds for {@link rateLimit}.
   * @default 1_000
   */
  rateDelta?: number | undefined;
  /**
   * URL of an HTTP proxy (`http://` or `https://`, with user and password if it wants them), for token and mail alike.
   * `false` ignores the environment.
   * @default `HTTPS_PROXY`, unless `NO_PROXY` excludes the host
   */
  proxy?: string | false | undefined;
  /**
   * Your own `https.Agent`, used as it is; then `proxy`, `cloud.ca` and the retirement of idle connections are yours too. Deno takes one with
   * `keepAlive: false` only, because it sends a request again by itself when a kept connection breaks.
   */
  agent?: Agent | undefined;
  /** A bunyan-style logger, or `true` for the console, as in Nodemailer's SMTP transports. Never told a secret or a body. */
  logger?: BunyanLogger | boolean | undefined;
  /**
   * Log each request too.
   * @default false
   */
  debug?: boolean | undefined;
  /**
   * Component name in log lines.
   * @default 'graph-transport'
   */
  component?: string | undefined;
  /**
   * DKIM keys, as in Nodemailer. Exchange may change a message after it was signed, and signs with its own keys.
   * (fact header-7)
   */
  dkim?: SendMailOptions['dkim'];
  /** Turn `data:` images in HTML into inline attachments, as in Nodemailer. */
  attachDataUrls?: boolean | undefined;
  /** Refuse messages whose content is a file path, as in Nodemailer. */
  disableFileAccess?: boolean | undefined;
  /** Refuse messages whose content is a URL, as in Nodemailer. */
  disableUrlAccess?: boolean | undefined;
  /** Spells header names, as in Nodemailer. */
  normalizeHeaderKey?: ((key: string) => string) | undefined;
  /**
   * Recipients allowed on one message over To, Cc and Bcc, each counted once; more are refused with `EMAXRECIPIENTS`.
   * 0 means no limit. Exchange Online takes 500 unless the mailbox is set otherwise, and 1000 at most (Exchange Online
   * limits, "Recipient limit"); a message with more is accepted and bounces for all of them.
   * @default 1000
   */
  maxRecipients?: number | undefined;
  /**
   * The application that may search Exchange's message trace, which `settle({ by: 'trace' })` and `traceMessages()` do: another
   * registration than the one that sends, in the same tenant, with `ExchangeMessageTrace.Read.All` (Graph documentation, "List
   * messageTraces"). That permission shows who wrote to whom in the whole tenant, which a sending application should not see.
   * Throws `ECONFIG` when it is the sending application itself, and in any but the worldwide cloud, which alone has message trace.
   * @default none: message trace is not asked
   */
  trace?: TraceOptions | undefined;
}

/**
 * How the application of {@link GraphTransportOptions.trace} signs in: options of the same names and meanings, given whole. The
 * tenant is that of the transport; with `credential` or `getToken` there, it is one of these here too.
 */
export type TraceOptions = Pick<
  GraphTransportOptions,
  | 'clientId'
  | 'certificatePath'
  | 'certificate'
  | 'certificatePassword'
  | 'sendCertificateChain'
  | 'clientSecret'
  | 'clientAssertion'
  | 'credential'
  | 'getToken'
>;

/** What a {@link GraphTransportOptions.clientAssertion} function is told. */
export interface ClientAssertionInfo {
  /** Issuer and subject of the assertion. */
  clientId: string;
  /** Audience of the assertion. */
  tokenEndpoint: string;
}

/** The part of Azure's `TokenCredential` that is used. */
export interface TokenCredentialLike {
  getToken(
    scopes: string | string[],
    options?: { claims?: string },
  ): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

/** What `sendMail({ …, graph })` may say about one message. */
export interface GraphMessageOptions {
  /** The mailbox that sends this message, instead of the configured one; must be among `allowedMailboxes`. */
  mailbox?: string | undefined;
  /** {@link GraphTransportOptions.delivery} for this message. */
  delivery?: 'direct' | 'draft' | undefined;
  /** {@link GraphTransportOptions.onUnknown} for this message. */
  onUnknown?: 'fail' | 'verify' | undefined;
  /** {@link GraphTransportOptions.largeMessages} for this message. */
  largeMessages?: 'reject' | 'upload' | undefined;
  /**
   * {@link GraphTransportOptions.maxRetries} for this message. With 0, a message that is refused for now comes back at once
   * as not sent, with `retryAfter` where Graph said when, for callers with a queue of their own. (A token that Graph does not
   * accept is renewed once all the same.)
   */
  maxRetries?: number | undefined;
  /**
   * Milliseconds that this message may spend waiting, in total: between two attempts, and unlike
   * {@link GraphTransportOptions.maxWait} also at the gate, before the first attempt as well: for its turn at the mailbox,
   * for one of the transport's `maxConnections`, for `rateLimit`, for `uploadBudget`, and while the mailbox is paused. When
   * they are over it fails as not sent, with `retryAfter` where the mailbox is paused. Time that a request itself takes does
   * not count.
   * @default none for the gate, and that of the transport between two attempts
   */
  maxWait?: number | undefined;
  /**
   * Called and waited for just before each request that may send this message: what a journal must know of the message, to
   * settle a crash with `settle()`. When it throws or takes longer than {@link GraphTransportOptions.timeout}, the request is
   * not made and the message fails as not sent, unless an earlier request is in doubt. With drafts it comes after
   * {@link GraphTransportOptions.onDraft}. As long as it runs it holds one of the mailbox's request slots, so it must not wait for
   * another message of that mailbox.
   */
  onAttempt?: ((attempt: SendAttempt) => void | Promise<void>) | undefined;
  /**
   * Called and waited for when the request that {@link onAttempt} was told of last surely did not send the message (it was
   * refused for now, never left, or was not made after all) and another is to follow, before anything is waited for: a journal
   * can note that nothing is under way. Not called for the last request, of which `sendMail` itself tells; nor after one that
   * may have sent the message (that of a draft is repeated). When it throws or takes longer than
   * {@link GraphTransportOptions.timeout}, no other request is made, and the message fails as not sent.
   */
  onNotSent?: ((attempt: SendAttempt, error: GraphMailError) => void | Promise<void>) | undefined;
  /**
   * Called and waited for before a draft is deleted that {@link onAttempt} was told of and that surely was not sent, so that
   * a journal does not take the missing draft for one that went out. When it throws or takes longer than
   * {@link GraphTransportOptions.timeout}, the draft is left in Drafts.
   */
  onWithdraw?: ((draftId: string) => void | Promise<void>) | undefined;
}

/** A message that is about to be sent. */
export interface SendAttempt {
  /**
   * Which one of this message it is, from 1. A request that was not made after all has a number too, so that the last may be
   * higher than `attempts` of the result.
   */
  attempt: number;
  /** The mailbox that sends it. */
  mailbox: string;
  /** With angle brackets, as it stands in the bytes. */
  messageId: string;
  /** The draft that is about to be sent; missing where the message goes out in one request. */
  draftId?: string;
}
