// node --test examples/testing/node.test.mjs
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
import { startSandbox } from 'nodemailer-graph-transport/sandbox';
import { sendSignInMail } from './sign-in-mail.cjs';

let sandbox;
let transporter;

before(async () => {
  sandbox = await startSandbox();
  transporter = nodemailer.createTransport(graphTransport(sandbox.options));
});

beforeEach(() => sandbox.clear());

after(async () => {
  transporter.close();
  await sandbox.close();
});

test('mails a code and a link', async () => {
  assert.equal(await sendSignInMail(transporter, 'ana@example.com'), 'Look into your inbox.');

  const mail = await sandbox.waitFor({ to: 'ana@example.com', subject: 'Sign in to Example' });
  assert.match(mail.text, /Your code is/);
  assert.match(mail.codes[0], /^\d{6}$/);
  assert.match(mail.links[0], /^https:\/\/app\.example\.com\/sign-in\?token=/);
});

test('says so when mail cannot be sent', async () => {
  sandbox.fault({ on: 'sendMail', status: 403 });

  assert.equal(await sendSignInMail(transporter, 'bob@example.com'), 'Please try again later.');
  assert.deepEqual(await sandbox.messages(), []);
});

test('does not send twice when nobody knows whether it was sent', async () => {
  sandbox.fault({ on: 'sendMail', status: 504, delivered: true });

  assert.equal(await sendSignInMail(transporter, 'cleo@example.com'), 'Look into your inbox in a few minutes.');
  assert.equal((await sandbox.messages({ to: 'cleo@example.com' })).length, 1);
});
