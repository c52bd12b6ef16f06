import type { SendMailOptions } from 'nodemailer';
import { configError } from '../../common/errors.js';
import type { SendingChoices } from '../../options/settings.js';
import type { GraphTransportOptions } from '../../options/types.js';
import type { GraphSentMessageInfo } from '../../transport/send-message.js';
import type { Command } from '../../vendor/commander.js';
import {
  addConfigurationFlags,
  addMailboxFlag,
  type Configuration,
  checkConfiguration,
  givenConfiguration,
} from '../common/configuration.js';
import { incomplete } from '../common/configuration-errors.js';
import { EXIT, type ExitCode, UsageError } from '../common/exit-codes.js';
import { oneOf, pathFlag, textFlag } from '../common/flag-values.js';
import { onInterruptions } from '../common/interruption.js';
import { sandboxInbox, sandboxOrigin } from '../common/known-sandbox.js';
import type { Terminal } from '../common/terminal.js';
import { printableJson } from '../common/wording.js';
import { dryRun, printDryRun, printDryRunJson } from './dry-run.js';
import { readMail } from './read-mail.js';
import {
  addressesFlag,
  checkUsage,
  extraHeaderFlag,
  fromFlag,
  oneMorePath,
  type SendFlags,
  subjectFlag,
} from './send-flags.js';
import {
  reportFailure,
  reportSent,
  reportText,
  SEND_EXIT_CODES_HELP,
  type SendContext,
  type SendReport,
} from './send-report.js';

/** `ended` receives the exit code. */
export function addSendCommand(program: Command, terminal: Terminal, ended: (code: ExitCode) => void): void {
  const send = program
    .command('send')
    .description('send one mail, and tell what became of it')
    .argument('[-]', 'read the text from stdin')
    .option('--to <addresses>', '"Name <a@b>", several with commas; may be repeated', addressesFlag)
    .option('--cc <addresses>', 'the same for Cc', addressesFlag)
    .option('--bcc <addresses>', 'the same for Bcc', addressesFlag)
    .option('--from <sender>', '"Name <a@b>" (default: the mailbox)', fromFlag)
    .option('--reply-to <addresses>', 'where answers go', addressesFlag)
    .option('--subject <text>', 'the subject', subjectFlag)
    .option('--text <text>', 'the text, or @ and a file in UTF-8')
    .option('--html <html>', 'the HTML, or @ and a file in UTF-8', textFlag)
    .option('--attach <file>', 'a file to attach; may be repeated', oneMorePath)
    .option('--header <header>', "'Name: value'; may be repeated", extraHeaderFlag)
    .option('--raw <file>', 'a whole MIME message instead of all these, or - for stdin', pathFlag);
  addConfigurationFlags(addMailboxFlag(send))
    .option(
      '--delivery <way>',
      'direct, or draft (needs Mail.ReadWrite): exactly one submission',
      oneOf('direct', 'draft'),
    )
    .option('--on-unknown <way>', 'fail, or verify (needs Mail.ReadBasic.All or Mail.Read)', oneOf('fail', 'verify'))
    .option('--large-messages <way>', 'reject, or upload (needs Mail.ReadWrite)', oneOf('reject', 'upload'))
    .option('--dry-run', 'print the MIME that would go up, and send nothing')
    .option('--json', 'print one JSON object')
    .addHelpText('after', SEND_EXIT_CODES_HELP)
    .action(async (word: string | undefined, flags: SendFlags) => ended(await sendCommand(word, flags, terminal)));
}

/**
 * `send`: one mail, and what became of it.
 * @param word the argument without a flag
 * @throws UsageError; every other error is reported
 */
async function sendCommand(word: string | undefined, flags: SendFlags, terminal: Terminal): Promise<ExitCode> {
  checkUsage(word, flags);
  const context: SendContext = {};
  try {
    const configuration = givenConfiguration(flags, terminal);
    context.configuration = configuration;
    context.sandbox = { inbox: sandboxInbox(configuration), origin: sandboxOrigin(configuration) };
    const mailbox = mailboxOf(flags, configuration);
    context.mailbox = mailbox;
    if (flags.dryRun) {
      const run = await dryRun(await readMail(word, flags, mailbox, terminal), mailbox, choicesOf(flags));
      if (flags.json) printDryRunJson(run, terminal.stdout);
      else printDryRun(run, terminal);
      return EXIT.ok;
    }
    // Before stdin is read: what the user types would be lost.
    checkConfiguration(configuration, mailbox);
    const mail: SendMailOptions = await readMail(word, flags, mailbox, terminal);
    const options = { ...configuration.options, mailbox, ...choicesOf(flags) };
    return print(await submit(mail, options, context, terminal), flags, terminal);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return print(reportFailure(error, context), flags, terminal);
  }
}

/**
 * Sends the mail. The first interruption lets a request that is under way come to its end, the second gives it up, and the
 * third is left to the system.
 * @param context records how far the mail came
 * @throws GraphMailError
 */
async function submit(
  mail: SendMailOptions,
  options: GraphTransportOptions,
  context: SendContext,
  terminal: Terminal,
): Promise<SendReport> {
  const transporter = terminal.connect(options);
  const giveUp = new AbortController();
  const release = onInterruptions(
    [
      () => {
        context.interrupted = true;
        if (context.messageId !== undefined) terminal.stderr.write(waiting);
        transporter.close();
      },
      () => giveUp.abort(),
    ],
    terminal.signals,
  );
  try {
    const onAttempt = ({ messageId }: { messageId: string }) => {
      context.messageId = messageId;
    };
    const info = await transporter.sendMail({ ...mail, signal: giveUp.signal, graph: { onAttempt } });
    return reportSent(info as unknown as GraphSentMessageInfo, context);
  } finally {
    release();
    transporter.close();
  }
}

const waiting = `Interrupted. Waiting for the answer to what is under way, if anything is.
Ctrl-C again gives it up; it is then not known whether the mail was sent.
`;

function mailboxOf({ from, mailbox, dryRun: dry }: SendFlags, configuration: Configuration): string {
  const chosen = mailbox ?? (configuration.env.GRAPH_MAIL_MAILBOX || from?.address);
  if (chosen !== undefined) return chosen;
  // A dry run needs no other part of the configuration.
  const missing = dry ? undefined : incomplete(configuration);
  if (missing) throw missing;
  throw configError('Whose mailbox sends?', 'Give --mailbox or --from, or set GRAPH_MAIL_MAILBOX.');
}

function choicesOf({ delivery, onUnknown, largeMessages }: SendFlags): Partial<SendingChoices> {
  return {
    ...(delivery !== undefined && { delivery }),
    ...(onUnknown !== undefined && { onUnknown }),
    ...(largeMessages !== undefined && { largeMessages }),
  };
}

function print(report: SendReport, { json }: SendFlags, { stdout, stderr }: Terminal): ExitCode {
  if (json) stdout.write(`${printableJson(report)}\n`);
  else (report.outcome === 'sent' ? stdout : stderr).write(reportText(report));
  return report.exitCode;
}
