import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { readRecipients } from '../bulk/recipients.js';
import { sendMerge } from '../bulk/send-merge.js';
import { readTemplateFolder } from '../bulk/template-folder.js';
import { createCertificate, startSandbox } from '../sandbox/index.js';
import { graphTransport } from '../transport.js';
import type { Command } from '../vendor/commander.js';
import { onInterruption } from './interruption.js';
import { Progress } from './progress.js';

const newsletter = fileURLToPath(new URL('../../../examples/newsletter/', import.meta.url));

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('send a mail merge of 200 messages through a sandbox of its own, and show what arrived')
    .action(runDemo);
}

/** The main job, end to end: real template, real sign-in, real TLS; only Microsoft is played by the sandbox. */
async function runDemo(): Promise<void> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const rows = await readRecipients(`${newsletter}recipients.csv`);
  const template = await readTemplateFolder(`${newsletter}template`);
  const key = await createCertificate({ commonName: 'graph-mailer demo' });
  const sandbox = await startSandbox({ certificate: key.certificate, latency: 20 });
  print(`Sandbox: Entra and Graph on ${sandbox.url}, inbox page on ${sandbox.inboxUrl}`);
  print(
    `Sending ${rows.length} messages from ${sandbox.options.mailbox}, signed in by certificate ${key.thumbprintSha1}`,
  );

  const transporter = createTransport(
    graphTransport({ ...sandbox.options, certificate: key.privateKey + key.certificate }),
  );
  const progress = new Progress(process.stdout, rows.length);
  const failures: string[] = [];
  const interruption = onInterruption();
  let interrupted = false;
  interruption.happened.then(() => {
    interrupted = true;
    transporter.close();
  });
  const started = performance.now();
  const tally = await sendMerge(transporter, rows, template, {
    from: { name: 'Lantern Reading Club', address: sandbox.options.mailbox },
    onResult: ({ row, error }) => {
      if (error) failures.push(`line ${row.line} (${row.values.email}): ${error.message}`);
      progress.step();
    },
  });
  progress.end();
  const seconds = (performance.now() - started) / 1000;
  transporter.close();

  const { tokenRequests, maxInFlight } = sandbox.stats();
  for (const failure of failures.slice(0, 10)) print(failure);
  print(`Sent            ${tally.sent}`);
  print(`Refused         ${tally.refused}`);
  print(`Unknown         ${tally.unknown}`);
  print(`Seconds         ${seconds.toFixed(1)}`);
  print(`Token requests  ${tokenRequests}`);
  print(`Most in flight  ${Math.max(0, ...Object.values(maxInFlight))}`);
  print(`Inbox           ${sandbox.inboxUrl}`);
  if (interrupted) {
    print('Interrupted: what had not been sent was refused.');
    process.exitCode = 130;
  } else if (process.stdin.isTTY && process.stdout.isTTY) {
    print('Open the inbox in a browser; Ctrl-C ends the demonstration.');
    await interruption.happened;
  }
  interruption.release();
  await sandbox.close();
  if (!interrupted && tally.sent !== rows.length) process.exitCode = 1;
}
