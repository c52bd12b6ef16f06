import { graphTransporterOf } from '../../bulk/common/graph-transporter.js';
import { count, counted, listed } from '../../bulk/common/words.js';
import { readRun } from '../../bulk/journal/read-journal.js';
import { mailboxOfSender } from '../../bulk/message/sender.js';
import { traceWords } from '../../bulk/report/report-row.js';
import { writeReports } from '../../bulk/report/write-reports.js';
import { type JoinedTrace, joinTrace } from '../../bulk/trace/join-trace.js';
import { type MailsToTrace, tracingTransporterOf } from '../../bulk/trace/search-trace.js';
import type { TraceStatus } from '../../graph/message-trace.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { onInterruptions } from '../common/interruption.js';
import { ownCommands, printer, type Terminal } from '../common/terminal.js';
import { adviceLines, reportLines, shownFolder } from './ending-text.js';
import { findRun } from './find-run.js';
import { choicesOf, transportOptions } from './mail-choices.js';
import { recipientsOfRun } from './report-command.js';

/** `bulk trace`: looks up in message trace what became of the mails of a run, and adds it to its report. */
export async function traceCommand(
  given: string | undefined,
  flags: { runs: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = await findRun(given, flags.runs, terminal);
  const run = shownFolder(folder);
  const { run: record } = await readRun(folder);
  const recipients = recipientsOfRun(record, run);
  const choices = choicesOf(record, run);
  const transporter = terminal.connect(transportOptions(choices));
  const interrupted = new AbortController();
  const release = onInterruptions([() => interrupted.abort()], terminal.signals);
  const print = printer(terminal);
  try {
    const graphTransporter = graphTransporterOf(transporter);
    const tracing = tracingTransporterOf(graphTransporter);
    const senders = choices.from.map((one) => ({
      address: one.address,
      mailbox: mailboxOfSender(one, graphTransporter).toLowerCase(),
    }));
    const search = async (mails: MailsToTrace) => {
      print(`Searching message trace for the mails of ${mails.mailbox}`);
      const from = senders.filter(({ mailbox }) => mailbox === mails.mailbox.toLowerCase());
      return mails.search(
        tracing,
        from.map(({ address }) => address),
        { now: terminal.clock.now(), signal: interrupted.signal },
      );
    };
    const at = new Date(terminal.clock.now()).toISOString();
    for (const line of joinedLines(await joinTrace(folder, { recipients, search, at }))) print(line);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    print('Interrupted. What was found of the mailboxes before is in the journal.');
    return EXIT.interrupted;
  } finally {
    release();
    transporter.close();
  }
  const { totals, inProgress, ended, ...files } = await writeReports({ folder, recipients });
  for (const line of reportLines(files)) print(line);
  const just = { lookedIn: 'trace' } as const;
  const situation = { commands: ownCommands(terminal), suppress: choices.suppress, ended, just };
  if (!inProgress) for (const line of adviceLines(totals, folder, situation)) print(line);
  return EXIT.ok;
}

function joinedLines({ asked, found, settled, foreign, unsearched }: JoinedTrace): string[] {
  if (asked === 0) return ['No mail of this run was sent, so there is nothing to search for.'];
  const kinds = (Object.keys(traceWords) as (keyof typeof traceWords)[]).flatMap((kind) => {
    const rows = found[kind as TraceStatus] ?? 0;
    return rows === 0 ? [] : { rows, words: `${count(rows)} ${traceWords[kind]}` };
  });
  const known = kinds.reduce((sum, { rows }) => sum + rows, 0);
  const missing = asked - known - foreign - unsearched.reduce((sum, { rows }) => sum + rows, 0);
  return [
    `${count(known)} of ${counted(asked, 'mail')} found${known > 0 ? `: ${listed(kinds.map(({ words }) => words))}` : ''}.`,
    ...(foreign > 0
      ? [`${counted(foreign, 'mail')} found for other recipients than the list has: what is said of these is not kept.`]
      : []),
    ...unsearched.map(({ mailbox, rows, why }) => `${counted(rows, 'mail')} of ${mailbox} not searched for: ${why}.`),
    ...(settled > 0
      ? [
          `${counted(settled, 'mail')} that ${settled === 1 ? 'was' : 'were'} unknown: sent after all, as the journal says now.`,
        ]
      : []),
    ...(missing > 0
      ? [
          `${counted(missing, 'mail')} not found, which proves nothing: message trace knows a mail minutes after it was sent, at times later, and for 90 days.`,
        ]
      : []),
  ];
}
