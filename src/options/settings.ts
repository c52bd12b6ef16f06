import type { Agent } from 'node:https';
import type { LogOptions } from '../common/log.js';
import type {
  ClientAssertionInfo,
  CloudName,
  CustomCloud,
  GraphMessageOptions,
  GraphTransportOptions,
  MailboxSelection,
  TokenCredentialLike,
} from './types.js';

/** How the application proves who it is. */
export type Credential =
  | {
      kind: 'certificate';
      /** One or two files, or their contents. */
      source: { paths: string[] } | { contents: (string | Uint8Array)[] };
      /** The option or variable that it came from, for error messages. */
      from: string;
      password: string | undefined;
      sendChain: boolean;
    }
  | { kind: 'secret'; secret: string }
  | { kind: 'assertion'; sign: (info: ClientAssertionInfo) => Promise<string> };

/** Who signs in: an application with its own credential, or a source of tokens that the user gives. */
export type Identity =
  | { tenantId: string; clientId: string; credential: Credential }
  | { credential: { kind: 'azure'; source: TokenCredentialLike } }
  | { credential: { kind: 'token'; get: NonNullable<GraphTransportOptions['getToken']> } };

/** Options that Nodemailer itself acts upon, and never gets from a plugin. */
export interface MailerOptions {
  dkim?: GraphTransportOptions['dkim'];
  attachDataUrls?: boolean;
  disableFileAccess?: boolean;
  disableUrlAccess?: boolean;
  normalizeHeaderKey?: (key: string) => string;
}

/** What both the options and a message may say of how it goes out. */
export interface SendingChoices {
  delivery: 'direct' | 'draft';
  onUnknown: 'fail' | 'verify';
  largeMessages: 'reject' | 'upload';
}

/** How often a message may be tried again and how long it may wait, where it does not leave that to the transport. */
export type MessagePatience = Pick<GraphMessageOptions, 'maxRetries' | 'maxWait'>;

/** The options after they were checked, with nothing left to decide. */
export interface Settings extends SendingChoices {
  identity: Identity;
  /** The application that searches message trace, if there is one. */
  trace: Identity | undefined;
  mailbox: string | ((mail: MailboxSelection) => string);
  allowedMailboxes: readonly string[] | ((mailbox: string) => boolean) | undefined;
  /** From further names of mailboxes to the ones that they are counted under. */
  mailboxNames: Readonly<Record<string, string>>;
  cloud: CloudName | CustomCloud;
  /** Certificate authorities of the environment to trust besides Node's own, PEM. */
  ca: string | undefined;
  mailboxConcurrency: number;
  timeout: number;
  maxRetries: number;
  maxWait: number;
  maxRequestSize: number;
  verifyWindow: number;
  uploadBudget: number | false;
  onDraft: GraphTransportOptions['onDraft'];
  maxConnections: number | undefined;
  rateLimit: number | undefined;
  rateDelta: number;
  maxRecipients: number | undefined;
  proxy: string | false | undefined;
  agent: Agent | undefined;
  log: LogOptions;
  mailer: MailerOptions;
  /** SMTP options that were given and do nothing here. */
  ignored: string[];
}
