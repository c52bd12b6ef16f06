import type { Expected } from './expected.js';
import type { Reply } from './plain-http.js';
import type { Target } from './target.js';

/** How well something is known: by Microsoft's documentation, by reports of users, or by inference alone. */
export type Mark = 'documented' | 'reported' | 'inferred';

/** What a token must allow; `Mail.Read` is had by `Mail.ReadWrite` as well. */
export type Permission = 'Mail.Send' | 'Mail.Read' | 'Mail.ReadWrite';

/** @internal */
export interface Behaviour {
  /** A sentence. */
  behaviour: string;
  mark: Mark;
  /** The source. */
  source: string;
  answer: Expected;
  /** Checks more than the answer; throws when it does not hold. */
  also?: (target: Target, reply: Reply) => Promise<void>;
}

/** The fields of every probe. */
interface Probe {
  /** Stays the same in all versions, as reports name it. */
  id: string;
  /** The rows of docs/facts.md that it settles. */
  facts: readonly string[];
  /** Default: none beyond the token. */
  needs?: readonly Permission[];
}

/** A request, and the answer that any tenant must give. */
export interface TenantCase extends Probe, Behaviour {
  ask: (target: Target) => Promise<Reply>;
}

export interface Topic<One = TenantCase> {
  topic: string;
  cases: readonly One[];
}

/** What a question found out in a real tenant. */
export interface Finding {
  /** Whether the assumption held. */
  held: boolean;
  /** What was seen, in a few words of our own for the report: without text of a message, address or id. */
  seen: string;
}

/**
 * Something about Graph that no source tells for sure, and what the sandbox assumes about it. `look` finds out without harm:
 * with messages that have no recipients, or with mail to the allowed addresses. It resolves to a reason when it cannot.
 */
export interface Question extends Probe {
  topic: string;
  /** A sentence. */
  assumption: string;
  look: (target: Target) => Promise<Finding | string>;
}

/** A question that these runs cannot answer, and why. */
export interface Unanswerable {
  topic: string;
  assumption: string;
  because: string;
}

// The sources. Pages of Microsoft's documentation are named by their titles.

export const docs = {
  sendMail: 'Graph documentation, "user: sendMail"',
  mime: 'Graph documentation, "Send Outlook messages using MIME format"',
  flow: 'Graph documentation, "Things to know about sending mail"',
  from: 'Graph documentation, "Send Outlook messages from another user"',
  createMessage: 'Graph documentation, "Create message"',
  getMessage: 'Graph documentation, "Get message"',
  mimeContent: 'Graph documentation, "Get MIME content of a message"',
  listMessages: 'Graph documentation, "List messages"',
  deleteMessage: 'Graph documentation, "Delete message"',
  messageSend: 'Graph documentation, "message: send"',
  addAttachment: 'Graph documentation, "Add attachment"',
  listAttachments: 'Graph documentation, "List attachments"',
  largeFiles: 'Graph documentation, "Attach large files to Outlook messages"',
  uploadSession: 'Graph documentation, "attachment: createUploadSession"',
  throttling: 'Graph documentation, "Throttling" and "Throttling limits"',
  errors: 'Graph documentation, "Error responses"',
  useApi: 'Graph documentation, "Use the Microsoft Graph API"',
  immutableIds: 'Graph documentation, "Obtain immutable identifiers for Outlook resources"',
  permissions: 'Graph documentation, "Permissions reference"',
  accessPolicy: 'Graph documentation, "Limit mailbox access"',
  updateMessage: 'Graph documentation, "Update message"',
  messageTraces: 'Graph documentation, "List messageTraces"',
  messageTraceResource: 'Graph documentation, "exchangeMessageTrace"',
  nationalClouds: 'Graph documentation, "National cloud deployments"',
  rbac: 'Exchange documentation, "Role Based Access Control for Applications"',
  ews: 'Exchange PowerShell, Set-OrganizationConfig',
  exchangeLimits: 'Exchange Online limits',
  certificate: 'Entra documentation, "Certificate credentials"',
  clientCredentials: 'Entra documentation, "Client credentials flow"',
  entraErrors: 'Entra documentation, "Error codes"',
  discovery: 'OpenID Connect Discovery 1.0',
  cae: 'Entra documentation, "Continuous access evaluation for workload identities"',
} as const;

export const reports = {
  liveHeaders: 'microsoftgraph/microsoft-graph-docs #6256',
  smtp2graph: 'SMTP2Graph (live tests)',
  gitlab: "GitLab's Graph mailer",
  requestTooLarge: 'O365/python-o365 #472',
  noRecipients: 'SMTP2Graph #30, msgraph-sdk-java #831',
  noPermissions: 'microsoft-graph-docs #5673',
  customHeaders: 'Microsoft Q&A 762243',
  davmail: 'DavMail',
  emailEngine: 'EmailEngine',
  captures: 'published answers of the live service',
  traceAnswer: 'office365itpros, 27 January 2026',
  traceReport: 'Nico77600/MessageTraceReport (measured in a lab tenant)',
  msal: 'what MSAL sends and accepts',
} as const;

export const guess = 'inferred';
