import { joinBounces } from '../../bulk/bounces/join-bounces.js';
import { mailboxesToRead, readBounces } from '../../bulk/bounces/read-bounces.js';
import { counted } from '../../bulk/common/words.js';
import { readRun } from '../../bulk/journal/read-journal.js';
import { writeReports } from '../../bulk/report/write-reports.js';
import { appendToSuppressionList } from '../../bulk/suppression/suppression-list.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { ownCommands, printer, type Terminal } from '../common/terminal.js';
import { adviceLines, reportLines, shownFolder } from './ending-text.js';
import { findRun } from './find-run.js';
import { choicesOf, transportOptions } from './mail-choices.js';
import { recipientsOfRun } from './report-command.js';

export interface BouncesFlags {
  runs: string;
  suppress?: string;
  since?: Date;
}

/** `bulk bounces`: reads the Inboxes of the mailboxes that sent, and records which mails came back. */
export async function bouncesCommand(
  given: string | undefined,
  flags: BouncesFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = await findRun(given, flags.runs, terminal);
  const run = shownFolder(folder);
  const { run: record } = await readRun(folder);
  const recipients = recipientsOfRun(record, run);
  const mailboxes = await mailboxesToRead(folder);
  const choices = choicesOf(record, run);
  const transporter = terminal.connect(transportOptions(choices));
  const print = printer(terminal);
  try {
    const until = new Date(terminal.clock.now());
    const bounces = async function* () {
      for (const { mailbox, since } of mailboxes) {
        print(`Reading the Inbox of ${mailbox}`);
        yield* readBounces({ transporter, mailbox, since: flags.since ?? since });
      }
    };
    // An Inbox that was read from a later time on than needed says nothing about the mails before.
    const complete = mailboxes.filter(({ since }) => flags.since === undefined || flags.since <= since);
    const read = complete.map(({ mailbox }) => ({ mailbox, until }));
    const { reports, known, added, hard, soft, delayed, hardAddresses } = await joinBounces(folder, bounces(), {
      recipients,
      read,
    });
    print(`${counted(reports, 'delivery report')} read, of which ${known} were known.`);
    print(`New: ${added} (${hard} refused for good, ${soft} refused otherwise, ${delayed} delayed).`);
    if (flags.suppress !== undefined) {
      const n = await appendToSuppressionList(flags.suppress, hardAddresses, `bounced, run ${record.id.slice(0, 12)}`);
      print(`${counted(n, 'address', 'addresses')} added to ${flags.suppress}.`);
    }
  } finally {
    transporter.close();
  }
  const { totals, inProgress, ended, ...files } = await writeReports({ folder, recipients });
  for (const line of reportLines(files)) print(line);
  const just = { readBounces: true, suppressed: flags.suppress !== undefined };
  const situation = { commands: ownCommands(terminal), suppress: choices.suppress, ended, just };
  if (!inProgress) for (const line of adviceLines(totals, folder, situation)) print(line);
  return EXIT.ok;
}
