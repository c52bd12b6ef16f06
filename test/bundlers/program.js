// What a program does that somebody bundles: the transport, the factory, a PFX, a bulk send and the sandbox. Its files stand in
// the environment: DEMO_CERTIFICATE (PEM, public), DEMO_PFX and DEMO_RUN (a folder that is not there yet).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import nodemailer from 'nodemailer';
import { createGraphTransporter, graphTransport } from 'nodemailer-graph-transport';
import { sendBulk } from 'nodemailer-graph-transport/bulk';
import { startSandbox } from 'nodemailer-graph-transport/sandbox';

async function main() {
  const { DEMO_CERTIFICATE, DEMO_PFX, DEMO_RUN } = process.env;
  const sandbox = await startSandbox({ certificate: readFileSync(DEMO_CERTIFICATE, 'utf8') });
  const { certificate, ...options } = sandbox.options;
  const signedByPfx = { ...options, certificatePath: DEMO_PFX, certificatePassword: 'right-password' };
  const from = options.mailbox;

  const transporter = nodemailer.createTransport(graphTransport(signedByPfx));
  await transporter.sendMail({ from, to: 'ana@example.com', subject: 'Transport', text: 'Hello' });
  const factory = createGraphTransporter(signedByPfx);
  await factory.sendMail({ from, to: 'ana@example.com', subject: 'Factory', html: '<b>Hello</b>' });
  const run = sendBulk({
    transporter,
    recipients: [{ email: 'ben@example.com', name: 'Ben' }],
    template: { subject: 'Bulk {{name}}', html: '<p>Dear {{name}}</p>' },
    from,
    journal: DEMO_RUN,
  });
  assert.equal((await run.finished).sent, 1);
  const subjects = (await sandbox.messages()).map(({ subject }) => subject);
  assert.deepEqual(subjects.sort(), ['Bulk Ben', 'Factory', 'Transport']);
  transporter.close();
  factory.close();
  await sandbox.close();
  console.log('3 messages arrived');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
