// The same as CommonJS.
const assert = require('node:assert/strict');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const nodemailer = require('nodemailer');
const { graphTransport } = require('nodemailer-graph-transport');
const { sendBulk } = require('nodemailer-graph-transport/bulk');
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
  const { finished } = sendBulk({
    transporter,
    recipients: [{ email: 'ben@example.com', name: 'Ben' }],
    template: { subject: 'Hello {{name}}', html: '<p>Dear {{name}}</p>' },
    from: sandbox.options.mailbox,
    journal: path.join(mkdtempSync(path.join(tmpdir(), 'consumer-')), 'run'),
  });
  assert.equal((await finished).sent, 1);
  assert.equal((await sandbox.messages()).length, 2);
  transporter.close();
  await sandbox.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
