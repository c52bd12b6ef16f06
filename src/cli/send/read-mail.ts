import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SendMailOptions } from 'nodemailer';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import type { Terminal } from '../common/terminal.js';
import type { SendFlags } from './send-flags.js';

/**
 * The mail that the flags describe, as Nodemailer takes it.
 * @param word `-` when the text comes from stdin
 * @param mailbox the address for From unless a flag names another
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
  // An object id is not an address; the error about it comes when the mail is composed.
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

/** A part of the mail cannot be read. Nothing was sent. */
export class MailInputError extends Error {
  override readonly name = 'MailInputError';
}

/** More than any mail holds; without it, a mistake such as `< /dev/zero` would fill the memory. */
const mostInput = 64 * 2 ** 20;

/** What is given for `--text` or `--html`: the text itself, `@` and a file, or `@@` for a text that begins with one `@`. */
async function textOf(given: string, flag: string): Promise<string> {
  if (given.startsWith('@@')) return given.slice(1);
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  const cure = `(A text that begins with @ is written @@ after ${flag}.)`;
  const bytes = await readFile(file).catch((cause: Error) => {
    throw new MailInputError(`The file of ${flag}, ${shownPath(file)}, cannot be read: ${fileProblem(cause)}. ${cure}`);
  });
  return decoded(bytes, `The file ${file}`);
}

/** A whole MIME message, as it is. */
async function rawOf(given: string, terminal: Pick<Terminal, 'stdin' | 'stderr'>): Promise<Buffer> {
  if (given === '-') return readStdin(terminal, 'message');
  return readFile(given).catch((cause: Error) => {
    throw new MailInputError(`The file of --raw, ${shownPath(given)}, cannot be read: ${fileProblem(cause)}.`);
  });
}

async function textFromStdin(terminal: Pick<Terminal, 'stdin' | 'stderr'>): Promise<string> {
  return decoded(await readStdin(terminal, 'text'), 'The text from stdin');
}

/**
 * A file to attach. An absolute path, because Nodemailer takes others for URLs where they look like one, and would fetch
 * them.
 */
async function attachmentOf(file: string): Promise<{ path: string; filename: string }> {
  const absolute = path.resolve(file);
  const found = await stat(absolute).catch((cause: Error) => {
    throw new MailInputError(`The attachment ${shownPath(file)} cannot be read: ${fileProblem(cause)}.`);
  });
  if (found.isDirectory())
    throw new MailInputError(`The attachment ${file} is a folder: give its files, or a ZIP of it.`);
  return { path: absolute, filename: path.basename(absolute) };
}

async function readStdin({ stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>, what: string): Promise<Buffer> {
  if (stdin.isTTY) {
    const end = process.platform === 'win32' ? 'Ctrl-Z and Enter' : 'Ctrl-D';
    stderr.write(`Type the ${what}; ${end} on a line of its own ends it.\n`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > mostInput) throw new MailInputError(`The ${what} from stdin has no end: more than 64 MiB were read.`);
  }
  if (size === 0) throw new MailInputError(`There was nothing on stdin, where the ${what} was to come from.`);
  return Buffer.concat(chunks);
}

/** Text in another encoding would arrive garbled. */
function decoded(bytes: Buffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MailInputError(`${what} is not UTF-8. Convert it, for instance with iconv -f WINDOWS-1252 -t UTF-8.`, {
      cause,
    });
  }
}
