// Takes docs/sandbox-list.png and docs/sandbox-message.png: starts the built sandbox, sends it some mails with the built
// transport, and opens its inbox page in Chromium. Run after a build: npm run build && node scripts/screenshots.js
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import nodemailer from 'nodemailer';
import { chromium } from 'playwright-core';
import { graphTransport } from '../dist/esm/index.js';
import { startSandbox } from '../dist/esm/sandbox/index.js';
import { exampleMails } from './example-mails.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (executablePath === undefined) throw new Error('Screenshots need Chromium in /usr/bin.');

const docs = new URL('../docs/', import.meta.url);
const sandbox = await startSandbox({
  mailbox: 'shop@contoso.example',
  mailboxes: ['bookkeeping@contoso.example'],
  undeliverable: ['old-address@example.com'],
});
try {
  const transporter = nodemailer.createTransport(graphTransport(sandbox.options));
  sandbox.fault({ on: 'sendMail', subjectContains: 'password', status: 504, delivered: true });
  sandbox.fault({ on: 'sendMail', subjectContains: 'is on its way', status: 429, headers: { 'Retry-After': '1' } });
  for (const mail of exampleMails(sandbox.options.mailbox)) {
    // One of them is reported as failed although it was delivered: the page shows the difference.
    await transporter.sendMail(mail).catch(() => undefined);
  }
  transporter.close();
  const messages = await sandbox.messages();
  const idOf = (part) => messages.findLast(({ subject }) => subject.includes(part)).id;
  await take('sandbox-list.png', `#/messages/${idOf('Invoice')}`, 'light', (page) =>
    page.frameLocator('iframe').getByText('Total').waitFor(),
  );
  await take('sandbox-message.png', `#/messages/${idOf('is on its way')}`, 'dark', async (page) => {
    await page.getByRole('tab', { name: 'Story' }).click();
    await page.getByLabel('Requests of the message').waitFor();
  });
} finally {
  await sandbox.close();
}

async function take(name, hash, colorScheme, ready) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1240, height: 700 }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${sandbox.inboxUrl}${hash}`);
    await page.locator('.live.on').waitFor();
    await ready(page);
    await page.waitForTimeout(300);
    await page.screenshot({ path: fileURLToPath(new URL(name, docs)) });
  } finally {
    await browser.close();
  }
}
