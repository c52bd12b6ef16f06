import { configError } from './errors.js';
import { identityFromEnvironment, identityFromOptions } from './identity-options.js';
import { editDistance, isMailbox, shown } from './option-checks.js';

/** A national cloud by name; hosts as in Microsoft's "National cloud deployments" page. */
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
  /** Path of a PEM file that holds the certificate and its private key (RSA, 2048 bits or more). Read at construction. */
  certificatePath?: string | undefined;
  /** The same as text or bytes, for hosts without files. */
  certificate?: string | Uint8Array | undefined;
  /** Password of an encrypted private key. */
  certificatePassword?: string | undefined;
  /**
   * Put the certificate chain (`x5c`) in the assertion, which subject-name/issuer trust needs.
   * @default false
   */
  sendCertificateChain?: boolean | undefined;
  /** A client secret instead of a certificate. Discouraged: it is a password, and it expires unnoticed. */
  clientSecret?: string | undefined;
  /**
   * **Required.** Whose mailbox sends: an address or object id; a function of the message; or `'from'`, which takes the
   * address in `From` and needs {@link allowedMailboxes}. An app-only token may post to any mailbox that the tenant lets
   * it use, so the choice is the configuration's, never that of whoever filled in a mail's `From`.
   */
  mailbox?: string | ((mail: MailboxSelection) => string) | undefined;
  /**
   * The only mailboxes that `'from'`, a function or a message's own `graph.mailbox` may name: addresses, `*@domain`, or a
   * predicate over the lower-cased address.
   */
  allowedMailboxes?: string | readonly string[] | ((mailbox: string) => boolean) | undefined;
  /**
   * Which cloud the tenant lives in.
   * @default 'global'
   */
  cloud?: CloudName | CustomCloud | undefined;
  /**
   * Requests in flight to one mailbox. Graph allows 4 per application and mailbox (Graph throttling limits, Outlook
   * service); with n replicas of a program, give each 4 ÷ n.
   * @default 4
   */
  mailboxConcurrency?: number | undefined;
  /**
   * Milliseconds for one request, from connecting to the last byte of the answer.
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
}

/** What `sendMail({ …, graph })` may say about one message. */
export interface GraphMessageOptions {
  /** The mailbox that sends this message, instead of the configured one; must be among `allowedMailboxes`. */
  mailbox?: string | undefined;
}

/** How the application proves who it is. */
export type Credential =
  | {
      kind: 'certificate';
      source: { path: string } | { text: string };
      /** The option or variable that it came from, for error messages. */
      from: string;
      password: string | undefined;
      sendChain: boolean;
    }
  | { kind: 'secret'; secret: string };

export interface Identity {
  tenantId: string;
  clientId: string;
  credential: Credential;
}

/** The options after they were checked, with nothing left to decide. */
export interface Settings {
  identity: Identity;
  mailbox: string | ((mail: MailboxSelection) => string);
  allowedMailboxes: readonly string[] | ((mailbox: string) => boolean) | undefined;
  cloud: CloudName | CustomCloud;
  mailboxConcurrency: number;
  timeout: number;
  maxRetries: number;
  maxWait: number;
  maxRequestSize: number;
}

const identityOptions = [
  'tenantId',
  'clientId',
  'certificatePath',
  'certificate',
  'certificatePassword',
  'sendCertificateChain',
  'clientSecret',
] as const;

const otherOptions = [
  'mailbox',
  'allowedMailboxes',
  'cloud',
  'mailboxConcurrency',
  'timeout',
  'maxRetries',
  'maxWait',
  'maxRequestSize',
] as const;

const knownOptions: readonly string[] = [...identityOptions, ...otherOptions];

/**
 * Checks what the user passed, once.
 * @throws GraphMailError `ECONFIG`, naming the option, what was given and what is expected
 */
export function settleOptions(options: GraphTransportOptions, env: NodeJS.ProcessEnv): Settings {
  if (typeof options !== 'object' || options === null) {
    throw configError(`graphTransport() expects an object with options, but was given ${shown(options)}.`);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  for (const name of Object.keys(given)) refuseUnknown(name);
  const fromEnvironment = !identityOptions.some((name) => name in given);
  const identity = fromEnvironment ? identityFromEnvironment(env) : identityFromOptions(given);
  const mailbox = given.mailbox ?? (fromEnvironment ? env.GRAPH_MAIL_MAILBOX : undefined);
  const allowedMailboxes = checkAllowedMailboxes(given.allowedMailboxes);
  return {
    identity,
    mailbox: checkMailbox(mailbox, allowedMailboxes !== undefined, fromEnvironment),
    allowedMailboxes,
    cloud: checkCloud(given.cloud ?? (fromEnvironment ? cloudFromEnvironment(env) : 'global')),
    mailboxConcurrency: wholeNumber(given, 'mailboxConcurrency', 4, 1),
    timeout: wholeNumber(given, 'timeout', 100_000, 1),
    maxRetries: wholeNumber(given, 'maxRetries', 5, 0),
    maxWait: wholeNumber(given, 'maxWait', 300_000, 0),
    maxRequestSize: wholeNumber(given, 'maxRequestSize', 4_000_000, 1),
  };
}

function refuseUnknown(name: string): void {
  if (knownOptions.includes(name)) return;
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
  const meant = knownOptions.find(
    (known) => plain(known) === plain(name) || editDistance(plain(known), plain(name)) <= 2,
  );
  throw configError(
    `Unknown option '${name}'${meant ? `: did you mean '${meant}'?` : '.'}`,
    `graphTransport() knows: ${knownOptions.join(', ')}.`,
  );
}

export function checkMailbox(value: unknown, restricted: boolean, fromEnvironment: boolean): Settings['mailbox'] {
  if (value === undefined || value === '') {
    throw configError(
      `Option 'mailbox' is missing: whose mailbox sends?${fromEnvironment ? ' (Neither the option nor GRAPH_MAIL_MAILBOX is set.)' : ''}`,
      "Give the sending mailbox's address or object id, for instance mailbox: 'noreply@contoso.com'.",
    );
  }
  if (typeof value === 'function') return value as (mail: MailboxSelection) => string;
  if (value === 'from') {
    if (restricted) return value;
    throw configError(
      "Option mailbox: 'from' needs allowedMailboxes: without it, whoever fills in From would choose the mailbox.",
      "Add for instance allowedMailboxes: ['noreply@contoso.com', '*@sales.contoso.com'].",
    );
  }
  if (typeof value === 'string' && isMailbox(value)) return value;
  throw configError(
    `Option 'mailbox' is ${shown(value)}; expected a bare address such as 'noreply@contoso.com', an object id, 'from', or a function.`,
  );
}

export function checkAllowedMailboxes(value: unknown): Settings['allowedMailboxes'] {
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as (mailbox: string) => boolean;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw configError("Option 'allowedMailboxes' is an empty list: no mailbox could send.");
  for (const entry of list) {
    if (typeof entry === 'string' && (isMailbox(entry) || /^\*@[^\s@*]+$/.test(entry))) continue;
    throw configError(
      `Option 'allowedMailboxes' holds ${shown(entry)}; expected addresses, object ids, '*@domain', or one predicate function.`,
    );
  }
  return list as string[];
}

function checkCloud(value: unknown): Settings['cloud'] {
  if (value === 'global' || value === 'usgov' || value === 'usgov-dod' || value === 'china') return value;
  if (typeof value !== 'object' || value === null) {
    throw configError(
      `Option 'cloud' is ${shown(value)}; expected 'global', 'usgov', 'usgov-dod', 'china', or { authorityHost, graphHost }.`,
    );
  }
  const { authorityHost, graphHost, ca } = value as Record<string, unknown>;
  if (ca !== undefined && (typeof ca !== 'string' || !ca.includes('-----BEGIN CERTIFICATE-----'))) {
    throw configError(`Option 'cloud.ca' is ${shown(ca)}; expected certificates as PEM text.`);
  }
  return {
    authorityHost: httpsOrigin('authorityHost', authorityHost),
    graphHost: httpsOrigin('graphHost', graphHost),
    ca,
  };
}

function httpsOrigin(name: string, value: unknown): string {
  const text = typeof value === 'string' && !value.includes('://') ? `https://${value}` : value;
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.pathname === '/' && !url.search && !url.username) return url.origin;
  throw configError(
    `Option 'cloud.${name}' is ${shown(value)}; expected a host over https, such as 'https://graph.microsoft.com'.`,
  );
}

/**
 * `AZURE_AUTHORITY_HOST` names only where tokens come from; Graph's host follows from it, or stands in
 * `GRAPH_MAIL_GRAPH_HOST`.
 */
function cloudFromEnvironment(env: NodeJS.ProcessEnv): CloudName | { authorityHost: string; graphHost: string } {
  const authorityHost = env.AZURE_AUTHORITY_HOST || 'https://login.microsoftonline.com';
  const graphHost = env.GRAPH_MAIL_GRAPH_HOST;
  if (graphHost) return { authorityHost, graphHost };
  const host = authorityHost
    .replace(/^https:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  if (host === 'login.microsoftonline.com') return 'global';
  if (host === 'login.microsoftonline.us') return 'usgov';
  if (host === 'login.chinacloudapi.cn' || host === 'login.partner.microsoftonline.cn') return 'china';
  throw configError(
    `AZURE_AUTHORITY_HOST is ${shown(authorityHost)}, whose Graph host is not known.`,
    "Set GRAPH_MAIL_GRAPH_HOST beside it, or pass the option cloud: { authorityHost: 'https://…', graphHost: 'https://…' }.",
  );
}

const longestTimer = 2 ** 31 - 1;

export function wholeNumber(given: Record<string, unknown>, name: string, fallback: number, least: number): number {
  const value = given[name] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= longestTimer) return value;
  throw configError(`Option '${name}' is ${shown(value)}; expected a whole number, ${least} or more.`);
}
