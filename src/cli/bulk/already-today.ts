import path from 'node:path';
import { recentSendsOfSiblings } from '../../bulk/run/restore-pace.js';
import { type MailChoices, mailboxesOf } from './mail-choices.js';

const day = 86_400_000;

interface Send {
  recipients: number;
}

/** Recipients that each mailbox sent to in the last 24 hours, by the runs in a folder. */
export async function alreadyToday(runs: string, choices: MailChoices, now: number): Promise<number[]> {
  return countSends(await recentSendsOfSiblings(path.join(runs, 'new'), now - day), choices);
}

/** The same for a run that is there: its own sends, and those of the runs beside it. */
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
