// Run in an empty folder that has only the packed package and nodemailer: the ES module face.
import assert from 'node:assert/strict';
import nodemailer from 'nodemailer';
import { GraphMailError, graphTransport, isGraphMailError } from 'nodemailer-graph-transport';
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
transporter.close();
await sandbox.close();
