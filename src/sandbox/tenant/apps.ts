import type { X509Certificate } from 'node:crypto';
import {
  type Application,
  type ApplicationOptions,
  createApplication,
  updateApplication,
} from '../model/application.js';
import { checkApplication } from './check-tenant.js';
import type { LoadableCollection } from './collection.js';
import type { TenantState } from './tenant-state.js';

/** A certificate that is registered for an application. */
export interface TenantCertificate {
  subject: string;
  /** Upper-case hex, as the portal shows it. */
  thumbprintSha1: string;
  thumbprintSha256: string;
  notBefore: Date;
  notAfter: Date;
}

/** An application of the tenant, without its secrets. */
export interface TenantApp {
  clientId: string;
  displayName: string;
  disabled: boolean;
  /** As consented to; tokens have them when the propagation delay is over. */
  roles: string[];
  allowedMailboxes?: string[];
  /** How many there are. */
  secrets: number;
  certificates: TenantCertificate[];
}

/** What an application of the running tenant is set to: also what `get()` and `list()` show of it. */
export interface TenantAppOptions extends Omit<ApplicationOptions, 'certificates' | 'secrets'> {
  /** PEM certificates, and those of the application as `get()` shows them, which it keeps. */
  certificates?: (string | Pick<TenantCertificate, 'thumbprintSha256'>)[];
  /** Client secrets; or how many there are, as `get()` shows it, which leaves them as they are. */
  secrets?: string[] | number;
}

/** The applications by client id. What `set` is not given stays as it was. */
export function appsOf(tenant: TenantState): LoadableCollection<TenantAppOptions, TenantApp> {
  const { applications } = tenant;
  const get = (clientId: string): TenantApp | undefined => {
    const found = applications.get(clientId.toLowerCase());
    return found && view(found);
  };
  return {
    get,
    list: () => [...applications.values()].map(view),
    set: (given, what = 'tenant.apps') => {
      const id: unknown = given?.clientId;
      const known = typeof id === 'string' ? applications.get(id.toLowerCase()) : undefined;
      const options = withOwn(known, given, what);
      checkApplication(what, options);
      const wasDisabled = known?.disabled ?? false;
      if (known) updateApplication(known, options, tenant.now, tenant.propagationDelay);
      const application = known ?? createApplication(options, tenant.now, tenant.propagationDelay);
      applications.set(application.clientId, application);
      if (application.disabled && !wasDisabled) tenant.revokeTokens(application.clientId);
      tenant.changed();
      return view(application);
    },
    remove: (clientId) => {
      const removed = applications.delete(clientId.toLowerCase());
      if (!removed) return false;
      tenant.revokeTokens(clientId);
      tenant.changed();
      return true;
    },
  };
}

/** What was given, with that in the place of what `get()` showed which it stands for. Whatever else it is, its check says so. */
function withOwn(known: Application | undefined, given: TenantAppOptions, what: string): unknown {
  const { certificates, secrets } = given ?? {};
  const options: Record<string, unknown> = { ...given };
  if (typeof secrets === 'number') {
    const count = known?.secrets.size ?? 0;
    if (secrets !== count) {
      throw new Error(
        `${what}: "secrets" is another number than the ${count} there are, expected texts or that number.`,
      );
    }
    delete options.secrets;
  }
  if (Array.isArray(certificates)) {
    options.certificates = certificates.map((one) => {
      const { thumbprintSha256 } = (one ?? {}) as { thumbprintSha256?: unknown };
      if (typeof one === 'string' || typeof thumbprintSha256 !== 'string') return one;
      const own = [...(known?.certificates.x5t.values() ?? [])].find(
        (certificate) => certificateView(certificate).thumbprintSha256 === thumbprintSha256,
      );
      if (own) return own.toString();
      throw new Error(
        `${what}: "certificates" has one that the application does not have, expected PEM or one that get() shows.`,
      );
    });
  }
  return given === undefined || given === null ? given : options;
}

function view({ clientId, displayName, disabled, ...application }: Application): TenantApp {
  const allowedMailboxes = application.allowedMailboxes.latest;
  return {
    clientId,
    displayName,
    disabled,
    roles: [...application.roles.latest],
    ...(allowedMailboxes && { allowedMailboxes: [...allowedMailboxes] }),
    secrets: application.secrets.size,
    certificates: [...application.certificates.x5t.values()].map(certificateView),
  };
}

function certificateView(certificate: X509Certificate): TenantCertificate {
  return {
    subject: certificate.subject,
    thumbprintSha1: certificate.fingerprint.replaceAll(':', ''),
    thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}
