import { checkFields, type Kind, type Kinds } from './checks/check-fields.js';
import * as is from './checks/kinds.js';
import type { ApplicationOptions } from './entra/application.js';
import type { MailboxOptions } from './exchange/mailbox.js';
import type { SandboxOptions } from './options.js';

const anything = (expected: string): Kind => ({ expected, accepts: (value) => Array.isArray(value) });
const texts = is.listOf(is.text, 'texts that are not empty');
const addresses = is.listOf(is.address, 'addresses');

const OPTIONS: Kinds<SandboxOptions> = {
  port: is.integer(0, 65_535),
  inboxPort: is.integer(0, 65_535),
  tenantId: is.text,
  tenantDomain: is.text,
  clientId: is.text,
  certificate: {
    expected: 'PEM text, or an array of PEM texts',
    accepts: (value) => is.text.accepts(value) || (texts.accepts(value) && (value as string[]).length > 0),
  },
  mailbox: is.address,
  mailboxes: anything('an array of addresses and mailboxes'),
  apps: anything('an array of applications'),
  identity: is.text,
  tokenLifetime: is.integer(0),
  maxRequestSize: is.number(0),
  maxMessageSize: is.number(0),
  minUploadSize: is.number(0),
  mailboxConcurrency: is.orOneOf(is.integer(1), false),
  retryAfter: is.orOneOf(is.text, null),
  latency: is.milliseconds,
  sentItemsDelay: is.milliseconds,
  fromMismatch: is.oneOf('deny', 'rewrite', 'allow'),
  keep: is.number(1),
  now: { expected: 'a function', accepts: (value) => typeof value === 'function' },
};

const MAILBOX: Kinds<MailboxOptions> = {
  address: is.address,
  id: is.text,
  displayName: is.text,
  hasMailbox: is.flag,
  aliases: addresses,
};

const APPLICATION: Kinds<ApplicationOptions> = {
  clientId: is.text,
  certificates: texts,
  secrets: texts,
  roles: texts,
  allowedMailboxes: addresses,
};

/** Throws an Error that names the option, what was given and what is expected. */
export function checkOptions(options: SandboxOptions): void {
  checkFields('startSandbox', options, OPTIONS);
  const { port, inboxPort, mailboxes = [], apps = [] } = options;
  if (port === inboxPort && port) {
    throw new Error(`startSandbox: "port" and "inboxPort" are both ${port}: Entra and Graph need a port of their own.`);
  }
  for (const [index, mailbox] of mailboxes.entries()) {
    const given = typeof mailbox === 'string' ? { address: mailbox } : mailbox;
    checkFields(`startSandbox: mailboxes[${index}]`, given, MAILBOX, ['address']);
  }
  for (const [index, app] of apps.entries()) {
    checkFields(`startSandbox: apps[${index}]`, app, APPLICATION, ['clientId', 'certificates']);
  }
}
