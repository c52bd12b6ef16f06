import type { Agent } from 'node:https';
import { configError } from './errors.js';
import { identityFromEnvironment, identityFromOptions } from './identity-options.js';
import type { LogOptions } from './log.js';
import { editDistance, isMailbox, shown } from './option-checks.js';
import type {
  ClientAssertionInfo,
  CloudName,
  CustomCloud,
  GraphTransportOptions,
  MailboxSelection,
  TokenCredentialLike,
} from './option-types.js';
import { refuseSmtpConfiguration, smtpOptions } from './smtp-options.js';

/** How the application proves who it is. */
export type Credential =
  | {
      kind: 'certificate';
      /** One or two files, or their contents. */
      source: { paths: string[] } | { contents: (string | Uint8Array)[] };
      /** The option or variable that it came from, for error messages. */
      from: string;
      password: string | undefined;
      sendChain: boolean;
    }
  | { kind: 'secret'; secret: string }
  | { kind: 'assertion'; sign: (info: ClientAssertionInfo) => Promise<string> };

/** Who signs in: an application of ours, or whoever hands over tokens. */
export type Identity =
  | { tenantId: string; clientId: string; credential: Credential }
  | { credential: { kind: 'azure'; source: TokenCredentialLike } }
  | { credential: { kind: 'token'; get: NonNullable<GraphTransportOptions['getToken']> } };

/** Options that Nodemailer itself acts upon, and never gets from a plugin. */
export interface MailerOptions {
  dkim?: GraphTransportOptions['dkim'];
  attachDataUrls?: boolean;
  disableFileAccess?: boolean;
  disableUrlAccess?: boolean;
  normalizeHeaderKey?: (key: string) => string;
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
  maxConnections: number | undefined;
  rateLimit: number | undefined;
  rateDelta: number;
  maxRecipients: number | undefined;
  proxy: string | false | undefined;
  agent: Agent | undefined;
  log: LogOptions;
  mailer: MailerOptions;
  /** SMTP options that were given and do nothing here. */
  ignored: string[];
}

const identityOptions = [
  'tenantId',
  'clientId',
  'certificatePath',
  'certificate',
  'certificatePassword',
  'sendCertificateChain',
  'clientSecret',
  'clientAssertion',
  'credential',
  'getToken',
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
  'maxConnections',
  'rateLimit',
  'rateDelta',
  'proxy',
  'agent',
  'logger',
  'debug',
  'component',
  'dkim',
  'attachDataUrls',
  'disableFileAccess',
  'disableUrlAccess',
  'normalizeHeaderKey',
  'maxRecipients',
] as const;

const knownOptions: readonly string[] = [...identityOptions, ...otherOptions];

export type {
  CloudName,
  CustomCloud,
  GraphMessageOptions,
  GraphTransportOptions,
  MailboxSelection,
} from './option-types.js';

/**
 * Checks what the user passed, once.
 * @throws GraphMailError `ECONFIG`, naming the option, what was given and what is expected
 */
export function settleOptions(options: GraphTransportOptions, env: NodeJS.ProcessEnv): Settings {
  if (typeof options !== 'object' || options === null) {
    throw configError(`graphTransport() expects an object with options, but was given ${shown(options)}.`);
  }
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== null),
  );
  const fromEnvironment = !identityOptions.some((name) => name in given);
  if (fromEnvironment) refuseSmtpConfiguration(given);
  const ignored = Object.keys(given).filter((name) => smtpOptions.has(name));
  for (const name of Object.keys(given)) if (!smtpOptions.has(name)) refuseUnknown(name);
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
    maxConnections: optionalNumber(given, 'maxConnections', 1),
    rateLimit: optionalNumber(given, 'rateLimit', 0) || undefined,
    rateDelta: wholeNumber(given, 'rateDelta', 1_000, 1),
    maxRecipients: optionalNumber(given, 'maxRecipients', 0) || undefined,
    ...checkConnection(given),
    log: checkLog(given),
    mailer: checkMailer(given),
    ignored,
  };
}

function checkConnection({ proxy, agent, cloud }: Record<string, unknown>): Pick<Settings, 'proxy' | 'agent'> {
  if (proxy !== undefined && proxy !== false && (typeof proxy !== 'string' || proxy === '')) {
    throw configError(
      `Option 'proxy' is ${typeof proxy}; expected a URL such as 'http://proxy.contoso.com:8080', or false.`,
    );
  }
  if (agent === undefined) return { proxy: proxy as string | false | undefined, agent };
  if (proxy)
    throw configError("Options 'agent' and 'proxy' contradict each other: an agent of your own makes the connections.");
  if ((cloud as CustomCloud | undefined)?.ca !== undefined) {
    throw configError("Options 'agent' and 'cloud.ca' contradict each other: give the CA to your agent.");
  }
  return { proxy: undefined, agent: agent as Agent };
}

function checkLog({ logger, debug, component }: Record<string, unknown>): LogOptions {
  if (logger !== undefined && typeof logger !== 'boolean' && (typeof logger !== 'object' || logger === null)) {
    throw configError(`Option 'logger' is ${shown(logger)}; expected true, false, or a bunyan-style logger.`);
  }
  expectType({ debug }, 'boolean');
  expectType({ component }, 'string');
  return { logger, debug, component } as LogOptions;
}

function checkMailer(given: Record<string, unknown>): MailerOptions {
  const { dkim, attachDataUrls, disableFileAccess, disableUrlAccess, normalizeHeaderKey } = given;
  expectType({ dkim }, 'object');
  expectType({ attachDataUrls, disableFileAccess, disableUrlAccess }, 'boolean');
  expectType({ normalizeHeaderKey }, 'function');
  const all = { dkim, attachDataUrls, disableFileAccess, disableUrlAccess, normalizeHeaderKey };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function expectType(options: Record<string, unknown>, type: 'boolean' | 'string' | 'object' | 'function'): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (typeof value === type && value !== null)) continue;
    throw configError(
      `Option '${name}' is ${shown(value)}; expected ${type === 'object' ? 'an object' : `a ${type}`}.`,
    );
  }
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
  const unknown = Object.keys(value).find((name) => !['authorityHost', 'graphHost', 'ca'].includes(name));
  if (unknown) throw configError(`Unknown option 'cloud.${unknown}'; a cloud has authorityHost, graphHost and ca.`);
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

/** Options that are a time. */
const inMilliseconds: ReadonlySet<string> = new Set(['timeout', 'maxWait', 'rateDelta']);
const longestTimer = 2 ** 31 - 1;

export function optionalNumber(given: Record<string, unknown>, name: string, least: number): number | undefined {
  return given[name] === undefined ? undefined : wholeNumber(given, name, least, least);
}

function wholeNumber(given: Record<string, unknown>, name: string, fallback: number, least: number): number {
  const value = given[name] ?? fallback;
  const unit = inMilliseconds.has(name) ? ' of milliseconds' : '';
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= longestTimer) return value;
  throw configError(`Option '${name}' is ${shown(value)}; expected a whole number${unit}, ${least} or more.`);
}
