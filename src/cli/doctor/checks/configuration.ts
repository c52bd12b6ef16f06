import { isGraphMailError } from '../../../common/errors.js';
import { isLoopback } from '../../../graph/proxy.js';
import { resolveCloud } from '../../../options/clouds.js';
import type { CloudName } from '../../../options/types.js';
import { givenConfiguration, checkConfiguration as settleConfiguration } from '../../common/configuration.js';
import { originOf } from '../../common/configuration-errors.js';
import type { ConfigurationSource } from '../../common/configuration-variables.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { cloudInWords, cloudOfHost } from '../common/clouds-in-words.js';

const subject = { id: 'configuration', title: 'Configuration' };

/** Whether the options say who sends, from where and to where, and do not contradict each other. */
export async function checkConfiguration(context: CheckContext): Promise<Check[]> {
  const { flags, environment } = context;
  const { mailbox: [mailbox] = [], ...given } = flags;
  try {
    const configuration = givenConfiguration({ ...given, ...(mailbox !== undefined && { mailbox }) }, environment);
    context.configuration = configuration;
    const settings = settleConfiguration(configuration);
    context.settings = settings;
    const { cloud } = configuration.options;
    context.cloud = resolveCloud(typeof cloud === 'string' ? (cloud as CloudName) : settings.cloud);
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return [failed(subject, EXIT.configuration, error.message, error.hint)];
  }
  return [checkSettings(context)];
}

function checkSettings(context: CheckContext): Check {
  const { configuration, settings, cloud } = context;
  if (!configuration || !settings || !cloud) throw new Error('the configuration is read first');
  const { identity, mailbox } = settings;
  const { env, source } = configuration;
  const { tenantId = '', clientId = '' } = 'tenantId' in identity ? identity : {};
  const who = `Tenant ${tenantId}, application ${clientId}, mailbox ${String(mailbox)}`;
  const seen = `${who} (from ${originsOf(Object.values(source))}); ${cloudInWords(cloud)}.`;
  if (tenantId.toLowerCase() === clientId.toLowerCase()) {
    return failed(
      subject,
      EXIT.configuration,
      `AZURE_TENANT_ID and AZURE_CLIENT_ID are the same: ${tenantId}.`,
      'Copy both anew from the overview page of the app registration: Directory (tenant) id, and Application (client) id.',
    );
  }
  const [login, graph] = [cloudOfHost(cloud.authorityHost), cloudOfHost(cloud.graphHost)];
  if (login.length > 0 && graph.length > 0 && !login.some((name) => graph.includes(name))) {
    return failed(
      subject,
      EXIT.configuration,
      `Tokens come from ${cloud.authorityHost} and mail goes to ${cloud.graphHost}: these are hosts of two different clouds.`,
      'Give the cloud that the tenant lives in with --cloud (global, usgov, usgov-dod or china), and leave GRAPH_MAIL_GRAPH_HOST out.',
    );
  }
  const [here] = [cloud.authorityHost, cloud.graphHost].filter((origin) => isLoopback(new URL(origin).hostname));
  if (here !== undefined && login.length + graph.length > 0) {
    return warning(
      subject,
      `${seen} Tokens come from ${cloud.authorityHost} and mail goes to ${cloud.graphHost}: the sandbox takes no tokens of Microsoft, and Microsoft none of the sandbox.`,
      'Set both to the sandbox, AZURE_AUTHORITY_HOST and GRAPH_MAIL_GRAPH_HOST, or neither; leave it so only where a gateway of your own answers on this machine.',
    );
  }
  if (identity.credential.kind !== 'secret') return ok(subject, seen);
  if (env.AZURE_CLIENT_CERTIFICATE_PATH || env.GRAPH_MAIL_CERTIFICATE) {
    return warning(
      subject,
      `${seen} AZURE_CLIENT_SECRET is set, and goes before the certificate, which is not used.`,
      `Take AZURE_CLIENT_SECRET out of ${originOf('AZURE_CLIENT_SECRET', configuration)} to sign in with the certificate.`,
    );
  }
  return warning(
    subject,
    `${seen} It signs in with a client secret: a password that can be copied, and that ends unnoticed.`,
    `Make a certificate, and put it in the place of the secret:\n${context.commands.plain('setup')}`,
  );
}

function originsOf(sources: readonly (ConfigurationSource | undefined)[]): string {
  const words = { flag: 'flags', environment: 'the environment', '.env': 'the .env file' };
  const found = [...new Set(sources)].flatMap((source) => (source === undefined ? [] : [words[source]]));
  return found.join(' and ');
}
