// The JSON of the API, as this page uses it.

export interface Address {
  name: string;
  address: string;
}

export interface Summary {
  id: string;
  mailbox: string;
  messageId: string;
  subject: string;
  from?: Address;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  receivedAt: string;
  size: number;
  status: 'accepted' | 'unconfirmed' | 'bounced';
  /** How many requests submitted it. */
  attempts: number;
  /** Number of attachments. */
  attachments: number;
  /** The first words of its text. */
  preview?: string;
  appId: string;
  requestId: string;
  clientRequestId?: string;
}

export interface Attachment {
  filename?: string;
  contentType: string;
  contentId?: string;
  disposition?: string;
  size: number;
}

export interface MimeNode {
  contentType: string;
  disposition?: string;
  filename?: string;
  encoding?: string;
  size: number;
  children: MimeNode[];
}

/** One request to Entra or Graph. */
export interface TimelineEntry {
  at: string;
  method: string;
  path: string;
  operation?: string;
  /** Null until it is answered. */
  status: number | null;
  durationMs: number | null;
  /** Milliseconds since the previous request ended. */
  wait?: number;
  retryAfter?: string;
  code?: string;
  requestId: string;
  clientRequestId?: string;
  fault?: string;
  delivered?: boolean;
}

export interface RequestEntry extends TimelineEntry {
  mailbox?: string;
  userAgent?: string;
  messageId?: string;
}

/** What a message and an item of a folder have in common. */
export interface ReadableMessage
  extends Pick<Summary, 'subject' | 'from' | 'to' | 'cc' | 'bcc' | 'receivedAt' | 'size' | 'messageId'>,
    Partial<Pick<Summary, 'mailbox' | 'status' | 'attempts' | 'appId' | 'requestId' | 'clientRequestId'>> {
  text?: string;
  html: boolean;
  headers: { name: string; value: string }[];
  attachments: Attachment[];
  recipients?: string[];
  tree?: MimeNode;
  links?: string[];
  codes?: string[];
  story?: TimelineEntry[];
  /** Of an item in a folder: the id of the submitted message that it comes from. */
  submission?: string;
}

export interface MailboxItem {
  id: string;
  messageId: string;
  subject: string;
  from?: Address;
  to: Address[];
  receivedAt: string;
  size: number;
  /** The id of the submitted message that it comes from. */
  submission?: string;
}

export type Folder = 'drafts' | 'sentItems' | 'inbox' | 'deletedItems';

export interface MailboxSummary {
  id: string;
  address: string;
  displayName?: string;
  kind?: string;
  counts: Record<Folder, number>;
}

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

/** A rule as the API takes and returns it. */
export interface Rule {
  on: string | string[];
  [field: string]: unknown;
}

export interface ActiveRule {
  id: string;
  rule: Rule;
  /** Null when it applies without end. */
  left: number | null;
  struck: number;
  /** The scenario that it belongs to. */
  scenario?: string;
}

export interface Faults {
  rules: ActiveRule[];
  scenario: string | null;
  scenarios: { name: string; description: string }[];
  /** Recipient addresses that cause a fault. */
  recipients?: { address: string; does: string }[];
}

export interface Throttling {
  limits: Record<'concurrency' | 'requests' | 'uploadBytes' | 'messageRate', number | null>;
  mailboxes: {
    mailbox: string;
    appId: string;
    inFlight: number;
    requests: number;
    uploadBytes: number;
    messages: number;
    queued: number;
  }[];
}

/** What a client must be configured with. */
export interface Connection {
  tenantId: string;
  clientId: string;
  mailbox: string;
  /** The mailboxes that the application may send from. */
  mailboxes: string[];
  authorityHost: string;
  graphHost: string;
  /** PEM. */
  ca?: string;
  /** These three only where they were passed to the sandbox at its start. */
  clientSecret?: string;
  certificatePath?: string;
  caPath?: string;
}
