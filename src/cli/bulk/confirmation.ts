import { createInterface } from 'node:readline';
import { count, counted } from '../../bulk/common/words.js';
import { UsageError } from '../common/exit-codes.js';
import { numberOfMails } from '../common/flag-values.js';
import type { Terminal } from '../common/terminal.js';

/** Runs of more mails than this begin only when a person has given their number. */
export const confirmationThreshold = 500;

export interface Confirmation {
  /** Mails that would be sent. */
  mails: number;
  /** What `--confirm` says. */
  given: number | undefined;
  /** Whether somebody may be asked. */
  interactive: boolean;
}

/**
 * Has the number of mails confirmed, by `--confirm` or by a person who types it.
 * @throws UsageError when it is another number, or nobody can be asked; nothing has been sent then
 */
export async function confirmSending(
  { mails, given, interactive }: Confirmation,
  terminal: Pick<Terminal, 'stdin' | 'stdout'>,
): Promise<void> {
  if (given !== undefined) {
    if (given === mails) return;
    throw new UsageError(
      `--confirm says ${count(given)}, but ${counted(mails, 'mail')} would be sent. Nothing was sent; give --confirm ${mails} if that is meant.`,
    );
  }
  if (mails <= confirmationThreshold) return;
  if (!interactive) {
    throw new UsageError(
      `${count(mails)} mails would be sent. More than ${confirmationThreshold} must be confirmed: give --confirm ${mails}. Nothing was sent.`,
    );
  }
  terminal.stdout.write(`Type the number of mails (${mails}) to send them, anything else to stop: `);
  const answer = await readLine(terminal.stdin);
  if (answer === undefined) terminal.stdout.write('\n');
  if (answer !== undefined && numberOfMails(answer) === mails) return;
  throw new UsageError(`The number was not ${mails}. Nothing was sent.`);
}

/** One line, without the terminal's own editing: then Ctrl-C ends the program the usual way. */
function readLine(input: NodeJS.ReadableStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input, terminal: false });
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => {
      input.pause();
      resolve(undefined);
    });
  });
}
