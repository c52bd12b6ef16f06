import { configError } from '../common/errors.js';

/** Options of Nodemailer's SMTP transports that mean nothing here; those that do have the same names in ours. */
export const smtpOptions: ReadonlySet<string> = new Set([
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
export function refuseSmtpConfiguration(given: Record<string, unknown>): void {
  const left = ['host', 'service', 'auth'].filter((name) => name in given);
  if (left.length === 0) return;
  const names = left.map((name) => `'${name}'`).join(left.length === 2 ? ' and ' : ', ');
  throw configError(
    `${names} ${left.length === 1 ? 'configures' : 'configure'} SMTP; graphTransport() signs in to Microsoft Graph instead.`,
    'Replace host, port and auth by { tenantId, clientId, certificatePath, mailbox }: an application in Entra takes the place of user and password. ' +
      'The command "npx nodemailer-graph-transport setup" prepares it. If its .env is loaded already, call graphTransport() without options.',
  );
}
