import type { Agent } from 'node:https';
import { editDistance } from '../common/edit-distance.js';
import { environmentVariable } from '../common/environment.js';
import { configError } from '../common/errors.js';
import type { LogOptions } from '../common/log.js';
import { mostRecipients } from '../common/recipient-limits.js';
import { authoritiesFromEnvironment, checkCloud, checkTraceCloud, cloudFromEnvironment } from './clouds.js';
import {
  identityFromEnvironment,
  identityFromOptions,
  signInOptions,
  traceIdentityFromEnvironment,
  traceIdentityFromOptions,
} from './identity.js';
import { checkAllowedMailboxes, checkMailbox, checkMailboxNames } from './mailbox.js';
import { chosen, wrongChoice } from './message-options.js';
import type { Identity, MailerOptions, SendingChoices, Settings } from './settings.js';
import { shown, shownName } from './shown-value.js';
import type { CustomCloud, GraphTransportOptions } from './types.js';

const identityOptions = ['tenantId', ...signInOptions] as const;

const otherOptions = [
  'mailbox',
  'allowedMailboxes',
  'mailboxNames',
  'cloud',
  'mailboxConcurrency',
  'timeout',
  'maxRetries',
  'maxWait',
  'maxRequestSize',
  'delivery',
  'onUnknown',
  'verifyWindow',
  'largeMessages',
  'uploadBudget',
  'onDraft',
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
  'trace',
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
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== null),
  );
  const fromEnvironment = !identityOptions.some((name) => name in given);
  if (fromEnvironment) refuseSmtpConfiguration(given);
  const ignored = Object.keys(given).filter((name) => smtpOptions.has(name));
  for (const name of Object.keys(given)) if (!smtpOptions.has(name)) refuseUnknown(name);
  const identity = fromEnvironment ? identityFromEnvironment(env) : identityFromOptions(given);
  const mailboxFromEnvironment = fromEnvironment && given.mailbox === undefined;
  const mailbox = mailboxFromEnvironment ? environmentVariable(env, 'GRAPH_MAIL_MAILBOX') : given.mailbox;
  const allowedMailboxes = checkAllowedMailboxes(given.allowedMailboxes);
  const maxRequestSize = wholeNumber(given, 'maxRequestSize', 4_000_000, 1);
  const cloudFromVariables = fromEnvironment && given.cloud === undefined;
  const cloud = cloudFromVariables ? checkCloud(cloudFromEnvironment(env), true) : checkCloud(given.cloud ?? 'global');
  const trace = checkTrace(given.trace, identity, fromEnvironment ? env : {});
  if (trace) checkTraceCloud(cloud);
  return {
    identity,
    trace,
    mailbox: checkMailbox(mailbox, allowedMailboxes !== undefined, mailboxFromEnvironment),
    allowedMailboxes,
    mailboxNames: checkMailboxNames(given.mailboxNames),
    cloud,
    // An agent makes its connections by itself.
    ca: cloudFromVariables && given.agent === undefined ? authoritiesFromEnvironment(env) : undefined,
    mailboxConcurrency: wholeNumber(given, 'mailboxConcurrency', 4, 1),
    timeout: wholeNumber(given, 'timeout', 100_000, 1),
    maxRetries: wholeNumber(given, 'maxRetries', 5, 0),
    maxWait: wholeNumber(given, 'maxWait', 300_000, 0),
    maxRequestSize,
    ...checkChoices(given),
    verifyWindow: wholeNumber(given, 'verifyWindow', 60_000, 0),
    uploadBudget: checkUploadBudget(given.uploadBudget, maxRequestSize),
    onDraft: checkOnDraft(given.onDraft),
    maxConnections: optionalNumber(given, 'maxConnections', 1),
    rateLimit: optionalNumber(given, 'rateLimit', 0) || undefined,
    rateDelta: wholeNumber(given, 'rateDelta', 1_000, 1),
    maxRecipients: wholeNumber(given, 'maxRecipients', mostRecipients, 0) || undefined,
    ...checkConnection(given),
    log: checkLog(given),
    mailer: checkMailer(given),
    ignored,
  };
}

function checkTrace(trace: unknown, identity: Identity, env: NodeJS.ProcessEnv): Identity | undefined {
  return trace === undefined ? traceIdentityFromEnvironment(env, identity) : traceIdentityFromOptions(trace, identity);
}

function checkChoices(given: Record<string, unknown>): SendingChoices {
  const wrong = wrongChoice(given);
  if (wrong) throw configError(`Option ${wrong}`);
  return { delivery: 'direct', onUnknown: 'fail', largeMessages: 'reject', ...chosen(given) };
}

function checkUploadBudget(value: unknown, maxRequestSize: number): number | false {
  if (value === undefined) return Math.max(150_000_000, maxRequestSize);
  if (value === false) return false;
  // A single request must fit, or it would wait for ever.
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= maxRequestSize) return value;
  throw configError(
    `Option 'uploadBudget' is ${shown(value)}; expected a whole number of bytes, at least maxRequestSize (${maxRequestSize}), or false.`,
  );
}

function checkOnDraft(onDraft: unknown): GraphTransportOptions['onDraft'] {
  expectType({ onDraft }, 'function');
  return onDraft as GraphTransportOptions['onDraft'];
}

function checkConnection({ proxy, agent, cloud }: Record<string, unknown>): Pick<Settings, 'proxy' | 'agent'> {
  if (proxy !== undefined && proxy !== false && (typeof proxy !== 'string' || proxy === '')) {
    throw configError(
      `Option 'proxy' is ${shown(proxy)}; expected a URL such as 'http://proxy.contoso.com:8080', or false.`,
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
    `Unknown option ${shownName(name)}${meant ? `: did you mean '${meant}'?` : '.'}`,
    `graphTransport() knows: ${knownOptions.join(', ')}.`,
  );
}

/** Options that are a time. */
const inMilliseconds: ReadonlySet<string> = new Set(['timeout', 'maxWait', 'rateDelta', 'verifyWindow']);
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

/** Options of Nodemailer's SMTP transports that mean nothing here; those that do have the same names in ours. */
const smtpOptions: ReadonlySet<string> = new Set([
  'host',
  'port',
  'service',
  'auth',
  'secure',
  'tls',
  'pool',
  'maxMessages',
  'maxRequeues',
  'idleTimeout',
  'name',
  'localAddress',
  'requireTLS',
  'ignoreTLS',
  'opportunisticTLS',
  'servername',
  'authMethod',
  'forceAuth',
  'connectionTimeout',
  'greetingTimeout',
  'socketTimeout',
  'dnsTimeout',
  'transactionLog',
  'lmtp',
  'allowInternalNetworkInterfaces',
  'sendingRate',
  'url',
  'getSocket',
  'socket',
  'connection',
  'secured',
  'customAuth',
  'socketCloseTimeout',
  'maxResponseSize',
  'newline',
]);

/** An SMTP configuration without an identity: the switch is not finished. */
function refuseSmtpConfiguration(given: Record<string, unknown>): void {
  const left = ['host', 'service', 'auth'].filter((name) => name in given);
  if (left.length === 0) return;
  const names = left.map((name) => `'${name}'`).join(left.length === 2 ? ' and ' : ', ');
  throw configError(
    `${names} ${left.length === 1 ? 'configures' : 'configure'} SMTP; graphTransport() signs in to Microsoft Graph instead.`,
    'Replace host, port and auth by { tenantId, clientId, certificatePath, mailbox }: an application in Entra takes the place of user and password. ' +
      'The command "npx nodemailer-graph-transport setup" prepares it. If its .env is loaded already, call graphTransport() without options.',
  );
}
