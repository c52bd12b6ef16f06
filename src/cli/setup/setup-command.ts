import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import type { Terminal } from '../common/terminal.js';
import { againText, closingText } from './closing-text.js';
import type { Answers, SetupFile, SetupFlags, TraceRegistration } from './common/answers.js';
import { newCertificate, ownCertificate, type PublicCertificate } from './common/certificate.js';
import { allHandouts } from './handouts/all-handouts.js';
import { DEFAULT_DAYS, settleAnswers } from './questions.js';
import { rotateCommand } from './rotate-command.js';
import { findSandbox, playAdministrators, type SandboxConnection, sandboxRequests } from './sandbox-administrators.js';
import { findSandboxHandouts, registerAgain, sandboxRecordFile } from './sandbox-handouts.js';
import { refuseExisting, writeFiles } from './write-files.js';

const DEFAULT_SANDBOX = 'http://127.0.0.1:8025';
const KEY_FILE = 'developer/graph-mailer.pem';
const PUBLIC_FILE = 'graph-mailer.cer';
const TRACE_KEY_FILE = 'developer/graph-mailer-trace.pem';

/** `setup`: writes key, certificate and handouts; with `--sandbox` it registers everything in the sandbox. */
export async function setupCommand(given: SetupFlags, terminal: Terminal): Promise<ExitCode> {
  if (given.rotate) return rotateCommand(given, terminal);
  const folder = path.resolve(given.out);
  const earlier = given.sandbox === undefined ? undefined : await findSandboxHandouts(folder);
  // Before the first question.
  if (!earlier)
    await refuseExisting(folder, [KEY_FILE, 'developer/.env', 'entra-admin', 'exchange-admin', 'sign-off.md']);
  const sandbox = given.sandbox === undefined ? undefined : await sandboxOf(given.sandbox);
  if (earlier && sandbox) {
    const done = await registerAgain(earlier, given, sandbox, terminal.env, terminal.clock.now());
    terminal.stdout.write(againText(done, given.out, sandbox));
    return EXIT.ok;
  }
  const flags = await complete(sandbox ? forSandbox(given, sandbox) : given, terminal);
  const answers = settleAnswers(flags);
  const now = terminal.clock.now();
  const made = await keyOf(flags, answers.name, path.join(folder, KEY_FILE), terminal.env, now);
  const trace = flags.with?.includes('trace') ? await traceOf(flags, answers.name, folder, now) : undefined;
  const input = {
    answers,
    certificate: made.certificate,
    certificatePath: made.path,
    publicFile: PUBLIC_FILE,
    folder: given.out,
    keyMade: made.files.length > 0,
    sandbox,
    trace: trace?.registration,
  };
  const files = allHandouts(input, path.join(folder, 'developer/sandbox-ca.pem'), new Date(now));
  // The key is written after .gitignore, and before the files that mention it.
  const [gitignore, ...others] = files as [SetupFile, ...SetupFile[]];
  const requests = sandbox ? sandboxRequests(withClientId(answers), made.certificate, trace?.registration) : [];
  const record = sandbox ? [sandboxRecordFile(sandbox, flags, requests)] : [];
  const all = [gitignore, ...made.files, ...(trace?.files ?? []), ...others, ...record];
  await refuseExisting(
    folder,
    all.map((file) => file.path),
  );
  await writeFiles(folder, all);
  if (sandbox) await playAdministrators(sandbox, requests);
  terminal.stdout.write(closingText(input));
  return EXIT.ok;
}

async function sandboxOf(given: string | true): Promise<SandboxConnection> {
  return findSandbox(given === true ? DEFAULT_SANDBOX : given);
}

/** For a sandbox no question is needed: its own mailbox may send, and a new one must be denied. */
function forSandbox(flags: SetupFlags, { mailbox, tenantId }: SandboxConnection): SetupFlags {
  const domain = mailbox.split('@')[1];
  const scope = flags.filter === undefined && { group: flags.group ?? `graph-mailers@${domain}` };
  return {
    ...flags,
    mailbox: flags.mailbox ?? [mailbox],
    deniedMailbox: flags.deniedMailbox ?? `director@${domain}`,
    ...scope,
    tenantId,
    clientId: flags.clientId ?? randomUUID(),
    yes: true,
  };
}

async function complete(flags: SetupFlags, terminal: Terminal): Promise<SetupFlags> {
  const { stdin, stdout } = terminal;
  if (flags.yes || stdin.isTTY !== true || stdout.isTTY !== true) return flags;
  // The questions need a library that is loaded only for them.
  const { askMissing } = await import('./ask-missing.js');
  return askMissing(flags, terminal);
}

interface Key {
  certificate: PublicCertificate;
  /** Absolute path of certificate and key for the program. */
  path: string;
  /** The key to write; none when there was one already. */
  files: SetupFile[];
}

async function keyOf(
  { certificate, days = DEFAULT_DAYS }: SetupFlags,
  name: string,
  file: string,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<Key> {
  if (certificate !== undefined) {
    const own = path.resolve(certificate);
    const password = env.AZURE_CLIENT_CERTIFICATE_PASSWORD;
    return { certificate: await ownCertificate(own, password, now), path: own, files: [] };
  }
  const made = await newCertificate(name, Number(days), now);
  return { certificate: made.certificate, path: file, files: [{ path: KEY_FILE, text: made.pem, secret: true }] };
}

/** Its key differs from that of the application that sends, so that each key gives only the rights of its application. */
async function traceOf(
  { days = DEFAULT_DAYS, sandbox }: SetupFlags,
  name: string,
  folder: string,
  now: number,
): Promise<{ registration: TraceRegistration; files: SetupFile[] }> {
  const made = await newCertificate(`${name}-trace`, Number(days), now);
  return {
    registration: {
      name: `${name}-trace`,
      certificate: made.certificate,
      certificatePath: path.join(folder, TRACE_KEY_FILE),
      clientId: sandbox === undefined ? undefined : randomUUID(),
    },
    files: [{ path: TRACE_KEY_FILE, text: made.pem, secret: true }],
  };
}

function withClientId(answers: Answers): Answers & { clientId: string } {
  const { clientId = '' } = answers;
  return { ...answers, clientId };
}
