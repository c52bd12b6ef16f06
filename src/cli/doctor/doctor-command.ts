import { version } from '../../common/version.js';
import { type Command, InvalidArgumentError } from '../../vendor/commander.js';
import { addConfigurationFlags } from '../common/configuration.js';
import { type ExitCode, UsageError } from '../common/exit-codes.js';
import { featuresFlag } from '../common/features.js';
import { addressFlag, mailboxFlag, oneOf, pathFlag, textFlag } from '../common/flag-values.js';
import { hasColours, type Terminal } from '../common/terminal.js';
import { printableJson } from '../common/wording.js';
import { bundleText, checkBundlePath, plainCheck, writeBundle } from './bundle.js';
import {
  checkCertificate,
  checkCertificateDays,
  checkCertificateFile,
  checkThumbprints,
} from './checks/certificate.js';
import { checkClock } from './checks/clock.js';
import { checkConfiguration } from './checks/configuration.js';
import { checkMailboxes } from './checks/mailboxes.js';
import { checkTrace } from './checks/message-trace.js';
import { checkNames, checkProxy, checkTls } from './checks/network.js';
import { checkPermissions } from './checks/permissions.js';
import { checkReading } from './checks/reading.js';
import { checkLimits } from './checks/sending-limits.js';
import { checkTestMail } from './checks/test-mail.js';
import { checkToken } from './checks/token.js';
import { type Check, skipped } from './common/check.js';
import { CheckContext } from './common/check-context.js';
import { type DoctorFlags, type Environment, environmentOf } from './common/environment.js';
import { liveContractCommand } from './live-contract.js';
import { checkText, inSandbox, overallVerdict } from './report.js';

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

/** `ended` gets the exit code. */
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

/** In the order in which they are printed. A fault is reported once: checks that depend on it are skipped. */
const checksInOrder: readonly ((context: CheckContext) => Promise<Check[]>)[] = [
  checkConfiguration,
  checkCertificateFile,
  checkCertificate,
  checkCertificateDays,
  checkThumbprints,
  checkClock,
  checkNames,
  checkProxy,
  checkTls,
  checkToken,
  checkPermissions,
  checkLimits,
  checkMailboxes,
  checkReading,
  checkTestMail,
  checkTrace,
];

const everything = { id: 'everything', title: 'Everything else' };

/**
 * `doctor`: checks everything between this program and a sent mail, and says what is wrong and what to do.
 * @internal
 */
export async function doctorCommand(
  flags: DoctorFlags,
  terminal: Terminal,
  environment: Environment = environmentOf(terminal),
): Promise<ExitCode> {
  if (flags.liveContract) return liveContractCommand(flags, terminal, environment);
  refuseContradictions(flags);
  const context = new CheckContext(flags, environment);
  const print = (text: string) => terminal.stdout.write(`${text}\n`);
  const colours = hasColours(terminal.stdout, terminal.env);
  try {
    let printing = !flags.json;
    for (const runCheck of checksInOrder) {
      for (const check of await runCheck(context)) {
        const { inbox } = context;
        const one = context.add(inbox === undefined ? check : inSandbox(check, inbox, context.commands));
        if (printing) print(checkText(one, colours));
      }
      if (printing && runCheck === checkConfiguration && context.blocked(everything, 'configuration')) {
        // One sentence for all checks that depend on it.
        print(checkText(skipped(everything, 'Not checked: the configuration must be right first.'), colours));
        printing = false;
      }
    }
    const { cloud, checks, inbox } = context;
    const sandbox = cloud !== undefined && context.isSandbox(cloud.graphHost);
    const verdict = overallVerdict(checks, sandbox);
    if (flags.bundle !== undefined) writeBundle(flags.bundle, await bundleText(context, verdict));
    if (flags.json) {
      const { verdict: word, exitCode, text } = verdict;
      print(
        printableJson({
          verdict: word,
          exitCode,
          text,
          version,
          mode: flags.mode,
          sandbox,
          checks: checks.map(plainCheck),
        }),
      );
      return exitCode;
    }
    if (flags.bundle !== undefined) {
      print(
        `\nSupport bundle: ${flags.bundle}\n  It has no key, token, secret or password in it, but addresses of mailboxes.`,
      );
    }
    print(`\n${verdict.text}${inbox === undefined ? '' : `\nMail that the sandbox has taken is on ${inbox}`}`);
    return verdict.exitCode;
  } finally {
    context.close();
  }
}

/** @throws UsageError before anything is asked or sent */
function refuseContradictions(flags: DoctorFlags): void {
  const { mailbox = [], deniedMailbox = [], probe, from, sendTo, bundle, to, report, yes, removeRole } = flags;
  if (deniedMailbox.length > 0 && !probe) {
    throw new UsageError('--denied-mailbox is asked about with --probe only: add it.');
  }
  const denied = new Set(deniedMailbox.map((one) => one.toLowerCase()));
  const both = mailbox.find((one) => denied.has(one.toLowerCase()));
  if (both !== undefined) throw new UsageError(`${both} cannot be both, --mailbox and --denied-mailbox.`);
  if (from !== undefined && sendTo === undefined) throw new UsageError('--from goes with --send-to.');
  if (bundle !== undefined) checkBundlePath(bundle);
  const other = Object.entries({ '--to': to, '--report': report, '--yes': yes, '--remove-role': removeRole }).find(
    ([, value]) => value !== undefined,
  );
  if (other) throw new UsageError(`${other[0]} goes with --live-contract.`);
}
