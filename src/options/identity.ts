import { isGuid } from '../common/canonical-address.js';
import { environmentVariable } from '../common/environment.js';
import { configError } from '../common/errors.js';
import type { Credential, Identity } from './settings.js';
import { shown, shownName, shownPath } from './shown-value.js';
import type { GraphTransportOptions, TokenCredentialLike, TraceOptions } from './types.js';

/** Why message trace has an application of its own. */
export const whyApart =
  "Message trace shows who wrote to whom in the whole tenant, so it is granted to an application of its own, not to the one that sends: register another one with ExchangeMessageTrace.Read.All, and give it as the option 'trace' (or GRAPH_MAIL_TRACE_CLIENT_ID and GRAPH_MAIL_TRACE_CERTIFICATE_PATH, which count only where the application that sends is in variables too).";

const oneOf =
  "Give one of certificatePath, certificate, clientSecret or clientAssertion, besides 'tenantId' and 'clientId'; or credential or getToken alone.";

/** How an application signs in to its tenant: options of the transport, and of `trace`. */
export const signInOptions = [
  'clientId',
  'certificatePath',
  'certificate',
  'certificatePassword',
  'sendCertificateChain',
  'clientSecret',
  'clientAssertion',
  'credential',
  'getToken',
] as const satisfies (keyof TraceOptions)[];

const signInNames: readonly string[] = signInOptions;

/**
 * The application's identity as the options give it.
 * @param within the option that these are in, with a full stop after it
 */
export function identityFromOptions(given: Record<string, unknown>, within = ''): Identity {
  const { certificatePath, certificate, clientSecret, clientAssertion, credential, getToken } = given;
  const credentials = { certificatePath, certificate, clientSecret, clientAssertion, credential, getToken };
  const names = Object.entries(credentials).flatMap(([name, value]) =>
    value === undefined ? [] : [`'${within}${name}'`],
  );
  if (names.length > 1) throw configError(`Options ${names.join(' and ')} contradict each other.`, oneOf);
  if (credential !== undefined || getToken !== undefined) return externalIdentity(given, within);
  const ids = checkIds(given.tenantId, given.clientId, ['tenantId', `${within}clientId`]);
  if (names.length === 0) throw configError('No credential is given: how does the application sign in?', oneOf);
  if (clientAssertion !== undefined) {
    if (typeof clientAssertion !== 'function') {
      throw configError(
        `Option '${within}clientAssertion' is ${shown(clientAssertion)}; expected a function that returns a signed JWT.`,
      );
    }
    const sign = clientAssertion as NonNullable<GraphTransportOptions['clientAssertion']>;
    return { ...ids, credential: { kind: 'assertion', sign } };
  }
  if (clientSecret !== undefined) {
    if (typeof clientSecret !== 'string' || clientSecret === '') {
      throw configError(`Option '${within}clientSecret' is not a non-empty string.`);
    }
    return { ...ids, credential: { kind: 'secret', secret: clientSecret } };
  }
  return { ...ids, credential: certificateFromOptions(given, within) };
}

/** A token source that the user gives knows its tenant and application itself. */
function externalIdentity({ credential, getToken, ...others }: Record<string, unknown>, within: string): Identity {
  const name = credential === undefined ? 'getToken' : 'credential';
  const useless = ['tenantId', 'clientId', 'certificatePassword', 'sendCertificateChain'].filter(
    (other) => other in others,
  );
  if (useless.length > 0) {
    throw configError(
      `Options ${useless.map((other) => `'${within}${other}'`).join(', ')} and '${within}${name}' contradict each other.`,
      `'${within}${name}' alone says who signs in.`,
    );
  }
  if (getToken !== undefined) {
    if (typeof getToken !== 'function') {
      throw configError(`Option '${within}getToken' is ${shown(getToken)}; expected a function that returns a token.`);
    }
    return { credential: { kind: 'token', get: getToken as NonNullable<GraphTransportOptions['getToken']> } };
  }
  const source = credential as TokenCredentialLike;
  if (typeof source !== 'object' || source === null || typeof source.getToken !== 'function') {
    throw configError(
      `Option '${within}credential' is ${shown(credential)}; expected an object with getToken(), such as an Azure TokenCredential.`,
    );
  }
  return { credential: { kind: 'azure', source } };
}

function certificateFromOptions(given: Record<string, unknown>, within: string): Credential {
  const { certificatePath, certificate, certificatePassword, sendCertificateChain } = given;
  if (certificatePassword !== undefined && typeof certificatePassword !== 'string') {
    throw configError(`Option '${within}certificatePassword' is ${shown(certificatePassword)}; expected a string.`);
  }
  if (sendCertificateChain !== undefined && typeof sendCertificateChain !== 'boolean') {
    throw configError(
      `Option '${within}sendCertificateChain' is ${shown(sendCertificateChain)}; expected true or false.`,
    );
  }
  const details = { password: certificatePassword, sendChain: sendCertificateChain ?? false };
  if (certificatePath !== undefined) {
    const paths = checkPaths(certificatePath, `Option '${within}certificatePath'`, `the option '${within}certificate'`);
    return {
      kind: 'certificate',
      source: { paths },
      from: `${within}certificatePath ${paths.map(shownPath).join(', ')}`,
      ...details,
    };
  }
  const contents: unknown[] = Array.isArray(certificate) ? certificate : [certificate];
  for (const content of contents) {
    if ((typeof content === 'string' && content !== '') || content instanceof Uint8Array) continue;
    throw configError(
      `Option '${within}certificate' is ${shown(content)}; expected PEM text, or a PFX as bytes or in base64.`,
    );
  }
  const source = { contents: contents as (string | Uint8Array)[] };
  return { kind: 'certificate', source, from: `option '${within}certificate'`, ...details };
}

/** PEM text, or the base64 of a PEM or a PFX: what belongs into another option, and may be a private key. */
const content = /-----BEGIN|^\s*["']?(MI|LS0tLS1|QmFnIEF0)[\w+/=\s-]{200,}/;

/** @param home where the certificate itself belongs */
function checkPaths(value: unknown, name: string, home: string): string[] {
  const paths: unknown[] = Array.isArray(value) ? value : [value];
  for (const path of paths) {
    if (typeof path === 'string' && path !== '' && !content.test(path)) continue;
    throw configError(
      `${name} is not a path; expected the path of a PEM or PFX file, or two paths.`,
      content.test(String(path)) ? `The certificate itself goes into ${home}.` : undefined,
    );
  }
  return paths as string[];
}

/** Where the environment says how an application signs in; without a name, it is not read from there. */
interface CredentialVariables {
  secret?: string;
  certificatePath: string;
  certificate: string;
  password: string;
  sendChain?: string;
}

/** The identity from the environment: names and order (secret before certificate) are those of @azure/identity. */
export function identityFromEnvironment(env: NodeJS.ProcessEnv): Identity {
  const set = (name: string) => environmentVariable(env, name);
  if (!set('AZURE_TENANT_ID') && !set('AZURE_CLIENT_ID')) {
    throw configError(
      'No identity is given: neither options (tenantId, clientId, certificatePath, …) nor AZURE_TENANT_ID and AZURE_CLIENT_ID in the environment.',
      'Pass { tenantId, clientId, certificatePath, mailbox }, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH. ' +
        'If they are in a .env file, load it: node --env-file=.env app.js. The command "npx nodemailer-graph-transport setup" prepares all of them.',
    );
  }
  const ids = checkIds(set('AZURE_TENANT_ID'), set('AZURE_CLIENT_ID'), ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']);
  const credential = credentialFromEnvironment(env, {
    secret: 'AZURE_CLIENT_SECRET',
    certificatePath: 'AZURE_CLIENT_CERTIFICATE_PATH',
    certificate: 'GRAPH_MAIL_CERTIFICATE',
    password: 'AZURE_CLIENT_CERTIFICATE_PASSWORD',
    sendChain: 'AZURE_CLIENT_SEND_CERTIFICATE_CHAIN',
  });
  if (credential) return { ...ids, credential };
  throw configError(
    'AZURE_TENANT_ID and AZURE_CLIENT_ID are set, but no credential is.',
    'Set AZURE_CLIENT_CERTIFICATE_PATH, GRAPH_MAIL_CERTIFICATE or AZURE_CLIENT_SECRET.',
  );
}

function credentialFromEnvironment(env: NodeJS.ProcessEnv, names: CredentialVariables): Credential | undefined {
  const set = (name: string) => environmentVariable(env, name);
  const secret = names.secret && env[names.secret];
  if (secret) return { kind: 'secret', secret };
  const details = {
    kind: 'certificate',
    password: env[names.password] || undefined,
    sendChain: /^(1|true)$/i.test((names.sendChain && set(names.sendChain)) ?? ''),
  } as const;
  const path = env[names.certificatePath];
  if (path) {
    // Before its quotes: the certificate itself between quotes is no path without them either.
    const paths = checkPaths(path, names.certificatePath, names.certificate);
    set(names.certificatePath);
    return { ...details, source: { paths }, from: `${names.certificatePath} ${shownPath(path)}` };
  }
  const text = set(names.certificate);
  return text ? { ...details, source: { contents: [text] }, from: names.certificate } : undefined;
}

/** All variables of {@link GraphTransportOptions.trace}. */
export const traceVariables = {
  clientId: 'GRAPH_MAIL_TRACE_CLIENT_ID',
  certificatePath: 'GRAPH_MAIL_TRACE_CERTIFICATE_PATH',
  certificate: 'GRAPH_MAIL_TRACE_CERTIFICATE',
  password: 'GRAPH_MAIL_TRACE_CERTIFICATE_PASSWORD',
} as const;

/** The application that may search message trace, beside the one that sends; `undefined` where the environment names none. */
export function traceIdentityFromEnvironment(env: NodeJS.ProcessEnv, main: Identity): Identity | undefined {
  const { clientId, certificatePath, certificate } = traceVariables;
  const id = environmentVariable(env, clientId);
  if (id === undefined || !('tenantId' in main)) return undefined;
  const ids = checkIds(main.tenantId, id, ['AZURE_TENANT_ID', clientId]);
  const credential = credentialFromEnvironment(env, traceVariables);
  if (!credential) {
    throw configError(`${clientId} is set, but no certificate for it is.`, `Set ${certificatePath} or ${certificate}.`);
  }
  return checkSeparate({ ...ids, credential }, main, clientId);
}

/** The application of the option `trace`. */
export function traceIdentityFromOptions(trace: unknown, main: Identity): Identity {
  if (typeof trace !== 'object' || trace === null || Array.isArray(trace)) {
    throw configError(`Option 'trace' is ${shown(trace)}; expected an object such as { clientId, certificatePath }.`);
  }
  const given = Object.fromEntries(Object.entries(trace).filter(([, value]) => value !== undefined && value !== null));
  const unknown = Object.keys(given).find((name) => !signInNames.includes(name));
  if (unknown !== undefined) {
    throw configError(
      `Option 'trace' has an unknown option ${shownName(unknown)}.`,
      `It knows: ${signInNames.join(', ')}. Tenant and cloud are those of the transport.`,
    );
  }
  const external = given.credential !== undefined || given.getToken !== undefined;
  if (!external && !('tenantId' in main)) {
    throw configError(
      "Option 'trace' has no tenant to sign in to: it takes the option tenantId, which is not given.",
      "Give trace.credential or trace.getToken, as the transport's own identity is given.",
    );
  }
  const tenant = 'tenantId' in main && !external ? { tenantId: main.tenantId } : {};
  return checkSeparate(identityFromOptions({ ...given, ...tenant }, 'trace.'), main, "Option 'trace.clientId'");
}

function checkSeparate(trace: Identity, main: Identity, name: string): Identity {
  const same =
    'clientId' in trace && 'clientId' in main && trace.clientId.toLowerCase() === main.clientId.toLowerCase();
  if (same) throw configError(`${name} is the application that sends; expected another one.`, whyApart);
  return trace;
}

function checkIds(
  tenantId: unknown,
  clientId: unknown,
  names: [tenant: string, client: string],
): { tenantId: string; clientId: string } {
  const missing = [tenantId, clientId]
    .map((value, index) => (value === undefined ? names[index] : undefined))
    .find(Boolean);
  if (missing) throw configError(`${missing} is missing; it is on the overview page of the app registration.`);
  if (typeof tenantId !== 'string' || !(isGuid(tenantId) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(tenantId))) {
    throw configError(
      `${names[0]} is ${shown(tenantId)}; expected the Directory (tenant) id, a GUID, or a verified domain.`,
      'An application signs in to one tenant: common, organizations and consumers cannot be used.',
    );
  }
  if (typeof clientId !== 'string' || !isGuid(clientId)) {
    throw configError(
      `${names[1]} is ${shown(clientId)}; expected the Application (client) id, a GUID.`,
      'It is on the overview page of the app registration; a secret has an id of its own, which is another.',
    );
  }
  return { tenantId, clientId };
}
