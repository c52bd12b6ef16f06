import type { SendMailOptions } from 'nodemailer';
import { configError } from '../../common/errors.js';
import type { SendingChoices } from '../../options/settings.js';
import { type Configuration, checkConfiguration } from '../common/configuration.js';
import { givenConfiguration } from '../common/configuration-flags.js';
import { EXIT, type ExitCode, UsageError } from '../common/exit-codes.js';
import { incomplete } from '../common/incomplete.js';
import { sandboxInbox, sandboxOrigin } from '../common/known-sandbox.js';
import type { Terminal } from '../common/terminal.js';
import { printableJson } from '../common/wording.js';
import { checkUsage } from './check-usage.js';
import { dryRun } from './dry-run.js';
import { printDryRun, printDryRunJson } from './dry-run-output.js';
import { readMail } from './read-mail.js';
import { reportText } from './report-text.js';
import type { SendFlags } from './send-flags.js';
import { type MailOnItsWay, reportFailure, type SendReport } from './send-report.js';
import { submit } from './submit.js';

/**
 * `send`: one mail, and what became of it.
 * @param word what stands without a flag
 * @throws UsageError; all else is reported
 */
export async function sendCommand(word: string | undefined, flags: SendFlags, terminal: Terminal): Promise<ExitCode> {
  checkUsage(word, flags);
  const way: MailOnItsWay = {};
  try {
    const configuration = givenConfiguration(flags, terminal);
    way.configuration = configuration;
    way.sandbox = { inbox: sandboxInbox(configuration), origin: sandboxOrigin(configuration) };
    const mailbox = mailboxOf(flags, configuration);
    way.mailbox = mailbox;
    if (flags.dryRun) {
      const run = await dryRun(await readMail(word, flags, mailbox, terminal), mailbox, choicesOf(flags));
      if (flags.json) printDryRunJson(run, terminal.stdout);
      else printDryRun(run, terminal);
      return EXIT.ok;
    }
    // Before stdin is read: what is typed for nothing is lost.
    checkConfiguration(configuration, mailbox);
    const mail: SendMailOptions = await readMail(word, flags, mailbox, terminal);
    const options = { ...configuration.options, mailbox, ...choicesOf(flags) };
    return print(await submit(mail, options, way, terminal), flags, terminal);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return print(reportFailure(error, way), flags, terminal);
  }
}

function mailboxOf({ from, mailbox, dryRun: dry }: SendFlags, configuration: Configuration): string {
  const chosen = mailbox ?? (configuration.env.GRAPH_MAIL_MAILBOX || from?.address);
  if (chosen !== undefined) return chosen;
  // A dry run needs nothing else.
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
