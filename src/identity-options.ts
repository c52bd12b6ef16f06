import { environmentVariable } from './environment.js';
import { configError } from './errors.js';
import { isGuid, shown, shownPath } from './option-checks.js';
import type { GraphTransportOptions, TokenCredentialLike } from './option-types.js';
import type { Credential, Identity } from './settings.js';

const oneOf =
  "Give one of certificatePath, certificate, clientSecret or clientAssertion, besides 'tenantId' and 'clientId'; or credential or getToken alone.";

/** The application's identity as the options give it. */
export function identityFromOptions(given: Record<string, unknown>): Identity {
  const { certificatePath, certificate, clientSecret, clientAssertion, credential, getToken } = given;
  const credentials = { certificatePath, certificate, clientSecret, clientAssertion, credential, getToken };
  const names = Object.entries(credentials).flatMap(([name, value]) => (value === undefined ? [] : [`'${name}'`]));
  if (names.length > 1) throw configError(`Options ${names.join(' and ')} contradict each other.`, oneOf);
  if (credential !== undefined || getToken !== undefined) return foreignIdentity(given);
  const ids = checkIds(given.tenantId, given.clientId, ['tenantId', 'clientId']);
  if (names.length === 0) throw configError('No credential is given: how does the application sign in?', oneOf);
  if (clientAssertion !== undefined) {
    if (typeof clientAssertion !== 'function') {
      throw configError(
        `Option 'clientAssertion' is ${shown(clientAssertion)}; expected a function that returns a signed JWT.`,
      );
    }
    const sign = clientAssertion as NonNullable<GraphTransportOptions['clientAssertion']>;
    return { ...ids, credential: { kind: 'assertion', sign } };
  }
  if (clientSecret !== undefined) {
    if (typeof clientSecret !== 'string' || clientSecret === '') {
      throw configError("Option 'clientSecret' is not a non-empty string.");
    }
    return { ...ids, credential: { kind: 'secret', secret: clientSecret } };
  }
  return { ...ids, credential: certificateFromOptions(given) };
}

/** Tokens that somebody else gets know their tenant and application themselves. */
function foreignIdentity({ credential, getToken, ...others }: Record<string, unknown>): Identity {
  const name = credential === undefined ? 'getToken' : 'credential';
  const useless = ['tenantId', 'clientId', 'certificatePassword', 'sendCertificateChain'].filter(
    (other) => other in others,
  );
  if (useless.length > 0) {
    throw configError(
      `Options '${useless.join("', '")}' and '${name}' contradict each other.`,
      `'${name}' alone says who signs in.`,
    );
  }
  if (getToken !== undefined) {
    if (typeof getToken !== 'function') {
      throw configError(`Option 'getToken' is ${shown(getToken)}; expected a function that returns a token.`);
    }
    return { credential: { kind: 'token', get: getToken as NonNullable<GraphTransportOptions['getToken']> } };
  }
  const source = credential as TokenCredentialLike;
  if (typeof source !== 'object' || source === null || typeof source.getToken !== 'function') {
    throw configError(
      `Option 'credential' is ${shown(credential)}; expected an object with getToken(), such as an Azure TokenCredential.`,
    );
  }
  return { credential: { kind: 'azure', source } };
}

function certificateFromOptions(given: Record<string, unknown>): Credential {
  const { certificatePath, certificate, certificatePassword, sendCertificateChain } = given;
  if (certificatePassword !== undefined && typeof certificatePassword !== 'string') {
    throw configError(`Option 'certificatePassword' is ${shown(certificatePassword)}; expected a string.`);
  }
  if (sendCertificateChain !== undefined && typeof sendCertificateChain !== 'boolean') {
    throw configError(`Option 'sendCertificateChain' is ${shown(sendCertificateChain)}; expected true or false.`);
  }
  const details = { password: certificatePassword, sendChain: sendCertificateChain ?? false };
  if (certificatePath !== undefined) {
    const paths = checkPaths(certificatePath, "Option 'certificatePath'", "the option 'certificate'");
    return {
      kind: 'certificate',
      source: { paths },
      from: `certificatePath ${paths.map(shownPath).join(', ')}`,
      ...details,
    };
  }
  const contents: unknown[] = Array.isArray(certificate) ? certificate : [certificate];
  for (const content of contents) {
    if ((typeof content === 'string' && content !== '') || content instanceof Uint8Array) continue;
    throw configError(`Option 'certificate' is ${shown(content)}; expected PEM text, or a PFX as bytes or in base64.`);
  }
  const source = { contents: contents as (string | Uint8Array)[] };
  return { kind: 'certificate', source, from: "option 'certificate'", ...details };
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

/** The identity from the environment: names and order (secret before certificate) are those of @azure/identity. */
export function identityFromEnvironment(env: NodeJS.ProcessEnv): Identity {
  const set = (name: string) => environmentVariable(env, name);
  if (!set('AZURE_TENANT_ID') && !set('AZURE_CLIENT_ID')) {
    throw configError(
      'No identity is given: neither options (tenantId, clientId, certificatePath, …) nor AZURE_TENANT_ID and AZURE_CLIENT_ID in the environment.',
      'Pass { tenantId, clientId, certificatePath, mailbox }, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH.',
    );
  }
  const ids = checkIds(set('AZURE_TENANT_ID'), set('AZURE_CLIENT_ID'), ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']);
  const secret = env.AZURE_CLIENT_SECRET;
  if (secret) return { ...ids, credential: { kind: 'secret', secret } };
  const details = {
    kind: 'certificate',
    password: env.AZURE_CLIENT_CERTIFICATE_PASSWORD || undefined,
    sendChain: /^(1|true)$/i.test(set('AZURE_CLIENT_SEND_CERTIFICATE_CHAIN') ?? ''),
  } as const;
  const path = env.AZURE_CLIENT_CERTIFICATE_PATH;
  if (path) {
    // Before its quotes: the certificate itself between quotes is no path without them either.
    const paths = checkPaths(path, 'AZURE_CLIENT_CERTIFICATE_PATH', 'GRAPH_MAIL_CERTIFICATE');
    set('AZURE_CLIENT_CERTIFICATE_PATH');
    const from = `AZURE_CLIENT_CERTIFICATE_PATH ${shownPath(path)}`;
    return { ...ids, credential: { ...details, source: { paths }, from } };
  }
  const text = set('GRAPH_MAIL_CERTIFICATE');
  if (text) {
    return { ...ids, credential: { ...details, source: { contents: [text] }, from: 'GRAPH_MAIL_CERTIFICATE' } };
  }
  throw configError(
    'AZURE_TENANT_ID and AZURE_CLIENT_ID are set, but no credential is.',
    'Set AZURE_CLIENT_CERTIFICATE_PATH, GRAPH_MAIL_CERTIFICATE or AZURE_CLIENT_SECRET.',
  );
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
