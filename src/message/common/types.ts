import type { Readable } from 'node:stream';
import type { MessageHooks } from '../../options/message-options.js';
import type { MessagePatience, SendingChoices } from '../../options/settings.js';
import type { MailboxSelection } from '../../options/types.js';

/** The part of Nodemailer's MimeNode that is used here; the object may come from any copy of Nodemailer. */
export interface ComposedNode {
  keepBcc: boolean;
  getEnvelope(): { from: string | false; to: string[] };
  getAddresses(): Record<string, { name: string; address: string }[]>;
  messageId(): string;
  createReadStream(): Readable;
  childNodes?: ComposedNode[];
  content?: unknown;
  setRaw?(raw: unknown): unknown;
  getHeader?(name: string): unknown;
  setHeader?(name: string, value: string): unknown;
  disableFileAccess?: boolean;
  disableUrlAccess?: boolean;
  normalizeHeaderKey?: ((key: string) => string) | undefined;
}

/** What is known of a message besides its bytes. */
export interface MessagePlan {
  mailbox: string;
  /** Recipients of the envelope, or `undefined` when the header alone says who gets it. */
  envelopeTo: readonly string[] | undefined;
  /** Whether the bytes came ready-made from the caller (`raw`), and so must not be completed beyond what Graph needs. */
  raw: boolean;
}

/** The part of Nodemailer's MailMessage that is used here; the object may come from any copy of Nodemailer. */
export interface ComposedMail extends MailboxSelection {
  message: ComposedNode;
}

/** A message and who sends it, before it is composed. */
export interface PreparedMessage extends MessagePlan {
  envelope: { from: string | false; to: string[] };
  /** The bytes, where they had to be read to know the mailbox and cannot be read again. */
  bytes: Buffer | undefined;
  choices: SendingChoices & MessageHooks & { patience?: MessagePatience };
  /** Refuses bytes that would have chosen another mailbox, where they are read a second time. */
  confirm?: (composed: Buffer) => void;
}
