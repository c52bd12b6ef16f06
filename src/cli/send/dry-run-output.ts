import { counted } from '../../bulk/common/words.js';
import type { Output, Terminal } from '../common/terminal.js';
import { printable, printableJson } from '../common/wording.js';
import { block, paragraph } from './block.js';
import type { DryRun } from './dry-run.js';

/** The MIME goes to stdout and nothing else with it, so that it can be kept, compared, or sent with `--raw -`. */
export function printDryRun(run: DryRun, { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>): void {
  stdout.write(run.mime);
  stderr.write(`${notes(run).join('\n')}\n`);
}

export function printDryRunJson({ mime, ...run }: DryRun, stdout: Output): void {
  const findings = run.findings.map(({ kind, severity, message }) => ({ kind, severity, message }));
  const size = mime.length;
  // In base64, as a MIME message may hold bytes that are no text.
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
