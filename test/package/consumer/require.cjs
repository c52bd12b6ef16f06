// The same as CommonJS.
const assert = require('node:assert/strict');
const nodemailer = require('nodemailer');
const { graphTransport } = require('nodemailer-graph-transport');
const { startSandbox } = require('nodemailer-graph-transport/sandbox');

(async () => {
  const sandbox = await startSandbox();
  const transporter = nodemailer.createTransport(graphTransport(sandbox.options));
  const info = await transporter.sendMail({
    from: sandbox.options.mailbox,
    to: 'ana@example.com',
    subject: 'Hi',
    text: 'Hello',
  });
  assert.deepEqual(info.accepted, ['ana@example.com']);
  assert.equal((await sandbox.messages()).length, 1);
  transporter.close();
  await sandbox.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
