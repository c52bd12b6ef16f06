import { checkFields, type Kinds } from './checks/check-fields.js';
import * as is from './checks/kinds.js';
import { EXCHANGE_OPTIONS } from './exchange/exchange-options.js';
import { FAULT_OPTIONS } from './faults/fault-options.js';
import type { ConnectOptions, SandboxOptions } from './options.js';
import { checkTenantEntries } from './tenant/check-entries.js';
import { TENANT_OPTIONS } from './tenant/tenant-options.js';

const texts = is.listOf(is.text, 'texts that are not empty');

const CONNECT_OPTIONS: Kinds<ConnectOptions> = { clientSecret: is.text, certificatePath: is.text, caPath: is.text };

/** Every option, with what it may be. */
export const OPTIONS: Kinds<SandboxOptions> = {
  port: is.integer(0, 65_535),
  inboxPort: is.integer(0, 65_535),
  tenantId: is.text,
  tenantDomain: is.text,
  clientId: is.text,
  certificate: {
    expected: 'PEM text, or an array of PEM texts',
    accepts: (value) => is.text.accepts(value) || (texts.accepts(value) && (value as string[]).length > 0),
  },
  connect: { expected: 'an object with clientSecret, certificatePath and caPath', accepts: isObject },
  mailbox: is.address,
  ...TENANT_OPTIONS,
  identity: is.text,
  tokenLifetime: is.integer(0),
  maxRequestSize: is.number(0),
  maxMessageSize: is.number(0),
  minUploadSize: is.number(0),
  ...EXCHANGE_OPTIONS,
  ...FAULT_OPTIONS,
  sentItemsDelay: is.milliseconds,
  fromMismatch: is.oneOf('deny', 'rewrite', 'allow'),
  keep: is.number(1),
  now: { expected: 'a function', accepts: (value) => typeof value === 'function' },
};

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws an Error that names the option, what was given and what is expected. */
export function checkOptions(options: SandboxOptions): void {
  checkFields('startSandbox', options, OPTIONS);
  checkFields('startSandbox: connect', options.connect ?? {}, CONNECT_OPTIONS);
  const { port, inboxPort } = options;
  if (port === inboxPort && port) {
    throw new Error(`startSandbox: "port" and "inboxPort" are both ${port}: Entra and Graph need a port of their own.`);
  }
  checkTenantEntries('startSandbox', options);
}
