import type { Address } from '../mail/address-list.js';
import { type Attachment, type ParsedMail, parseMail } from '../mail/parse-mail.js';
import { textOfHtml } from '../mail/text-of-html.js';
import type { Envelope } from '../model/envelope.js';
import { deliveredBytes, type Submission } from '../model/submission.js';
import { findCodes } from './codes.js';
import { findLinks } from './links.js';
import type { MessageStatus, StoryRequest } from './message-timelines.js';

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
  /** The http and https addresses in its HTML and its text, each once. None of them is ever fetched. */
  links: string[];
  /** What looks like a one-time code in its subject and its text, most likely first. */
  codes: string[];
  /** As uploaded, decoded from base64, with the attachments that were added to its draft. */
  raw: Buffer;
  /** What each recipient got: To, Cc and Bcc, every address once. */
  delivered: { recipient: string; raw: Buffer }[];
  receivedAt: Date;
  /** What became of it, as far as is known when it is read. */
  status: MessageStatus;
  /** The requests that were about it, as far as is known when it is read, oldest first; see `RequestLogEntry`. */
  requests: StoryRequest[];
  requestId: string;
  clientRequestId: string | undefined;
  /** Client id of the application that submitted it. */
  appId: string;
  saveToSentItems: boolean;
}

/** What the header alone tells, without reading the body. */
type MessageHead = Omit<
  SandboxMessage,
  'text' | 'html' | 'attachments' | 'delivered' | 'headers' | 'links' | 'codes' | 'status' | 'requests'
>;

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

/** The top header as written, without what is no field. */
export function headerLines({ fields }: Pick<Envelope, 'fields'>): SandboxMessage['headers'] {
  return fields.filter(({ name }) => name !== '').map(({ name, value }) => ({ name, value }));
}

/** What reading the body of a mail tells. */
interface MailContent extends ParsedMail {
  links: string[];
  codes: string[];
}

export async function readContent(raw: Buffer, subject: string): Promise<MailContent> {
  const mail = await parseMail(raw);
  const { text, html } = mail;
  return { ...mail, links: findLinks(html, text), codes: findCodes(subject, text ?? textOfHtml(html ?? '')) };
}

export type MessageContent = MailContent & Pick<SandboxMessage, 'headers' | 'delivered'>;

const read = new WeakMap<Submission, Promise<MessageContent>>();

/** Reads the body of a message: once, and only when it is needed. */
export function messageContent(submission: Submission): Promise<MessageContent> {
  const known = read.get(submission) ?? readMessage(submission);
  read.set(submission, known);
  return known;
}

async function readMessage(submission: Submission): Promise<MessageContent> {
  const { raw, envelope, subject } = submission.message;
  const copy = deliveredBytes(submission);
  return {
    ...(await readContent(raw, subject)),
    headers: headerLines(envelope),
    delivered: envelope.recipients.map(({ address }) => ({ recipient: address, raw: copy })),
  };
}
