import { type ParsedMail, parseMail } from '../mail/parse-mail.js';
import { textOfHtml } from '../mail/text-of-html.js';
import { deliveredBytes, type Submission } from '../model/submission.js';
import { findCodes } from './codes.js';
import { findLinks } from './links.js';
import { headerLines, type SandboxMessage } from './sandbox-message.js';

/** What reading the body of a mail tells. */
export interface MailContent extends ParsedMail {
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

/** Reads the body of a message; once, and not before somebody asks. */
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
