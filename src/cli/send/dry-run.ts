import { createTransport, type SendMailOptions, type Transport } from 'nodemailer';
import { counted } from '../../bulk/common/words.js';
import { composeBody } from '../../message/body.js';
import type { ComposedMail } from '../../message/common/types.js';
import { prepareMessage } from '../../message/prepare.js';
import { settleOptions } from '../../options/check-options.js';
import type { SendingChoices, Settings } from '../../options/settings.js';
import type { PreflightFinding } from '../../preflight/finding.js';
import { graphPreflight } from '../../preflight/preflight.js';
import type { Output, Terminal } from '../common/terminal.js';
import { block, paragraph, printable, printableJson } from '../common/wording.js';

/** A mail as it would be uploaded. */
export interface DryRun {
  mime: Buffer;
  mailbox: string;
  messageId: string;
  from: string;
  recipients: string[];
  /** Bytes of HTTP body. */
  requestSize: number;
  /** Attachments that would be uploaded by themselves, because the mail is too large for one request. */
  uploads: { name: string; size: number }[];
  /** What Graph would change or refuse. */
  findings: PreflightFinding[];
}

/**
 * Composes a mail as the transport does, and does not send it. No identity is needed.
 * @throws GraphMailError as `sendMail` would before its first request
 */
export async function dryRun(
  mail: SendMailOptions,
  mailbox: string,
  choices: Partial<SendingChoices>,
): Promise<DryRun> {
  const settings = settleOptions({ mailbox, ...choices, getToken: neverSignsIn }, {});
  const findings: PreflightFinding[] = [];
  const { largeMessages } = settings;
  const transporter = createTransport<DryRun>(dryTransport(settings, findings));
  const report = (entry: { findings: PreflightFinding[] }) => findings.push(...entry.findings);
  transporter.use('stream', graphPreflight({ mailbox, largeMessages, report }) as never);
  return transporter.sendMail(mail);
}

function dryTransport(settings: Settings, findings: PreflightFinding[]): Transport<DryRun> {
  return {
    name: 'DryRun',
    version: '1',
    send: (mail, callback) => {
      compose(mail as unknown as ComposedMail, settings).then(
        (composed) => callback(null, { ...composed, findings }),
        (error: Error) => callback(error, undefined as never),
      );
    },
  };
}

async function compose(mail: ComposedMail, settings: Settings): Promise<Omit<DryRun, 'findings'>> {
  const plan = await prepareMessage(mail, settings);
  const { body, heavy, messageId, from, recipients, release } = await composeBody(mail, plan, settings);
  await release();
  return {
    mime: Buffer.from(body.toString('latin1'), 'base64'),
    mailbox: plan.mailbox,
    messageId,
    from,
    recipients,
    requestSize: body.length,
    uploads: heavy.map(({ name, size }) => ({ name, size })),
  };
}

async function neverSignsIn(): Promise<string> {
  throw new Error('a dry run does not sign in');
}

/** The MIME goes to stdout and nothing else with it, so that it can be kept, compared, or sent with `--raw -`. */
export function printDryRun(run: DryRun, { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>): void {
  stdout.write(run.mime);
  stderr.write(`${notes(run).join('\n')}\n`);
}

export function printDryRunJson({ mime, ...run }: DryRun, stdout: Output): void {
  const findings = run.findings.map(({ kind, severity, message }) => ({ kind, severity, message }));
  const size = mime.length;
  // In base64, as a MIME message may hold bytes that are not text.
  const report = { outcome: 'dry-run', exitCode: 0, ...run, size, findings, mime: mime.toString('base64') };
  stdout.write(`${printableJson(report)}\n`);
}

function notes({ mailbox, recipients, mime, requestSize, uploads, findings }: DryRun): string[] {
  return [
    'Dry run: nothing was sent, and nobody signed in.',
    '',
    ...block([
      ['Mailbox', mailbox],
      ['Recipients', `${recipients.length}: ${recipients.join(', ')}`],
      ['Size', `${count(mime.length)} bytes, ${count(requestSize)} as a request`],
      ...uploads.map(
        ({ name, size }) => ['Uploaded by itself', `${printable(name)}, ${counted(size, 'byte')}`] as const,
      ),
    ]),
    ...findings.flatMap(({ message }) => ['', ...paragraph(`Note: ${printable(message)}`)]),
  ];
}

const count = (n: number) => n.toLocaleString('en');
