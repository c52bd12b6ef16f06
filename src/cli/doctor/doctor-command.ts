import { version } from '../../common/version.js';
import { type ExitCode, UsageError } from '../common/exit-codes.js';
import { hasColours, type Terminal } from '../common/terminal.js';
import { printableJson } from '../common/wording.js';
import { bundleText, checkBundlePath, plainCheck, writeBundle } from './bundle.js';
import { checkCertificate } from './checks/certificate.js';
import { checkCertificateDays } from './checks/certificate-days.js';
import { checkCertificateFile } from './checks/certificate-file.js';
import { checkClock } from './checks/clock.js';
import { checkConfiguration } from './checks/configuration.js';
import { checkLimits } from './checks/limits.js';
import { checkMailboxes } from './checks/mailboxes.js';
import { checkNames } from './checks/names.js';
import { checkPermissions } from './checks/permissions.js';
import { checkProxy } from './checks/proxy.js';
import { checkReading } from './checks/reading.js';
import { checkTestMail } from './checks/test-mail.js';
import { checkThumbprints } from './checks/thumbprints.js';
import { checkTls } from './checks/tls.js';
import { checkToken } from './checks/token.js';
import { checkTrace } from './checks/trace.js';
import { type Check, skipped } from './common/check.js';
import { Examination } from './common/environment.js';
import type { DoctorFlags } from './flags.js';
import { inSandbox } from './in-sandbox.js';
import { liveContractCommand } from './live-contract.js';
import { checkText } from './report-text.js';
import { judgeChecks } from './verdict.js';
import { type World, worldOf } from './world.js';

/** In the order in which they are told. A fault is named once: what hangs on it is not checked. */
const steps: readonly ((examination: Examination) => Promise<Check[]>)[] = [
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

/** `doctor`: looks at everything between this program and a sent mail, and says what is wrong and what to do. */
export async function doctorCommand(
  flags: DoctorFlags,
  terminal: Terminal,
  world: World = worldOf(terminal),
): Promise<ExitCode> {
  if (flags.liveContract) return liveContractCommand(flags, terminal, world);
  refuseContradictions(flags);
  const examination = new Examination(flags, world);
  const print = (text: string) => terminal.stdout.write(`${text}\n`);
  const colours = hasColours(terminal.stdout, terminal.env);
  try {
    let told = !flags.json;
    for (const step of steps) {
      for (const check of await step(examination)) {
        const { inbox } = examination;
        const one = examination.add(inbox === undefined ? check : inSandbox(check, inbox, examination.commands));
        if (told) print(checkText(one, colours));
      }
      if (told && step === checkConfiguration && examination.blocked(everything, 'configuration')) {
        // One sentence for all that hangs on it.
        print(checkText(skipped(everything, 'Not checked: the configuration must be right first.'), colours));
        told = false;
      }
    }
    const { cloud, checks, inbox } = examination;
    const sandbox = cloud !== undefined && examination.isSandbox(cloud.graphHost);
    const verdict = judgeChecks(checks, sandbox);
    if (flags.bundle !== undefined) writeBundle(flags.bundle, await bundleText(examination, verdict));
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
    examination.close();
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
