import { randomUUID } from 'node:crypto';
import { CertificateSource } from '../../../auth/certificate/certificate-source.js';
import { readClaims } from '../../../auth/token-claims.js';
import { tokenRequest } from '../../../auth/token-request.js';
import { isGraphMailError } from '../../../common/errors.js';
import { explainRefusal } from '../../../delivery/request/error-hints.js';
import { readGraphFault } from '../../../graph/error-answer.js';
import { addressOf, send } from '../../../graph/http.js';
import { traceQuery } from '../../../graph/message-trace.js';
import { describeNetworkFailure, NetworkFailure } from '../../../graph/network-failure.js';
import { checkTraceCloud } from '../../../options/clouds.js';
import { traceVariables, whyApart } from '../../../options/identity.js';
import type { Identity } from '../../../options/settings.js';
import { shownPath } from '../../../options/shown-value.js';
import { envFileInWords } from '../../common/configuration-errors.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { userAgent } from '../common/environment.js';
import { explainTokenError } from './aadsts-cures.js';
import { checkDays, readableByOthers } from './certificate.js';
import { answerInWords } from './send-check.js';

const configured = { id: 'trace', title: 'Message trace' };
const certified = { id: 'trace-certificate', title: 'Message trace: certificate' };
const signedIn = { id: 'trace-token', title: 'Message trace: token' };
const permitted = { id: 'trace-permission', title: 'Message trace: permission' };
const searched = { id: 'trace-search', title: 'Message trace: search' };

const role = 'ExchangeMessageTrace.Read.All';
const portal = 'API permissions of its app registration';
const renew =
  'Make another certificate for this application, upload its public part to its app registration (Certificates & secrets), then put it in the place of this one.';

/** Checks the application that may search message trace, which sending does not need. */
export async function checkTrace(context: CheckContext): Promise<Check[]> {
  const { flags, settings } = context;
  if (!flags.trace && !flags.with?.includes('trace')) {
    return settings?.trace
      ? [skipped(configured, `Not asked: add --trace to look at ${traceVariables.clientId}.`)]
      : [];
  }
  const blocked = context.blocked(configured, 'configuration');
  if (blocked) return [blocked];
  const configuration = checkTraceConfiguration(context);
  if (configuration.status === 'failed' || !settings?.trace) return [configuration];
  const [certificate, certificates] = await checkTraceCertificate(settings.trace, context);
  const checks = [configuration, certificate];
  // `blocked` looks among the checks that were added; those found here are not added yet.
  const needs = (subject: typeof signedIn, ...earlier: string[]) => {
    const cause = checks.find(({ id, status }) => status === 'failed' && earlier.includes(id));
    if (cause) return skipped(subject, `Not checked: "${cause.title}" must be right first.`);
    return context.blocked(subject, 'clock', 'dns', 'proxy', 'tls');
  };
  checks.push(needs(signedIn, certified.id) ?? (await checkTraceToken(settings.trace, certificates, context)));
  checks.push(needs(permitted, certified.id, signedIn.id) ?? checkTracePermission(context));
  checks.push(needs(searched, certified.id, signedIn.id, permitted.id) ?? (await checkTraceSearch(context)));
  return checks;
}

function checkTraceConfiguration({ settings, configuration }: CheckContext): Check {
  if (!settings) throw new Error('the configuration is checked first');
  try {
    checkTraceCloud(settings.cloud);
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return failed(configured, EXIT.configuration, error.message, error.hint);
  }
  const { trace } = settings;
  if (!trace || !('clientId' in trace)) {
    // As setup leaves it until the administrator sends the id back.
    const { env = {}, envFile } = configuration ?? {};
    if (env[traceVariables.certificatePath] && env[traceVariables.clientId] === '') {
      return failed(
        configured,
        EXIT.configuration,
        `${traceVariables.clientId} is empty in ${envFile ? envFileInWords(envFile) : 'the environment'}.`,
        'It is the Application (client) ID of the second application, which the Entra administrator registers by entra-admin/trace/README.md and sends back. Until then leave out --trace: sending works without it.',
      );
    }
    return failed(
      configured,
      EXIT.configuration,
      `No application for it is configured: ${traceVariables.clientId} is not set.`,
      `${whyApart} An identity in flags (--client-id) leaves it out.`,
    );
  }
  return ok(configured, `Application ${trace.clientId} may search it, another one than that which sends.`);
}

/** Its file, its key and its days as one check: the first that is wrong. */
async function checkTraceCertificate(
  { credential }: Identity,
  context: CheckContext,
): Promise<[Check, CertificateSource | undefined]> {
  if (credential.kind !== 'certificate') return [skipped(certified, 'It signs in without a certificate.'), undefined];
  let certificates: CertificateSource | undefined;
  try {
    certificates = new CertificateSource(credential, context.environment.clock, () => {});
    await certificates.get();
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    // Its dates are checked below, with more details.
    if (!certificates?.info || error.code !== 'EAUTH')
      return [failed(certified, EXIT.configuration, error.message, error.hint), undefined];
  }
  const { info } = certificates;
  if (!info) throw new Error('a certificate that was read has dates');
  const paths = 'paths' in credential.source ? credential.source.paths : [];
  const open = context.environment.platform === 'win32' ? undefined : readableByOthers(paths);
  const days = await checkDays(certified, info, renew, context);
  if (!open || days.status !== 'ok') return [days, certificates];
  const command = context.commands.line('chmod', '600', { file: open.path });
  return [
    warning(
      certified,
      `${shownPath(open.path)} can be read, also by ${open.who} (mode ${open.mode}): whoever has the key can see who wrote to whom in the whole tenant.`,
      `Let only the account that runs the program read it:\n${command}`,
    ),
    certificates,
  ];
}

async function checkTraceToken(
  identity: Identity,
  certificates: CertificateSource | undefined,
  context: CheckContext,
): Promise<Check> {
  const { cloud, agent, environment } = context;
  if (!cloud || !('tenantId' in identity)) throw new Error('the configuration is checked first');
  const { clock, timeout } = environment;
  try {
    const { token } = await tokenRequest(identity, { certificates, cloud, agent, userAgent, timeout, clock })();
    context.traceToken = token;
    return ok(signedIn, `Entra gave one for application ${identity.clientId}.`);
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    const idVariable = traceVariables.clientId;
    const requested = { ...identity, certificate: certificates?.info, swapped: false, idVariable };
    const { seen, cure, exitCode } = explainTokenError(error, requested);
    return failed(signedIn, exitCode, seen, cure);
  }
}

function checkTracePermission({ traceToken = '' }: CheckContext): Check {
  const claims = readClaims(traceToken);
  if (!claims) return skipped(permitted, 'Not checked: the token cannot be read, as is its right.');
  const { roles } = claims;
  if (!roles.includes(role)) {
    return failed(
      permitted,
      EXIT.permission,
      `${roles.length === 0 ? 'None' : roles.join(', ')}: ${role} is missing.`,
      `Add the application permission (not the delegated one) ${role} of Microsoft Graph under ${portal}, and let an administrator grant admin consent. What was granted a moment ago may take some minutes.`,
    );
  }
  const others = roles.filter((one) => one !== role);
  if (others.length === 0) return ok(permitted, `${role} and nothing else.`);
  return warning(
    permitted,
    `${role}, and ${others.join(', ')}. Searching message trace needs none of it.`,
    `Remove what is not needed from the ${portal}, its admin consent too: an application that sees who wrote to whom should do nothing else.`,
  );
}

/** An address that does not exist: the search shows whether it is allowed, and no data of the tenant comes back. */
const unusedAddress = 'nobody@doctor.invalid';

/** Whether Graph lets the application search, by a search that cannot find anything. */
async function checkTraceSearch(context: CheckContext): Promise<Check> {
  const { cloud, traceToken, agent, environment } = context;
  const origin = cloud?.graphHost ?? '';
  const { hostname, port } = addressOf(origin);
  const { behind = 0 } = (await context.clockError()) ?? {};
  // The end of the period must not be in the future, by Graph's clock.
  const to = environment.clock.now() + behind - 60_000;
  const query = traceQuery(unusedAddress, { from: to - 3_600_000, to }, 1);
  const headers = {
    authorization: `Bearer ${traceToken}`,
    'client-request-id': randomUUID(),
    'user-agent': userAgent,
  };
  const url = { hostname, port, path: `/v1.0/admin/exchange/tracing/messageTraces${query}` };
  try {
    const answer = await send({ method: 'GET', url, headers, agent, timeout: environment.timeout });
    const { status } = answer;
    if (status === 200) return ok(searched, 'Graph let the application search message trace.');
    const { code, message = '' } = readGraphFault(answer);
    return refusedSearch({ status, code, message });
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    const { text } = describeNetworkFailure(error, new URL(origin).host);
    return failed(
      searched,
      EXIT.unavailable,
      text,
      'Check the network between this machine and Graph, then check again.',
    );
  }
}

function refusedSearch(answer: { status: number; code: string | undefined; message: string }): Check {
  const { status, code, message } = answer;
  const said = answerInWords(answer);
  if (status === 429 || status >= 500) {
    return warning(
      searched,
      `No answer about the permission: Graph is busy or troubled (${said}). The tenant has 100 such requests in five minutes, for everybody.`,
      'Check again in some minutes.',
    );
  }
  const { code: kind, hint } = explainRefusal(status, code, message, 'listMessageTraces');
  const exitCode = kind === 'EAUTH' ? EXIT.permission : EXIT.configuration;
  return failed(searched, exitCode, `Graph refused it (${said}).`, hint ?? 'Check again in some minutes.');
}
