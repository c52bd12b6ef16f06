import { volumePlan } from '../../bulk/checks/volume.js';
import { type RunReading, readRun } from '../../bulk/journal/read-journal.js';
import { totalsOf } from '../../bulk/run/totals.js';
import { type ExitCode, UsageError } from '../common/exit-codes.js';
import type { Terminal } from '../common/terminal.js';
import {
  alreadyTodayWith,
  checkDays,
  confirmationThreshold,
  confirmSending,
  refuseInProgress,
} from './before-sending.js';
import { shownFolder } from './ending-text.js';
import { findRun } from './find-run.js';
import { choicesOf, mailboxesOf, type PacingFlags, withPacing } from './mail-choices.js';
import { createView, runSession } from './send-session.js';

export interface ResumeFlags extends PacingFlags {
  runs: string;
  retryFailed?: boolean;
  verify?: boolean;
  trace?: boolean;
  resendUnknown?: boolean;
  limit?: number;
  takeOver?: boolean;
  confirm?: number;
  json?: boolean;
}

/** `bulk resume` and `bulk retry`: continues a run as it was begun, at another pace where the flags say so. */
export async function resumeCommand(
  given: string | undefined,
  flags: ResumeFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { retryFailed, limit, takeOver } = flags;
  const unknown = wayWithUnknown(flags);
  const folder = await findRun(given, flags.runs, terminal);
  await refuseInProgress(folder);
  const reading = await readRun(folder);
  const begun = choicesOf(reading.run, shownFolder(folder));
  const choices = withPacing(begun, flags);
  const mails = Math.min(mailsToSend(reading, flags), limit ?? Number.POSITIVE_INFINITY);
  const plan = volumePlan({
    recipients: mails,
    mailboxes: mailboxesOf(choices).length,
    rate: choices.rate ?? 30,
    perDay: choices.perDay ?? 10_000,
    alreadyToday: await alreadyTodayWith(folder, reading.state, choices, terminal.clock.now()),
  });
  checkDays({ plan }, choices);
  // A person has confirmed as many already when the run was begun, unless it was to send some of them only.
  if (flags.confirm !== undefined || mails > Math.max(confirmationThreshold, begun.confirmed ?? 0)) {
    const interactive = !flags.json && terminal.stdin.isTTY === true && terminal.stdout.isTTY === true;
    await confirmSending({ mails, given: flags.confirm, interactive }, terminal);
  }
  const view = createView(flags.json, terminal);
  if (mails === 0 && reading.state.tally.unknown === 0) {
    view.note(retryFailed ? 'Nothing was rejected, and nothing is left to send.' : 'Nothing is left to send.');
  }
  return runSession(choices, { journal: folder, resume: true, takeOver, limit, unknown, retryFailed }, view, terminal);
}

/** @throws UsageError */
function wayWithUnknown({ verify, trace, resendUnknown }: ResumeFlags): 'hold' | 'verify' | 'trace' | 'resend' {
  const given = [verify && '--verify', trace && '--trace', resendUnknown && '--resend-unknown'].filter(Boolean);
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} contradict each other: give one.`);
  return verify ? 'verify' : trace ? 'trace' : resendUnknown ? 'resend' : 'hold';
}

/** Rows that would be tried, according to the journal. */
function mailsToSend({ run, state }: RunReading, { retryFailed, resendUnknown }: ResumeFlags): number {
  const { left, rejected, unknown } = totalsOf(state, run.recipients.rows ?? state.tally.seen);
  return left + (retryFailed ? rejected : 0) + (resendUnknown ? unknown : 0);
}

/** `bulk retry <run> --failed`. @throws UsageError without `--failed`: rejected mails are sent again only when that is asked for explicitly */
export function retryCommand(
  given: string | undefined,
  { failed, ...flags }: ResumeFlags & { failed?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  if (failed) return resumeCommand(given, { ...flags, retryFailed: true }, terminal);
  throw new UsageError('Give --failed: it sends the mails again that were rejected, once the cause is put right.');
}
