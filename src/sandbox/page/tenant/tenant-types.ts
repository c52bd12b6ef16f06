export interface AppCertificate {
  subject: string;
  thumbprintSha1: string;
  thumbprintSha256: string;
  notBefore: string;
  notAfter: string;
}

export interface TenantApp {
  clientId: string;
  displayName?: string;
  disabled?: boolean;
  roles: string[];
  secrets: number;
  certificates: AppCertificate[];
}

export interface Tenant {
  tenantId: string;
  domain: string;
  propagationDelay?: number;
  ews?: Record<string, unknown>;
  apps: TenantApp[];
  assignments: Record<string, unknown>[];
  accessPolicies: Record<string, unknown>[];
  groups: Record<string, unknown>[];
  mailboxes: Record<string, unknown>[];
}

/** Whether an application may send as a mailbox, and why. */
export interface Access {
  clientId: string;
  mailbox: string;
  result: 'Granted' | 'Denied';
  reason: string;
  status?: number;
  code?: string;
  message?: string;
}
