import type { Address } from '../mail/address-list.js';
import { type Attachment, parseMail } from '../mail/parse-mail.js';
import { deliveredBytes, type Submission } from './submission.js';

/** A message that was submitted to the sandbox. */
export interface SandboxMessage {
  id: string;
  /** Primary address of the mailbox that sent it. */
  mailbox: string;
  /** With angle brackets; made by the sandbox when the upload had none. */
  messageId: string;
  subject: string;
  from: Address | undefined;
  to: Address[];
  cc: Address[];
  /** Only the uploaded message and the copy in Sent Items have it. */
  bcc: Address[];
  text: string | undefined;
  html: string | undefined;
  /** The top header of the upload in order; unfolded, not decoded. */
  headers: { name: string; value: string }[];
  attachments: Attachment[];
  /** As uploaded, decoded from base64, with the attachments that were added to its draft. */
  raw: Buffer;
  /** What each recipient got: To, Cc and Bcc, every address once. */
  delivered: { recipient: string; raw: Buffer }[];
  receivedAt: Date;
  requestId: string;
  clientRequestId: string | undefined;
  /** Client id of the application that submitted it. */
  appId: string;
  saveToSentItems: boolean;
}

export interface MessageFilter {
  /** Primary address of the mailbox that sent it. */
  mailbox?: string;
  /** An address in To, Cc or Bcc. */
  recipient?: string;
  /** With or without angle brackets. */
  messageId?: string;
  /** The whole decoded subject. */
  subject?: string;
}

/** What the header alone tells, without reading the body. */
export type MessageHead = Omit<SandboxMessage, 'text' | 'html' | 'attachments' | 'delivered' | 'headers'>;

export function messageHead(submission: Submission): MessageHead {
  const { message } = submission;
  const { envelope } = message;
  return {
    id: submission.id,
    mailbox: submission.mailbox.address,
    messageId: message.messageId,
    subject: message.subject,
    from: envelope.from[0],
    to: envelope.to,
    cc: envelope.cc,
    bcc: envelope.bcc,
    raw: message.raw,
    receivedAt: new Date(submission.receivedAt),
    requestId: submission.requestId,
    clientRequestId: submission.clientRequestId,
    appId: submission.appId,
    saveToSentItems: submission.saveToSentItems,
  };
}

const parsed = new WeakMap<Submission, Promise<SandboxMessage>>();

/** Reads the body too; once per message, and not before somebody asks. */
export function sandboxMessage(submission: Submission): Promise<SandboxMessage> {
  const known = parsed.get(submission) ?? readMessage(submission);
  parsed.set(submission, known);
  return known;
}

async function readMessage(submission: Submission): Promise<SandboxMessage> {
  const { raw, envelope } = submission.message;
  const { text, html, attachments } = await parseMail(raw);
  const copy = deliveredBytes(submission);
  return {
    ...messageHead(submission),
    text,
    html,
    attachments,
    headers: envelope.fields.filter(({ name }) => name !== '').map(({ name, value }) => ({ name, value })),
    delivered: envelope.recipients.map(({ address }) => ({ recipient: address, raw: copy })),
  };
}

export function matchesFilter(submission: Submission, filter: MessageFilter): boolean {
  const { mailbox, recipient, messageId, subject } = filter;
  const { message } = submission;
  return (
    (mailbox === undefined || same(submission.mailbox.address, mailbox)) &&
    (recipient === undefined || message.envelope.recipients.some(({ address }) => same(address, recipient))) &&
    (messageId === undefined || bare(message.messageId) === bare(messageId)) &&
    (subject === undefined || message.subject === subject)
  );
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '');
}
