import path from 'node:path';
import { createInterface } from 'node:readline';
import type { CheckReport } from '../../bulk/checks/check-recipients.js';
import { JournalError } from '../../bulk/common/errors.js';
import { count, counted } from '../../bulk/common/words.js';
import { refuseHeld } from '../../bulk/journal/lock.js';
import { recentSendsOfSiblings } from '../../bulk/run/restore-pace.js';
import { OwnCommands } from '../../common/own-commands.js';
import { UsageError } from '../common/exit-codes.js';
import { numberOfMails } from '../common/flag-values.js';
import type { Terminal } from '../common/terminal.js';
import { type MailChoices, mailboxesOf } from './mail-choices.js';

/** @throws JournalError `'locked'` when a process on this machine is sending the run, with the command that shows its status */
export async function refuseInProgress(folder: string): Promise<void> {
  const refusal = await refuseHeld(folder);
  if (!refusal) return;
  throw new JournalError(
    `${refusal.message}. To see how it is getting on:\n  ${new OwnCommands().plain('bulk', 'status', { file: folder })}`,
    {
      code: 'locked',
    },
  );
}

const day = 86_400_000;

interface Send {
  recipients: number;
}

/** Recipients that each mailbox sent to in the last 24 hours, according to the runs in a folder. */
export async function alreadyToday(runs: string, choices: MailChoices, now: number): Promise<number[]> {
  return countSends(await recentSendsOfSiblings(path.join(runs, 'new'), now - day), choices);
}

/** The same for a run that was begun: its own sends, and those of the runs beside it. */
export async function alreadyTodayWith(
  folder: string,
  own: { recentSends(mailbox: string, since: number): Iterable<Send> },
  choices: MailChoices,
  now: number,
): Promise<number[]> {
  const others = countSends(await recentSendsOfSiblings(folder, now - day), choices);
  return mailboxesOf(choices).map(
    (mailbox, index) => (others[index] ?? 0) + sum(own.recentSends(mailbox.toLowerCase(), now - day)),
  );
}

function countSends(sends: ReadonlyMap<string, Iterable<Send>>, choices: MailChoices): number[] {
  return mailboxesOf(choices).map((mailbox) => sum(sends.get(mailbox.toLowerCase()) ?? []));
}

function sum(sends: Iterable<Send>): number {
  let recipients = 0;
  for (const send of sends) recipients += send.recipients;
  return recipients;
}

/** @throws UsageError when the run takes more than the allowance of a day and `--over-days` is not given */
export function checkDays({ plan }: Pick<CheckReport, 'plan'>, { overDays }: { overDays?: boolean }): void {
  if (!plan.needsOverDays || overDays) return;
  throw new UsageError(
    `The run takes ${counted(plan.days, 'day')}, since it is more than a mailbox may send in one. Nothing was sent; give --over-days if it may wait, or send from more mailboxes.`,
  );
}

/** Runs of more mails than this begin only when a person has given their number. */
export const confirmationThreshold = 500;

export interface Confirmation {
  /** Mails that would be sent. */
  mails: number;
  /** What `--confirm` says. */
  given: number | undefined;
  /** Whether a person can be asked. */
  interactive: boolean;
}

/**
 * Has the number of mails confirmed, by `--confirm` or by a person who types it.
 * @throws UsageError when it is another number, or no person can be asked; nothing has been sent then
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
