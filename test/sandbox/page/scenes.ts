import type { Locator, Page } from 'playwright-core';
import { type Client, mail } from '../support.js';
import { multipart } from './support.js';

const LONG_BOX = 'notifications-and-invoices.of-the-regional-office@subsidiary.contoso.example';
const SECOND_APP = '6a1f0f52-3b1e-4a57-9d5e-8d1f6f0a2b11';

/** A tenant with names that repeat and addresses that are long. */
export const TENANT = {
  mailboxes: [
    LONG_BOX,
    { address: 'shop@contoso.example', kind: 'shared' as const, aliases: ['orders@contoso.example'] },
  ],
  apps: [
    {
      clientId: SECOND_APP,
      displayName: 'Mailer',
      certificates: [],
      secrets: ['only-for-tests'],
      roles: ['Mail.Send'],
    },
    { clientId: '9c64b0c3-0a1d-4f55-8a77-2f6f6c0e4f10', displayName: 'Mailer', certificates: [], roles: [] },
  ],
  groups: [{ address: 'graph-mailers@contoso.example', kind: 'mail-enabled-security' as const, members: [LONG_BOX] }],
  assignments: [
    {
      app: '9c64b0c3-0a1d-4f55-8a77-2f6f6c0e4f10',
      role: 'Application Mail.Send' as const,
      scope: { group: 'graph-mailers@contoso.example' },
    },
  ],
  undeliverable: ['gone@example.com'],
};

/** One look at the page: how it is reached from anywhere on it. */
export interface Scene {
  name: string;
  hash: string;
  /** Opens what is not open by the address alone; ends when it can be seen. */
  ready: (page: Page) => Promise<unknown>;
  /** Takes back what would stand in the way of the next. */
  after?: (page: Page) => Promise<unknown>;
}

const seen = (find: (page: Page) => Locator) => (page: Page) => find(page).first().waitFor({ state: 'attached' });

/** Before anything was sent. */
export const EMPTY: Scene[] = [
  { name: 'messages-none', hash: '#/messages', ready: seen((page) => page.getByText('No messages yet')) },
  { name: 'requests-none', hash: '#/requests', ready: seen((page) => page.getByText('0 requests')) },
  { name: 'faults-none', hash: '#/faults', ready: seen((page) => page.getByText('No fault is set')) },
];

/** With what `fill` has sent. */
export function filled(idOf: (subject: string) => string): Scene[] {
  const rich = idOf('Rich');
  const tab = (name: string, shown: (page: Page) => Locator, which = rich): Scene => ({
    name: `message-${name.toLowerCase()}`,
    hash: `#/messages/${which}`,
    ready: async (page) => {
      await page.getByRole('tab', { name }).click();
      await shown(page).first().waitFor();
    },
  });
  return [
    { name: 'messages-list', hash: '#/messages', ready: seen((page) => page.getByText('Choose a message')) },
    { name: 'messages-found', hash: '#/messages?q=order', ready: seen((page) => page.locator('.message')) },
    {
      name: 'messages-not-found',
      hash: '#/messages?q=to:nobody-has-this%20an-unusually-long-word-that-is-in-no-message',
      ready: seen((page) => page.getByText(/^0 of /)),
    },
    tab('HTML', (page) => page.locator('iframe')),
    tab('Text', (page) => page.locator('pre.text')),
    tab('Headers', (page) => page.getByRole('region', { name: 'Headers' })),
    tab('MIME', (page) => page.getByLabel('MIME tree')),
    tab('Source', (page) => page.getByText('Bcc: zoe@example.com')),
    tab('Attachments', (page) => page.getByRole('region', { name: 'Attachments' })),
    tab('Story', (page) => page.getByLabel('Requests of the message')),
    {
      name: 'message-links',
      hash: `#/messages/${idOf('sign in')}`,
      ready: async (page) => {
        await page.getByRole('tab', { name: 'Text' }).click();
        await page.locator('summary', { hasText: 'links' }).click();
        await page.locator('.findings li').first().waitFor();
      },
    },
    {
      name: 'mailboxes',
      hash: `#/mailboxes/${LONG_BOX}/sentItems`,
      ready: seen((page) => page.getByRole('region', { name: 'Mailboxes' })),
    },
    {
      name: 'mailboxes-nothing',
      hash: `#/mailboxes/${LONG_BOX}/deletedItems`,
      ready: seen((page) => page.getByText('Nothing in this folder.')),
    },
    {
      name: 'mailboxes-item',
      hash: '#/mailboxes/noreply%40contoso.example/inbox',
      ready: async (page) => {
        await page.locator('.row:visible').first().click();
        await page.locator('.head h2:visible').waitFor();
      },
    },
    { name: 'requests', hash: '#/requests', ready: seen((page) => page.locator('.row:visible')) },
    {
      name: 'requests-one',
      hash: '#/requests',
      ready: async (page) => {
        await page.getByLabel('Status', { exact: true }).first().selectOption('429');
        await page.locator('.row .badge.refused:visible').first().click();
        await page.getByText('client-request-id').first().waitFor();
      },
      after: async (page) => {
        await page.getByLabel('Status', { exact: true }).first().selectOption('', { force: true });
        await page.keyboard.press('Escape');
      },
    },
    {
      name: 'requests-not-found',
      hash: '#/requests',
      ready: async (page) => {
        await page.getByLabel('Mailbox of the requests').fill('a-mailbox-that-has-sent-nothing@contoso.example');
        await page
          .getByText(/^0 of /)
          .filter({ visible: true })
          .waitFor();
      },
      after: (page) => page.getByLabel('Mailbox of the requests').fill(''),
    },
    { name: 'tenant', hash: '#/tenant', ready: seen((page) => page.getByRole('region', { name: 'Groups' })) },
    {
      name: 'faults',
      hash: '#/faults',
      ready: async (page) => {
        await page.locator('.fault-form details').evaluateAll((all) => {
          for (const details of all) details.setAttribute('open', '');
        });
        await page.getByRole('meter').first().waitFor();
      },
    },
    {
      name: 'faults-wrong',
      hash: '#/faults',
      ready: async (page) => {
        const form = page.getByRole('form', { name: 'New fault' });
        await form.locator('[name=seed]').fill('7');
        await form.getByRole('button', { name: 'Add fault' }).click();
        await form.getByRole('alert').filter({ hasText: 'seed' }).waitFor();
      },
    },
    {
      name: 'connect',
      hash: '#/connect',
      ready: seen((page) => page.getByRole('button', { name: 'Save ca.pem' })),
    },
    {
      name: 'help',
      hash: '#/messages',
      ready: async (page) => {
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
      },
      after: (page) => page.keyboard.press('Escape'),
    },
    {
      name: 'question',
      hash: '#/messages',
      ready: async (page) => {
        await page.getByRole('button', { name: 'Delete all' }).dispatchEvent('click');
        await page.getByRole('dialog').waitFor();
      },
      after: (page) => page.keyboard.press('Escape'),
    },
  ];
}

/** Sends mails of every kind, with faults, refusals and bounces. */
export async function fill(client: Client): Promise<void> {
  const { sandbox } = client;
  const token = await client.accessToken();
  const send = (headers: Record<string, string>, body: string, user?: string) =>
    client.sendMail(mail(headers, body), { token, ...(user !== undefined && { user }) });
  const id = (name: string): string => `<${name}@mailer.contoso.example>`;
  for (let n = 0; n < 24; n += 1) {
    await send(
      { Subject: `Thank you for your order ${1020 + n}`, To: `customer${n}@example.com`, 'Message-ID': id(`o${n}`) },
      'Hello,\r\n\r\nwe have your order and begin at once. It takes some days until everything is there.',
    );
  }
  await send({ Subject: '', To: 'ana@example.com', 'Message-ID': id('none') }, '');
  await send(
    {
      Subject: `A_subject_without_a_single_space_${'as_some_programs_write_it_'.repeat(8)}`,
      To: Array.from({ length: 30 }, (_, n) => `a.rather.long.name.${n}@department.of.customers.example.com`).join(
        ', ',
      ),
      'Message-ID': id(`long.${'x'.repeat(120)}`),
    },
    'Hello',
  );
  await send({ Subject: 'We miss you', To: 'gone@example.com', 'Message-ID': id('bounce') }, 'It has been a while.');
  await send(
    { Subject: 'From the office', To: 'ana@example.com', From: LONG_BOX, 'Message-ID': id('office') },
    'Hello',
    LONG_BOX,
  );
  const links = Array.from(
    { length: 12 },
    (_, n) => `https://shop.contoso.example/confirm/${n}?token=${'abcdef0123456789'.repeat(8)}`,
  );
  await send(
    { Subject: 'Your code to sign in: 482913', To: 'ana@example.com', 'Message-ID': id('code') },
    `Your code is 482913.\r\n\r\n${links.join('\r\n')}`,
  );
  sandbox.fault({ on: 'sendMail', subject: 'Rich', status: 429, headers: { 'Retry-After': '1' } });
  sandbox.fault({ on: 'sendMail', subject: 'Rich', status: 504, delivered: true, after: 1 });
  for (const _ of [1, 2])
    await client.sendMail(richMail(), { token, headers: { 'client-request-id': 'a6f1b1de-my-own-id' } });
  await client.sendMail('', { token, body: 'not base64 %%' });
  await send({ Subject: 'Not mine', From: 'boss@contoso.example', 'Message-ID': id('mine') }, 'Hello');
  await client.sendMail(mail(), { token, user: 'nobody-of-this-name-works-here@contoso.example' });
  await client.sendMail(mail(), { token: 'not-a-token' });
  await client.token({ client_assertion: 'not.a.jwt' });
  const other = await client.accessToken({ client_id: SECOND_APP, client_secret: 'only-for-tests' });
  await client.sendMail(mail({ Subject: 'Sent by another application', 'Message-ID': id('other') }), { token: other });
  sandbox.fault({
    on: ['sendMail', 'createDraft', 'sendDraft'],
    mailbox: LONG_BOX,
    recipient: 'a.rather.long.name.1@department.of.customers.example.com',
    subjectContains: 'order',
    status: 503,
    code: 'ErrorMailboxStoreUnavailable',
    headers: { 'Retry-After': '120' },
    every: 10,
  });
  sandbox.fault({ on: 'token', aadsts: 700027, times: 3 });
  sandbox.fault({ on: 'lookup', delay: { min: 300, max: 2000 }, probability: 0.25, seed: 7 });
}

function richMail(): string {
  const html = '<body style="font:15px Arial"><h1>Rich</h1><p>Please find the report attached.</p></body>';
  const name = 'Quarterly report of the regional office with all its appendices (final, 2nd version).pdf';
  return multipart(
    {
      Subject: 'Rich',
      To: '"Ana Lopes, of the department with the long name" <ana.lopes@example.com>, bo@example.net',
      Cc: 'cy@example.org',
      Bcc: 'zoe@example.com',
      'List-Unsubscribe': `<https://shop.contoso.example/leave?token=${'0123456789abcdef'.repeat(10)}>`,
      'Message-ID': '<rich@mailer.contoso.example>',
    },
    [
      { type: 'text/plain', body: 'Please find the report attached.\r\n\r\nRegards' },
      { type: 'text/html', body: html },
      {
        type: 'application/pdf',
        headers: { 'Content-Disposition': `attachment; filename="${name}"` },
        body: Buffer.alloc(40_000, '%PDF-1.4\n'),
      },
      {
        type: 'image/png',
        headers: {
          'Content-Disposition': 'inline; filename="logo.png"',
          'Content-ID': '<logo-of-the-shop@contoso.example>',
        },
        body: Buffer.alloc(900, 'png'),
      },
    ],
  );
}
