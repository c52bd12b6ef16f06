import { accessSync, constants, lstatSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { CertificateSource } from '../../auth/certificate/certificate-source.js';
import { addressProblem } from '../../bulk/common/email-address.js';
import { version } from '../../common/version.js';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import { EXIT, type ExitCode, UsageError } from '../common/exit-codes.js';
import { onInterruptions } from '../common/interruption.js';
import { hasColours, type Terminal } from '../common/terminal.js';
import { Pace } from '../live/common/plain-http.js';
import { Target } from '../live/common/target.js';
import { questions, topics } from '../live/probes.js';
import { reportText } from '../live/report.js';
import { type LiveResult, MOST_MAILS, runLive } from '../live/run.js';
import { checkCertificate, checkCertificateDays, checkCertificateFile } from './checks/certificate.js';
import { checkClock } from './checks/clock.js';
import { checkConfiguration } from './checks/configuration.js';
import { checkNames, checkProxy, checkTls } from './checks/network.js';
import { checkToken } from './checks/token.js';
import type { Check } from './common/check.js';
import { CheckContext } from './common/check-context.js';
import { cloudInWords } from './common/clouds-in-words.js';
import type { DoctorFlags, Environment } from './common/environment.js';
import { checkText, overallVerdict, wrapped } from './report.js';

type CheckFunction = (context: CheckContext) => Promise<Check[]>;

/** Checks that make no request, as the user has not agreed yet. */
const onThisMachine: readonly CheckFunction[] = [
  checkConfiguration,
  checkCertificateFile,
  checkCertificate,
  checkCertificateDays,
];
const onTheNetwork: readonly CheckFunction[] = [checkClock, checkNames, checkProxy, checkTls, checkToken];

/** Milliseconds: together under ten minutes. */
const forProbes = 7.5 * 60_000;
const forCleaning = 2 * 60_000;

/** How a report names the cloud: without the host of a custom one. */
function whereInWords(context: CheckContext): string {
  const { cloud } = context;
  if (cloud === undefined || context.isSandbox(cloud.graphHost)) return 'sandbox';
  const words = cloudInWords(cloud);
  return words.startsWith('Microsoft 365') ? words : 'another cloud';
}

/** `doctor --live-contract`: checks Microsoft's own service against what the product assumes of it, and writes a report. */
export async function liveContractCommand(
  flags: DoctorFlags,
  terminal: Terminal,
  environment: Environment,
): Promise<ExitCode> {
  refuseOthers(flags);
  if (flags.report !== undefined) checkReportPath(flags.report);
  const print = (text: string) => terminal.stdout.write(`${text}\n`);
  const context = new CheckContext(flags, environment);
  const passes = async (checks: readonly CheckFunction[]): Promise<boolean> => {
    for (const check of checks) {
      for (const found of await check(context)) {
        const added = context.add(found);
        if (added.status === 'failed') print(checkText(added, hasColours(terminal.stdout, terminal.env)));
      }
    }
    return context.checks.every(({ status }) => status !== 'failed');
  };
  const stopped = (): ExitCode => {
    const { exitCode } = overallVerdict(context.checks, false);
    print('\nThe live contract was not tried. Nothing was sent.');
    return exitCode;
  };
  const lines = new Lines(terminal);
  try {
    if (!(await passes(onThisMachine))) return stopped();
    const { settings } = context;
    const mailbox = typeof settings?.mailbox === 'string' ? settings.mailbox : '';
    const { identity } = settings ?? {};
    if (!mailbox.includes('@')) {
      throw new UsageError('--live-contract needs the address of the mailbox that sends: give it with --mailbox.');
    }
    if (!identity || !('tenantId' in identity) || identity.credential.kind !== 'certificate') {
      throw new UsageError(
        '--live-contract signs in by certificate, as many of its questions are about that: give --tenant-id, --client-id and --certificate.',
      );
    }
    if (flags.removeRole && !lines.interactive) {
      throw new UsageError(
        '--remove-role is for a terminal, where a person says when the role is away. Nothing was sent.',
      );
    }
    const trace = await traceIdentity(context);
    const to = flags.to ?? (await askForAddresses(mailbox, lines, terminal));
    print(planText(mailbox, to, context, trace !== undefined));
    if (flags.removeRole) {
      print('At the end it waits for you to take the permission Mail.Send away; that time comes on top.\n');
    }
    await agree(flags, lines, terminal);
    if (!flags.removeRole) lines.close();
    if (!(await passes(onTheNetwork))) return stopped();
    const { chain, privateKey } = await new CertificateSource(identity.credential, environment.clock, () => {}).get();
    const { cloud } = context;
    if (!cloud) throw new Error('the configuration is read first');
    const target = new Target({
      tenantId: identity.tenantId,
      clientId: identity.clientId,
      authorityHost: cloud.authorityHost,
      graphHost: cloud.graphHost,
      certificate: chain + privateKey,
      ...(trace && { trace }),
      ...(flags.removeRole && { waitForRemoval: (signal) => askForRemoval(lines, terminal, signal) }),
      mailbox,
      to,
      agent: context.agent,
      // A sandbox needs no pauses.
      pace: context.isSandbox(cloud.graphHost) ? new Pace(1, 1) : new Pace(250, 3_000),
      maxMails: MOST_MAILS,
      clock: environment.clock,
    });
    return await tryAndReport(target, flags, terminal, context);
  } finally {
    lines.close();
    context.close();
  }
}

async function tryAndReport(
  target: Target,
  flags: DoctorFlags,
  terminal: Terminal,
  context: CheckContext,
): Promise<ExitCode> {
  const print = (text: string) => terminal.stdout.write(`${text}\n`);
  const { clock } = terminal;
  const interrupted = new AbortController();
  const release = onInterruptions([() => interrupted.abort(new Error('Interrupted.'))], terminal.signals);
  let result: LiveResult;
  try {
    const limits = { timeLimit: forProbes, cleaningLimit: forCleaning, clock };
    result = await runLive(target, { print, signal: interrupted.signal, ...limits });
  } finally {
    release();
  }
  const file = flags.report ?? `live-contract-${target.run}.md`;
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const program = `nodemailer-graph-transport ${version}, Node ${process.version}, ${process.platform} ${process.arch}`;
  const format = file.endsWith('.json') ? 'json' : 'markdown';
  const text = reportText(format, { where: whereInWords(context), day, program }, result, target);
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    print(`\nReport: ${file}\n  It has no secret, address or id in it, and can be attached to an issue.`);
  } catch (error) {
    // The result is printed all the same.
    print(`\nThe report cannot be written to ${shownPath(file)} (${fileProblem(error)}); it follows.\n\n${text}`);
  }
  return exitCodeOf(result);
}

function exitCodeOf({ end, results, leftovers }: LiveResult): ExitCode {
  if (end === 'interrupted') return EXIT.interrupted;
  const fails = results.some(({ mark, verdict }) => mark !== 'open' && verdict === 'did not hold');
  const remains = leftovers.stays.some((one) => one.includes('could not be'));
  return fails || remains || end === 'out of time' ? EXIT.rejected : EXIT.ok;
}

/** @throws UsageError */
function refuseOthers(flags: DoctorFlags): void {
  const others = {
    '--probe': flags.probe,
    '--denied-mailbox': flags.deniedMailbox,
    '--send-to': flags.sendTo,
    '--from': flags.from,
    '--thumbprint': flags.thumbprint,
    '--json': flags.json,
    '--bundle': flags.bundle,
  };
  const other = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (other !== undefined) throw new UsageError(`${other} does not go with --live-contract.`);
  if ((flags.mailbox?.length ?? 0) > 1) throw new UsageError('--live-contract is for one --mailbox.');
}

/** @throws UsageError where a report could not be written; called before any request is made */
function checkReportPath(file: string): void {
  if (!/\.(?:md|json)$/.test(file)) throw new UsageError('--report is a file that ends in .md or .json.');
  if (lstatSync(file, { throwIfNoEntry: false })) {
    throw new UsageError(`--report ${file} is there already, and nothing is overwritten: give another name.`);
  }
  try {
    accessSync(path.dirname(file), constants.W_OK);
  } catch (error) {
    throw new UsageError(`--report ${shownPath(file)} cannot be written: ${fileProblem(error)}.`);
  }
}

/**
 * The application that may read the message trace, by the variables that name it; undefined where none do.
 * @throws GraphMailError `ECONFIG` where its certificate cannot be used
 */
async function traceIdentity({ configuration, environment }: CheckContext) {
  const { env = {} } = configuration ?? {};
  const { GRAPH_MAIL_TRACE_CLIENT_ID: clientId, GRAPH_MAIL_TRACE_CERTIFICATE_PATH: file } = env;
  const content = env.GRAPH_MAIL_TRACE_CERTIFICATE;
  if (!clientId || (!file && !content)) return undefined;
  const password = env.GRAPH_MAIL_TRACE_CERTIFICATE_PASSWORD || undefined;
  const source = file ? { paths: [file] } : { contents: [content ?? ''] };
  const from = file ? 'GRAPH_MAIL_TRACE_CERTIFICATE_PATH' : 'GRAPH_MAIL_TRACE_CERTIFICATE';
  const credential = { kind: 'certificate', source, from, password, sendChain: false } as const;
  const { chain, privateKey } = await new CertificateSource(credential, environment.clock, () => {}).get();
  return { clientId, certificate: chain + privateKey };
}

/** Exactly what the user agrees to. */
function planText(mailbox: string, to: readonly string[], { cloud }: CheckContext, traces: boolean): string {
  const probes = topics.reduce((sum, { cases }) => sum + cases.length, 0) + questions.length;
  const about = [...topics.map(({ topic }) => topic), ...new Set(questions.map(({ topic }) => topic))];
  return `
This asks whether Microsoft's service is as this package takes it to be.

  Asked        ${cloud ? cloudInWords(cloud) : ''}
  Sends from   ${mailbox}
  To           ${to.join(', ')}, and nobody else: each request is compared with this list
  Mails        at most ${MOST_MAILS}, short, each with "[contract test …]" in its subject, at most twenty a minute
  Besides      ${probes} probes in all, one request at a time: sign-ins that must fail, messages
               without recipients, drafts and attachments; about 50 MB of uploads${traces ? '; five look-ups in the message trace' : ''}
  Takes        under ten minutes; Ctrl-C ends it
  Afterwards   it deletes its drafts and, with Mail.ReadWrite, its messages in the mailbox that sends
  Stays        what arrives at the other addresses; without Mail.ReadWrite, the copies in Sent Items

About:
${wrapped(about.join('; '), '  ').join('\n')}
`;
}

/** @throws UsageError without a yes */
async function agree({ yes }: DoctorFlags, lines: Lines, { stdout }: Terminal): Promise<void> {
  if (yes) return;
  if (!lines.interactive) throw new UsageError('Nobody can be asked whether to begin: add --yes. Nothing was sent.');
  stdout.write('Type yes to begin, anything else to stop: ');
  const answer = await lines.next();
  if (answer?.trim().toLowerCase() !== 'yes') throw new UsageError('The answer was not yes. Nothing was sent.');
}

/** Asks the user to remove the role; whether that was done. */
async function askForRemoval(lines: Lines, { stdout }: Terminal, signal: AbortSignal | undefined): Promise<boolean> {
  stdout.write(
    `\nTake the permission Mail.Send away from the application in Entra now (Enterprise applications > Permissions).\nPut it back when this has ended. Type done when it is away, anything else to leave this out: `,
  );
  const interrupted = new Promise<undefined>((resolve) => {
    if (signal?.aborted) resolve(undefined);
    signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const answer = await Promise.race([lines.next(), interrupted]);
  return answer?.trim().toLowerCase() === 'done';
}

/** @throws UsageError where the terminal is not interactive, or an answer is not an address */
async function askForAddresses(mailbox: string, lines: Lines, { stdout }: Terminal): Promise<string[]> {
  if (!lines.interactive) {
    throw new UsageError('--live-contract needs the addresses that test mails may go to: give --to, once for each.');
  }
  stdout.write(
    `Addresses that test mails may go to, with commas between them\n(with ${mailbox} among them it also sees what is delivered): `,
  );
  const addresses = ((await lines.next()) ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (addresses.length === 0) throw new UsageError('No address was given. Nothing was sent.');
  for (const address of addresses) {
    const problem = addressProblem(address);
    if (problem !== undefined) throw new UsageError(`The address ${address} ${problem}. Nothing was sent.`);
  }
  return addresses;
}

/** Lines that the user types, read by one reader, so that none is lost between two questions. */
class Lines {
  readonly interactive: boolean;
  readonly #stdin: Terminal['stdin'];
  #reader: ReturnType<typeof createInterface> | undefined;
  #lines: AsyncIterator<string> | undefined;

  constructor({ stdin, stdout }: Terminal) {
    this.#stdin = stdin;
    this.interactive = stdin.isTTY === true && stdout.isTTY === true;
  }

  async next(): Promise<string | undefined> {
    this.#reader ??= createInterface({ input: this.#stdin, terminal: false });
    this.#lines ??= this.#reader[Symbol.asyncIterator]();
    const { value, done } = await this.#lines.next();
    return done ? undefined : value;
  }

  close(): void {
    if (!this.#reader) return;
    this.#reader.close();
    this.#stdin.pause();
  }
}
