import type { X509Certificate } from 'node:crypto';
import {
  type Application,
  type ApplicationOptions,
  createApplication,
  updateApplication,
} from '../entra/application.js';
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

/** The applications by client id. What `set` is not given stays as it was. */
export function appsOf(tenant: TenantState): LoadableCollection<ApplicationOptions, TenantApp> {
  const { applications } = tenant;
  const get = (clientId: string): TenantApp | undefined => {
    const found = applications.get(clientId.toLowerCase());
    return found && view(found);
  };
  return {
    get,
    list: () => [...applications.values()].map(view),
    set: (options, what = 'tenant.apps') => {
      checkApplication(what, options);
      const known = applications.get(options.clientId.toLowerCase());
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
