// npx jest: as CommonJS, which Jest runs without further ado.
const nodemailer = require('nodemailer');
const { graphTransport } = require('nodemailer-graph-transport');
const { startSandbox } = require('nodemailer-graph-transport/sandbox');
const { sendSignInMail } = require('./sign-in-mail.cjs');

let sandbox;
let transporter;

beforeAll(async () => {
  sandbox = await startSandbox();
  transporter = nodemailer.createTransport(graphTransport(sandbox.options));
});

beforeEach(() => sandbox.clear());

afterAll(async () => {
  transporter.close();
  await sandbox.close();
});

test('mails a code and a link', async () => {
  expect(await sendSignInMail(transporter, 'ana@example.com')).toBe('Look into your inbox.');

  const mail = await sandbox.waitFor({ to: 'ana@example.com', subject: 'Sign in to Example' });
  expect(mail.text).toContain('Your code is');
  expect(mail.codes[0]).toMatch(/^\d{6}$/);
  expect(mail.links[0]).toMatch(/^https:\/\/app\.example\.com\/sign-in\?token=/);
});

test('says so when mail cannot be sent', async () => {
  sandbox.fault({ on: 'sendMail', status: 403 });

  expect(await sendSignInMail(transporter, 'bob@example.com')).toBe('Please try again later.');
  expect(await sandbox.messages()).toEqual([]);
});

test('does not send twice when nobody knows whether it was sent', async () => {
  sandbox.fault({ on: 'sendMail', status: 504, delivered: true });

  expect(await sendSignInMail(transporter, 'cleo@example.com')).toBe('Look into your inbox in a few minutes.');
  expect(await sandbox.messages({ to: 'cleo@example.com' })).toHaveLength(1);
});
