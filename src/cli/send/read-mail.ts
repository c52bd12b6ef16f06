import type { SendMailOptions } from 'nodemailer';
import type { Terminal } from '../common/terminal.js';
import { attachmentOf, rawOf, textFromStdin, textOf } from './mail-input.js';
import type { SendFlags } from './send-flags.js';

/**
 * The mail that the flags describe, as Nodemailer takes it.
 * @param word `-` when the text comes from stdin
 * @param mailbox what stands in From unless a flag says otherwise
 * @throws MailInputError
 */
export async function readMail(
  word: string | undefined,
  flags: SendFlags,
  mailbox: string,
  terminal: Pick<Terminal, 'stdin' | 'stderr'>,
): Promise<SendMailOptions> {
  if (flags.raw !== undefined) return { raw: await rawOf(flags.raw, terminal) };
  const { to, cc, bcc, replyTo, subject, header, attach = [] } = flags;
  const attachments = await Promise.all(attach.map(attachmentOf));
  const html = flags.html === undefined ? undefined : await textOf(flags.html, '--html');
  const given = flags.text === undefined ? undefined : await textOf(flags.text, '--text');
  const text = word === '-' ? await textFromStdin(terminal) : given;
  // An object id is no address; what to do about that is told when the mail is composed.
  const from = flags.from ?? (mailbox.includes('@') ? mailbox : undefined);
  return {
    ...(from !== undefined && { from }),
    ...(to && { to }),
    ...(cc && { cc }),
    ...(bcc && { bcc }),
    ...(replyTo && { replyTo }),
    ...(subject !== undefined && { subject }),
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
    ...(header && { headers: header }),
    ...(attachments.length > 0 && { attachments }),
  };
}
