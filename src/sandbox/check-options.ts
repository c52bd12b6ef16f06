import { isIP } from 'node:net';
import { checkFields, type Kind, type Kinds } from './checks/check-fields.js';
import * as is from './checks/kinds.js';
import { FAULT_OPTIONS } from './faults/fault-options.js';
import { EXCHANGE_OPTIONS } from './graph/common/exchange-options.js';
import { isLoopback } from './http/own-names.js';
import type { ConnectOptions, SandboxOptions } from './options.js';
import { checkTenantEntries, TENANT_OPTIONS } from './tenant/tenant-options.js';

const addresses = is.listOf(is.address, 'addresses');
const hostName: Kind = { expected: 'a DNS name, such as "sandbox", or an IP address', accepts: isHostName };
const texts = is.listOf(is.text, 'texts that are not empty');

const CONNECT_OPTIONS: Kinds<ConnectOptions> = { clientSecret: is.text, certificatePath: is.text, caPath: is.text };

/**
 * Every option, with what it may be.
 * @internal
 */
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
  httpPort: is.integer(0, 65_535),
  host: {
    expected: 'an IP address, such as "127.0.0.1" or "0.0.0.0"',
    accepts: (value) => typeof value === 'string' && isIP(value) !== 0 && !value.includes('%'),
  },
  allowNetwork: is.flag,
  names: is.listOf(hostName, 'DNS names, such as "sandbox" or "mail.example"'),
  mailbox: {
    expected: `${is.address.expected}, or an array of them`,
    accepts: (value) => is.address.accepts(value) || (addresses.accepts(value) && (value as string[]).length > 0),
    entries: is.address,
  },
  anyMailbox: is.flag,
  onTenantChange: { expected: 'a function', accepts: (value) => typeof value === 'function' },
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
  const { host = '127.0.0.1', allowNetwork } = options;
  const ports = Object.entries({ port: options.port, inboxPort: options.inboxPort, httpPort: options.httpPort });
  for (const [name, port] of ports) {
    const other = ports.find(([one, same]) => one !== name && same === port)?.[0];
    if (port && other) {
      throw new Error(`startSandbox: "${name}" and "${other}" are both ${port}: each needs a port of its own.`);
    }
  }
  if (!isLoopback(host) && !allowNetwork) {
    throw new Error(
      `startSandbox: "host" is ${host}, which other machines can reach: the sandbox holds mail, and whoever reaches it may read and change everything. Set "allowNetwork" to true to allow that.`,
    );
  }
  checkTenantEntries('startSandbox', options);
}

/** A name that a certificate and a Host header can have: labels of letters, digits, - and _ (as containers are called), or an IP address. */
export function isHostName(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (isIP(value) !== 0) return !value.includes('%');
  // What ends in a number, a URL reads as an IPv4 address; xn-- begins what it decodes.
  return (
    value.length <= 253 &&
    URL.canParse(`http://${value}`) &&
    /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(value)
  );
}
