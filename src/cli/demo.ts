import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { openRecipients } from '../bulk/recipients/open-recipients.js';
import { writeReports } from '../bulk/report/write-reports.js';
import { printTotals } from '../bulk/run/totals.js';
import { sendBulk } from '../bulk/send-bulk.js';
import { createCertificate, startSandbox } from '../sandbox/index.js';
import { graphTransport } from '../transport/graph-transport.js';
import type { Command } from '../vendor/commander.js';
import { reportLines, whyEnded } from './bulk/ending-text.js';
import { HumanView } from './bulk/human-view.js';
import { followRun } from './bulk/run-view.js';
import { type ExitCode, exitCodeOfRun } from './common/exit-codes.js';
import { onInterruption } from './common/interruption.js';
import { printer, type Terminal } from './common/terminal.js';

const newsletter = fileURLToPath(new URL('../../../examples/newsletter/', import.meta.url));

export function addDemoCommand(program: Command, terminal: Terminal, ended: (code: ExitCode) => void): void {
  program
    .command('demo')
    .description('send a newsletter to 200 people through a sandbox of its own, and show what arrived')
    .action(async () => ended(await runDemo(terminal, newsletter)));
}

/**
 * A bulk send from end to end: real template, real sign-in, real TLS; only Microsoft is replaced by the sandbox.
 * @internal
 */
export async function runDemo(terminal: Terminal, example: string): Promise<ExitCode> {
  const print = printer(terminal);
  const recipients = path.join(example, 'recipients.csv');
  const key = await createCertificate({ commonName: 'graph-mailer demo' });
  const sandbox = await startSandbox({ certificate: key.certificate, latency: 20 });
  try {
    const { mailbox } = sandbox.options;
    print(`Sandbox: Entra and Graph on ${sandbox.url}, inbox page on ${sandbox.inboxUrl}`);
    print(`Sending the newsletter from ${mailbox}, signed in by certificate ${key.thumbprintSha1}`);
    print('At a rate of its own: as fast as the sandbox takes it. A real mailbox is given 30 mails a minute.');
    const transporter = createTransport(
      graphTransport({ ...sandbox.options, certificate: key.privateKey + key.certificate }),
    );
    const run = sendBulk({
      transporter,
      recipients,
      template: path.join(example, 'template'),
      from: { name: 'Lantern Reading Club', address: mailbox },
      journal: path.join(await mkdtemp(path.join(tmpdir(), 'newsletter-demo-')), 'run'),
      rate: false,
    });
    const view = new HumanView(terminal);
    const summary = await followRun(run, view, terminal, { shownFolder: (folder) => folder, advice: () => '' });
    transporter.close();

    const why = whyEnded(summary);
    if (why !== undefined) print(why);
    print(printTotals(summary));
    const { tokenRequests, maxInFlight } = sandbox.stats();
    print(`Sent            ${summary.sent}`);
    print(`Rejected        ${summary.rejected}`);
    print(`Unknown         ${summary.unknown}`);
    print(`Seconds         ${(summary.duration / 1000).toFixed(1)}`);
    print(`Token requests  ${tokenRequests}`);
    print(`Most in flight  ${Math.max(0, ...Object.values(maxInFlight))}`);
    const { folder = '' } = summary;
    const reports = await writeReports({ folder, recipients: openRecipients(recipients) });
    for (const line of reportLines(reports)) print(line);
    print(`Inbox           ${sandbox.inboxUrl}`);
    if (summary.ended === 'complete' && terminal.stdin.isTTY && terminal.stdout.isTTY) {
      print('Open the inbox in a browser; Ctrl-C ends the demonstration.');
      await onInterruption(terminal.signals).happened;
    }
    return exitCodeOfRun(summary);
  } finally {
    await sandbox.close();
  }
}
