import { configError } from './errors.js';
import { isGuid, shown } from './option-checks.js';
import type { Credential, Identity } from './options.js';

/** The application's identity as the options give it. */
export function identityFromOptions(given: Record<string, unknown>): Identity {
  const { tenantId, clientId, certificatePath, certificate, certificatePassword, sendCertificateChain, clientSecret } =
    given;
  const credentials = Object.entries({ certificatePath, certificate, clientSecret }).filter(
    ([, value]) => value !== undefined,
  );
  const wanted = "Give one of certificatePath, certificate or clientSecret, besides 'tenantId' and 'clientId'.";
  if (credentials.length > 1) {
    throw configError(
      `Options ${credentials.map(([name]) => `'${name}'`).join(' and ')} contradict each other.`,
      wanted,
    );
  }
  const ids = checkIds(tenantId, clientId, ['tenantId', 'clientId']);
  if (credentials.length === 0) throw configError('No credential is given: how does the application sign in?', wanted);
  if (certificatePassword !== undefined && typeof certificatePassword !== 'string') {
    throw configError(`Option 'certificatePassword' is ${typeof certificatePassword}; expected a string.`);
  }
  if (sendCertificateChain !== undefined && typeof sendCertificateChain !== 'boolean') {
    throw configError(`Option 'sendCertificateChain' is ${shown(sendCertificateChain)}; expected true or false.`);
  }
  const details = { password: certificatePassword, sendChain: sendCertificateChain ?? false };
  return { ...ids, credential: credentialFromOptions(certificatePath, certificate, clientSecret, details) };
}

function credentialFromOptions(
  path: unknown,
  certificate: unknown,
  secret: unknown,
  details: { password: string | undefined; sendChain: boolean },
): Credential {
  if (path !== undefined) {
    if (typeof path === 'string' && path !== '' && !path.includes('-----BEGIN')) {
      return { kind: 'certificate', source: { path }, from: `certificatePath '${path}'`, ...details };
    }
    throw configError(
      "Option 'certificatePath' is not a path; expected the path of a PEM file.",
      typeof path === 'string' && path.includes('-----BEGIN')
        ? "PEM text goes into the option 'certificate'."
        : undefined,
    );
  }
  if (certificate !== undefined) {
    if (typeof certificate !== 'string' && !(certificate instanceof Uint8Array)) {
      throw configError(`Option 'certificate' is ${shown(certificate)}; expected PEM text or its bytes.`);
    }
    const text = typeof certificate === 'string' ? certificate : Buffer.from(certificate).toString('latin1');
    return { kind: 'certificate', source: { text }, from: "option 'certificate'", ...details };
  }
  if (typeof secret === 'string' && secret !== '') return { kind: 'secret', secret };
  throw configError("Option 'clientSecret' is not a non-empty string.");
}

/** The identity from the environment: names and order (secret before certificate) are those of @azure/identity. */
export function identityFromEnvironment(env: NodeJS.ProcessEnv): Identity {
  const set = (name: string) => env[name] || undefined;
  if (!set('AZURE_TENANT_ID') && !set('AZURE_CLIENT_ID')) {
    throw configError(
      'No identity is given: neither options (tenantId, clientId, certificatePath, …) nor AZURE_TENANT_ID and AZURE_CLIENT_ID in the environment.',
      'Pass { tenantId, clientId, certificatePath, mailbox }, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH.',
    );
  }
  const ids = checkIds(set('AZURE_TENANT_ID'), set('AZURE_CLIENT_ID'), ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']);
  const secret = set('AZURE_CLIENT_SECRET');
  if (secret) return { ...ids, credential: { kind: 'secret', secret } };
  const details = {
    kind: 'certificate',
    password: set('AZURE_CLIENT_CERTIFICATE_PASSWORD'),
    sendChain: /^(1|true)$/i.test(set('AZURE_CLIENT_SEND_CERTIFICATE_CHAIN') ?? ''),
  } as const;
  const path = set('AZURE_CLIENT_CERTIFICATE_PATH');
  if (path)
    return { ...ids, credential: { ...details, source: { path }, from: `AZURE_CLIENT_CERTIFICATE_PATH '${path}'` } };
  const text = set('GRAPH_MAIL_CERTIFICATE');
  if (text) return { ...ids, credential: { ...details, source: { text }, from: 'GRAPH_MAIL_CERTIFICATE' } };
  throw configError(
    'AZURE_TENANT_ID and AZURE_CLIENT_ID are set, but no credential is.',
    'Set AZURE_CLIENT_CERTIFICATE_PATH, GRAPH_MAIL_CERTIFICATE or AZURE_CLIENT_SECRET.',
  );
}

function checkIds(
  tenantId: unknown,
  clientId: unknown,
  names: [string, string],
): { tenantId: string; clientId: string } {
  for (const [value, name] of [
    [tenantId, names[0]],
    [clientId, names[1]],
  ] as const) {
    if (value === undefined)
      throw configError(`${name} is missing; it is on the overview page of the app registration.`);
  }
  if (typeof tenantId !== 'string' || !(isGuid(tenantId) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(tenantId))) {
    throw configError(
      `${names[0]} is ${shown(tenantId)}; expected the Directory (tenant) id, a GUID, or a verified domain.`,
      'An application signs in to one tenant: common, organizations and consumers cannot be used.',
    );
  }
  if (typeof clientId !== 'string' || !isGuid(clientId)) {
    throw configError(`${names[1]} is ${shown(clientId)}; expected the Application (client) id, a GUID.`);
  }
  return { tenantId, clientId };
}
