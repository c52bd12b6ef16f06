import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import type { Terminal } from '../common/terminal.js';

/** Something that was to go into the mail cannot be read. Nothing was sent. */
export class MailInputError extends Error {
  override readonly name = 'MailInputError';
}

/** More than any mail holds; without it, a mistake such as `< /dev/zero` would fill the memory. */
const mostInput = 64 * 2 ** 20;

/** What is given for `--text` or `--html`: the text itself, `@` and a file, or `@@` for a text that begins with one `@`. */
export async function textOf(given: string, flag: string): Promise<string> {
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
export async function rawOf(given: string, terminal: Pick<Terminal, 'stdin' | 'stderr'>): Promise<Buffer> {
  if (given === '-') return readStdin(terminal, 'message');
  return readFile(given).catch((cause: Error) => {
    throw new MailInputError(`The file of --raw, ${shownPath(given)}, cannot be read: ${fileProblem(cause)}.`);
  });
}

export async function textFromStdin(terminal: Pick<Terminal, 'stdin' | 'stderr'>): Promise<string> {
  return decoded(await readStdin(terminal, 'text'), 'The text from stdin');
}

/**
 * A file to attach. An absolute path, because Nodemailer takes others for addresses where they look like one, and would fetch
 * them.
 */
export async function attachmentOf(file: string): Promise<{ path: string; filename: string }> {
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

/** Text in another encoding would arrive as other letters. */
function decoded(bytes: Buffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MailInputError(`${what} is not UTF-8. Convert it, for instance with iconv -f WINDOWS-1252 -t UTF-8.`, {
      cause,
    });
  }
}
