// Run in an empty folder that has only the packed package and nodemailer: the ES module face.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import nodemailer from 'nodemailer';
import { GraphMailError, graphTransport, isGraphMailError } from 'nodemailer-graph-transport';
import { sendBulk } from 'nodemailer-graph-transport/bulk';
import { startSandbox } from 'nodemailer-graph-transport/sandbox';

assert.throws(
  () => graphTransport({ mailboxx: 'a@contoso.example' }),
  (error) => error instanceof GraphMailError && isGraphMailError(error) && error.code === 'ECONFIG',
);
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
