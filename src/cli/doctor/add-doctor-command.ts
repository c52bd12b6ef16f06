import type { Command } from '../../vendor/commander.js';
import { InvalidArgumentError } from '../../vendor/commander.js';
import { addConfigurationFlags } from '../common/configuration.js';
import type { ExitCode } from '../common/exit-codes.js';
import { featuresFlag } from '../common/features.js';
import { addressFlag, mailboxFlag, oneOf, pathFlag, textFlag } from '../common/flag-values.js';
import type { Terminal } from '../common/terminal.js';
import { doctorCommand } from './doctor-command.js';

const exitCodes = `
Exit codes:
  0    everything that was asked is right
  1    it works, with warnings
  2    the command is not right
  3    nobody knows whether the test mail was sent
  and by the first check that failed:
  65   Graph does not take the test mail as it is
  69   a server or the proxy cannot be reached, or is not who it should be
  75   Entra cannot serve just now: try again later
  77   the application may not do this, or may do more than it should
  78   the configuration is wrong: identity, certificate, mailbox, clock

--live-contract ends with 0 where all that is documented held, 1 where something
did not, time ran out or something could not be deleted, 130 after Ctrl-C.

What is told of a mailbox is an inference, with the command that an Exchange
administrator runs to know for sure.`;

/** `ended` is told the exit code. */
export function addDoctorCommand(program: Command, terminal: Terminal, ended: (code: ExitCode) => void): void {
  addConfigurationFlags(
    program
      .command('doctor')
      .description('check everything between this machine and a sent mail: what is wrong, and what to do')
      .option(
        '--mode <mode>',
        'how the application is kept to its mailboxes: rbac (RBAC for Applications) or policy (application access policy)',
        oneOf('rbac', 'policy'),
        'rbac',
      ),
  )
    .option(
      '--mailbox <address>',
      'a mailbox that must be allowed (default: GRAPH_MAIL_MAILBOX); may be repeated',
      oneMore,
    )
    .option('--denied-mailbox <address>', 'a mailbox that must be denied; may be repeated', oneMore)
    .option(
      '--probe',
      'ask Graph to send a mail without recipients from these mailboxes, which it refuses; if EWS lists may be why, once more under another User-Agent',
    )
    .option('--send-to <address>', 'send a real test mail to this address', addressFlag)
    .option('--from <address>', 'From of the test mail (default: the mailbox)', addressFlag)
    .option(
      '--with <what>',
      'what it is to do beside sending, as for setup: bounces, verify, drafts, trace (default: GRAPH_MAIL_FEATURES)',
      featuresFlag,
    )
    .option(
      '--trace',
      'look at the application that may search message trace too: its certificate, token and permission',
    )
    .option('--thumbprint <hex>', 'the thumbprint that the portal shows, to compare', textFlag)
    .option('--json', 'print one JSON object')
    .option('--bundle <file>', 'write a support bundle (JSON, without secrets)', pathFlag)
    .option(
      '--live-contract',
      'ask Microsoft what the product assumes of it, with test mails to addresses of yours; write a report without names',
    )
    .option(
      '--to <address>',
      'with --live-contract: an address that test mails may go to (default: it asks); may be repeated',
      oneMoreAddress,
    )
    .option(
      '--report <file>',
      'with --live-contract: where the report goes, .md or .json (default: live-contract-….md)',
      pathFlag,
    )
    .option(
      '--remove-role',
      'with --live-contract: at the end, wait for a person who takes the role Mail.Send away, to see which tokens go on',
    )
    .option('--yes', 'with --live-contract: begin without asking')
    .addHelpText('after', exitCodes)
    .action(async (flags) => ended(await doctorCommand(flags, terminal)));
}

function oneMoreAddress(text: string, before: readonly string[] = []): string[] {
  return [...before, addressFlag(text)];
}

function oneMore(text: string, before: readonly string[] = []): string[] {
  const mailbox = mailboxFlag(text);
  if (before.some((one) => one.toLowerCase() === mailbox.toLowerCase())) {
    throw new InvalidArgumentError(`${mailbox} is given twice.`);
  }
  return [...before, mailbox];
}
