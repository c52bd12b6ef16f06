import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { mail, startClient } from '../support.js';
import { describeInBrowser, multipart, openInbox, openPage } from './support.js';

describeInBrowser('the messages of the inbox page', () => {
  it('shows messages as they come, without a reload, and takes a subject for text', async () => {
    const client = await startClient();
    const { page, asked } = await openInbox(client);
    await page.getByText('No messages yet').waitFor();
    await client.sendMail(mail({ Subject: '<img src=x onerror=alert(1)>', Bcc: 'zoe@example.com' }, 'Hello Ana'));
    await page.getByText('<img src=x onerror=alert(1)>').first().click();
    await page.locator('.body').getByText('Hello Ana').waitFor();
    expect(await page.locator('.head .note').textContent()).toBe("only in the sender's copy");
    expect(await page.locator('img').count()).toBe(0);
    expect(asked.filter((url) => url === client.sandbox.inboxUrl)).toHaveLength(1);
  });

  it('shows the source that was uploaded, and the copy that recipients got without Bcc', async () => {
    const client = await startClient();
    await client.sendMail(mail({ Bcc: 'zoe@example.com' }));
    const page = await openPage(client);
    await page.locator('.message').click();
    await page.getByRole('tab', { name: 'Source' }).click();
    const source = page.locator('.body pre');
    await page.getByText('Bcc: zoe@example.com').waitFor();
    expect(await source.textContent()).toContain('Message-ID: <1@contoso.example>');
    await page.getByRole('button', { name: 'As delivered' }).click();
    await expect.poll(() => source.textContent()).not.toContain('zoe@example.com');
    expect(await source.textContent()).toContain('Message-ID: <1@contoso.example>');
  });

  it('cuts the display of a long source, and offers all of it', async () => {
    const client = await startClient();
    const long = `${'0123456789'.repeat(7)}\r\n`.repeat(20_000);
    await client.sendMail(mail({}, long));
    const page = await openPage(client);
    await page.locator('.message').click();
    await page.getByRole('tab', { name: 'Source' }).click();
    await page.getByText('Only the first 1.0 MB are shown.').waitFor();
    expect((await page.locator('.body pre').textContent())?.length).toBe(1_048_576);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download all' }).click();
    expect((await readFile(await (await download).path())).toString()).toContain(long);
  });

  it.each([
    ['invoice', ['Invoice 2', 'Invoice 1']],
    ['to:zoe', ['Invoice 2']],
    ['subject:"second order"', ['Your second order']],
    ['mailbox:billing', ['From billing']],
    ['mailbox:noreply to:ana order', ['Your second order']],
    ['status:bounced', ['Your second order']],
    ['status:202 invoice', ['Invoice 2', 'Invoice 1']],
    ['status:nonsense', []],
    ['nobody-has-this', []],
  ])('finds by %s', async (search, subjects) => {
    const client = await startClient({ mailboxes: ['billing@contoso.example'], undeliverable: ['gone@example.com'] });
    await client.sendMail(mail({ Subject: 'Invoice 1', To: 'ana@example.com', 'Message-ID': '<1@x.example>' }));
    await client.sendMail(mail({ Subject: 'Invoice 2', To: 'zoe@example.com', 'Message-ID': '<2@x.example>' }));
    await client.sendMail(
      mail({ Subject: 'Your second order', Cc: 'gone@example.com', 'Message-ID': '<3@x.example>' }),
    );
    await client.sendMail(
      mail({
        Subject: 'From billing',
        From: 'billing@contoso.example',
        To: 'bo@example.com',
        'Message-ID': '<4@x.example>',
      }),
      { user: 'billing@contoso.example' },
    );
    const page = await openPage(client);
    await page.getByText('4 messages').waitFor();
    await page.getByLabel('Search messages').fill(search);
    await expect.poll(() => page.locator('.message .subject').allTextContents()).toEqual(subjects);
    await page.getByText(`${subjects.length} of 4 messages`).waitFor();
    await page.reload();
    await expect.poll(() => page.locator('.message .subject').allTextContents()).toEqual(subjects);
  });

  it('says in words that a search finds nothing, and clears it', async () => {
    const client = await startClient();
    await client.sendMail(mail({ Subject: 'Invoice 1' }, 'Hello Ana,\r\n\r\nplease pay.'));
    const page = await openPage(client, { hash: '#/messages?q=to:nobody' });
    await page.getByText('No message matches “to:nobody”.').waitFor();
    await page.getByText('No message found').waitFor();
    await page.getByRole('button', { name: 'Clear search' }).click();
    const row = page.getByRole('option');
    await expect.poll(() => row.locator('.subject').allTextContents()).toEqual(['Invoice 1']);
    expect(await row.locator('.preview').textContent()).toBe('Hello Ana, please pay.');
    const search = page.getByLabel('Search messages');
    expect(await search.inputValue()).toBe('');
    expect(await search.evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true);
    expect(page.url()).toBe(`${client.sandbox.inboxUrl}#/messages`);
    await page.getByText('Choose a message').waitFor();
  });

  it('tells what was taken without the client knowing, and its requests', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
    const reply = await client.sendMail(mail(), { headers: { 'client-request-id': 'my-own-id' } });
    expect(reply.status).toBe(504);
    const page = await openPage(client);
    await page.locator('.message .badge.unconfirmed').waitFor();
    await page.locator('.message').click();
    await page.getByRole('tab', { name: 'Story' }).click();
    const timeline = page.getByLabel('Requests of the message');
    await timeline.getByText('my-own-id').waitFor();
    await timeline.getByText(String(reply.headers['request-id'])).waitFor();
    expect(await timeline.locator('.badge').allTextContents()).toEqual(['504', 'fault', 'delivered']);
  });

  it('counts the attempts that were needed, with the pause between them', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 503, headers: { 'Retry-After': '1' } });
    await client.sendMail(mail());
    await new Promise((resolve) => setTimeout(resolve, 30));
    await client.sendMail(mail());
    const page = await openPage(client);
    await page.locator('.message').getByText('×2').waitFor();
    await page.locator('.message').click();
    await page.getByRole('tab', { name: 'Story (2)' }).click();
    const timeline = page.getByLabel('Requests of the message');
    await timeline.getByText('ms later').waitFor();
    await timeline.getByText('Retry-After', { exact: true }).waitFor();
  });

  it('gives an attachment back byte for byte', async () => {
    const content = randomBytes(100_000);
    const client = await startClient();
    const file = 'attachment; filename="Rechnung 1.pdf"';
    await client.sendMail(
      multipart({ Subject: 'Invoice' }, [
        { type: 'text/plain', body: 'Attached' },
        { type: 'application/pdf', headers: { 'Content-Disposition': file }, body: content },
      ]),
    );
    const page = await openPage(client);
    await page.locator('.message').click();
    await page.getByRole('tab', { name: 'Attachments (1)' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Rechnung 1.pdf' }).click();
    const got = await download;
    expect(got.suggestedFilename()).toBe('Rechnung 1.pdf');
    expect(sha256(await readFile(await got.path()))).toBe(sha256(content));
    await page.getByRole('tab', { name: 'MIME' }).click();
    await expect
      .poll(() => page.locator('.tree .type').allTextContents())
      .toEqual(['multipart/mixed', 'text/plain', 'application/pdf']);
  });

  it('copies the one-time code of a message, and lists its links', async () => {
    const client = await startClient();
    await client.sendMail(
      mail({ Subject: 'Sign in' }, 'Your code is 482913.\r\nhttps://contoso.example/confirm?token=abc'),
    );
    const page = await openPage(client, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('.message').click();
    await page.getByRole('button', { name: 'Copy the code 482913' }).click();
    await page.getByText('Copied', { exact: true }).waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: 'In the clipboard: the code 482913.' })
      .waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('482913');
    await page.getByText('1 link').click();
    const link = page.getByRole('link', { name: 'https://contoso.example/confirm?token=abc' });
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  });

  it('keeps in mind what was read while its tab is open', async () => {
    const client = await startClient();
    for (const n of [1, 2]) await client.sendMail(mail({ Subject: `Mail ${n}`, 'Message-ID': `<${n}@x.example>` }));
    const page = await openPage(client);
    const unread = page.locator('.message.unread .subject');
    await expect.poll(() => unread.allTextContents()).toEqual(['Mail 2', 'Mail 1']);
    await page.getByText('Mail 2').click();
    await expect.poll(() => unread.allTextContents()).toEqual(['Mail 1']);
    await page.reload();
    await expect.poll(() => unread.allTextContents()).toEqual(['Mail 1']);
  });

  it('deletes one message and goes to the next, and all of them when that is confirmed', async () => {
    const client = await startClient();
    for (const n of [1, 2, 3]) await client.sendMail(mail({ Subject: `Mail ${n}`, 'Message-ID': `<${n}@x.example>` }));
    const page = await openPage(client);
    await page.getByText('Mail 3').click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => page.locator('.head h2').textContent()).toBe('Mail 2');
    expect(await client.sandbox.messages()).toHaveLength(2);
    await page.getByRole('button', { name: 'Delete all' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await client.sandbox.messages()).toHaveLength(2);
    await page.getByRole('button', { name: 'Delete all' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No messages yet').waitFor();
    expect(await client.sandbox.messages()).toEqual([]);
  });

  it('deletes only what a search found', async () => {
    const client = await startClient();
    for (const n of [1, 2, 12]) await client.sendMail(mail({ Subject: `Mail ${n}`, 'Message-ID': `<${n}@x.example>` }));
    const page = await openPage(client, { hash: '#/messages?q=subject:1' });
    await page.getByText('2 of 3 messages').waitFor();
    await page.getByRole('button', { name: 'Delete found' }).click();
    await page.getByRole('dialog', { name: 'Delete the 2 messages that this search finds?' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('0 of 1 message').waitFor();
    expect((await client.sandbox.messages()).map(({ subject }) => subject)).toEqual(['Mail 2']);
  });

  it('has an address for each message, and goes back', async () => {
    const client = await startClient();
    await client.sendMail(mail({ Subject: 'Linked' }));
    const [message] = await client.sandbox.messages();
    const page = await openPage(client, { hash: `#/messages/${message?.id}` });
    const title = page.locator('.head h2');
    await expect.poll(() => title.textContent()).toBe('Linked');
    expect(await page.locator('.message[aria-selected=true]').count()).toBe(1);
    await page.goto(client.sandbox.inboxUrl);
    await page.getByText('Choose a message').waitFor();
    await page.locator('.message').click();
    await expect.poll(() => title.textContent()).toBe('Linked');
    await page.goBack();
    await page.getByText('Choose a message').waitFor();
    expect(await page.locator('.message[aria-selected=true]').count()).toBe(0);
  });

  it('says in words that a message is gone', async () => {
    const client = await startClient();
    const page = await openPage(client, { hash: '#/messages/gone' });
    await page.locator('#notice.shown').getByText('no such message').waitFor();
  });
});

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
