import { expect, it } from 'vitest';
import { mail, startClient } from '../support.js';
import { describeInBrowser, openInbox, openPage } from './support.js';

describeInBrowser('the sections of the inbox page', () => {
  it('ask for nothing outside and complain about nothing', async () => {
    const client = await startClient();
    await client.sendMail(mail({ 'Content-Type': 'text/html' }, '<p>Hello</p>'));
    const { page, asked, complaints } = await openInbox(client);
    await page.locator('.message').click();
    await page.frameLocator('iframe').getByText('Hello').waitFor();
    for (const tab of await page.getByRole('tab').all()) await tab.click();
    for (const key of ['2', '3', '4', '5', '6', '1']) {
      await page.keyboard.press(key);
      await page.waitForTimeout(200);
    }
    await client.sendMail(mail({ Subject: 'Another', 'Message-ID': '<2@contoso.example>' }));
    await page.getByText('Another', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    expect(asked.length).toBeGreaterThan(10);
    const own = new URL(client.sandbox.inboxUrl).origin;
    expect(asked.filter((url) => !url.startsWith('data:') && new URL(url).origin !== own)).toEqual([]);
  });

  it('show what lies in the folders of a mailbox, a report of non-delivery too', async () => {
    const client = await startClient({ undeliverable: ['gone@example.com'] });
    await client.sendMail(mail({ Subject: 'To nobody', To: 'gone@example.com' }));
    await expect.poll(() => client.sandbox.mailbox('noreply@contoso.example').inbox.length).toBe(1);
    const page = await openPage(client, { hash: '#/mailboxes' });
    const table = page.getByRole('region', { name: 'Mailboxes' }).getByRole('table');
    await expect
      .poll(() => table.locator('tbody td').allTextContents())
      .toEqual(['noreply@contoso.example', expect.any(String), '0', '1', '1', '0']);
    await page.getByRole('option').getByText('To nobody').click();
    await page.getByText('gone@example.com').first().waitFor();
    await page.getByRole('link', { name: 'How it was sent' }).click();
    await page.locator('.message[aria-selected=true] .badge.bounced').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Inbox' }).click();
    await page.getByRole('option').getByText('Undeliverable').click();
    await expect.poll(() => page.locator('.body:visible').textContent()).toMatch(/.{20}/);
    expect(await page.locator('.head h2:visible').textContent()).toContain('To nobody');
  });

  it('show the requests as they come, by status and mailbox', async () => {
    const client = await startClient({ mailboxes: ['billing@contoso.example'] });
    const page = await openPage(client, { hash: '#/requests' });
    await page.getByText('0 requests').waitFor();
    await client.sendMail(mail());
    await page.getByText('2 requests').waitFor();
    await client.sendMail(mail({ From: 'billing@contoso.example' }), { user: 'billing@contoso.example' });
    await client.sendMail('', { body: 'not base64 %%' });
    await page.getByText('6 requests').waitFor();
    const rows = page.locator('.row .subject');
    await page.getByLabel('Status').selectOption('400');
    await expect.poll(() => rows.allTextContents()).toEqual(['sendMail']);
    await page.getByText('1 of 6 requests').waitFor();
    expect(await page.locator('.row .error-code').textContent()).toBe('ErrorMimeContentInvalidBase64String');
    await page.getByLabel('Status').selectOption('504');
    await page.getByText('No request matches mailbox and status.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText('6 requests', { exact: true }).waitFor();
    await page.getByLabel('Mailbox of the requests').fill('billing@contoso.example');
    await expect.poll(() => rows.allTextContents()).toEqual(['sendMail']);
    await page.locator('.row').click();
    await page.getByText('POST /v1.0/users/billing').waitFor();
    await page.getByRole('link', { name: '<1@contoso.example>' }).click();
    await page.getByText('2 of 2 messages').waitFor();
  });

  it('show who may send as whom and why, as it changes', async () => {
    const client = await startClient({
      mailboxes: ['billing@contoso.example'],
      apps: [{ clientId: 'reader', displayName: 'Reader', certificates: [], roles: [] }],
    });
    const page = await openPage(client, { hash: '#/tenant' });
    const matrix = page.getByRole('region', { name: 'Who may send as whom' }).getByRole('table');
    const cells = async (): Promise<string[]> => matrix.locator('tbody tr').first().locator('.badge').allTextContents();
    await expect.poll(cells).toEqual(['Granted', 'Denied']);
    expect(await matrix.locator('tbody tr').count()).toBe(2);
    const sha1 = page
      .locator('.certificate')
      .first()
      .getByText(/^[0-9A-F]{40}$/i);
    await sha1.waitFor();
    client.sandbox.tenant.apps.set({
      clientId: 'reader',
      displayName: 'Reader',
      certificates: [],
      roles: ['Mail.Send'],
    });
    await expect.poll(cells).toEqual(['Granted', 'Granted']);
  });

  it('tell applications of one name apart by their ids', async () => {
    const other = '6a1f0f52-3b1e-4a57-9d5e-8d1f6f0a2b11';
    const app = { displayName: 'Mailer', certificates: [], secrets: ['only-for-tests'] };
    const client = await startClient({
      apps: [
        { ...app, clientId: other },
        { ...app, clientId: 'second' },
        { ...app, displayName: 'Reader', clientId: 'reader' },
      ],
    });
    await client.sendMail(mail());
    const token = await client.accessToken({ client_id: other, client_secret: 'only-for-tests' });
    const page = await openPage(client, { hash: '#/faults' });
    await page.getByRole('meter').first().waitFor();
    expect(await page.locator('.gauged').allTextContents()).toEqual(['noreply@contoso.example']);
    await client.sendMail(mail({ 'Message-ID': '<2@x.example>' }), { token });
    const { clientId } = client.sandbox.options;
    const expected = [clientId, other].map((id) => `noreply@contoso.exampleapplication ${id}`);
    await expect.poll(() => page.locator('.gauged').allTextContents()).toEqual(expected);
    await page.keyboard.press('4');
    const columns = page.getByRole('region', { name: 'Who may send as whom' }).getByRole('columnheader');
    await expect
      .poll(async () => (await columns.allTextContents()).slice(2))
      .toEqual([`Mailer ${other}`, 'Mailer second', 'Reader']);
  });

  it('revoke tokens when that is confirmed', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    const page = await openPage(client, { hash: '#/tenant' });
    await page.getByRole('button', { name: 'Revoke tokens' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Every access token issued so far is revoked.').waitFor();
    expect((await client.sendMail(mail(), { token })).status).toBe(401);
  });

  it('tell what a client needs, ready to copy', async () => {
    const client = await startClient();
    const page = await openPage(client, { hash: '#/connect', permissions: ['clipboard-read', 'clipboard-write'] });
    const { tenantId, clientId, cloud } = client.sandbox.options;
    await page.getByRole('button', { name: 'Copy graphTransport() by its environment' }).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied.split('\n')).toEqual(
      expect.arrayContaining([
        `AZURE_TENANT_ID=${tenantId}`,
        `AZURE_CLIENT_ID=${clientId}`,
        `AZURE_AUTHORITY_HOST=${cloud.authorityHost}`,
        `GRAPH_MAIL_GRAPH_HOST=${cloud.graphHost}`,
        'GRAPH_MAIL_MAILBOX=noreply@contoso.example',
      ]),
    );
    await page.getByText('write options.certificate of the sandbox into certificate.pem').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save ca.pem' }).click();
    const stream = await (await download).createReadStream();
    let pem = '';
    for await (const chunk of stream) pem += chunk;
    expect(pem).toBe(client.sandbox.ca);
  });

  it('give client secret and files where the sandbox was told them', async () => {
    const connect = { clientSecret: 'graph-sandbox', certificatePath: '/kept/certificate.pem', caPath: '/kept/ca.pem' };
    const client = await startClient({ connect });
    const page = await openPage(client, { hash: '#/connect' });
    const terms = page.locator('.card').first();
    for (const value of Object.values(connect)) await terms.getByText(value, { exact: true }).first().waitFor();
    const python = page.getByRole('region', { name: 'Python' });
    await expect.poll(() => python.textContent()).toContain('"client_secret": "graph-sandbox"');
    expect(await python.textContent()).toContain('cafile="/kept/ca.pem"');
    expect(await page.getByText('certificate.pem (write').count()).toBe(0);
    await page.getByText('Save it as send.py, and run: python3 send.py').waitFor();
  });

  it('say when the sandbox is gone, and catch up when it is there again', async () => {
    const client = await startClient();
    const page = await openPage(client);
    await client.sandbox.close();
    const live = page.locator('#live');
    await expect.poll(() => live.textContent()).toBe('No connection');
    const again = await startClient({ inboxPort: Number(new URL(client.sandbox.inboxUrl).port) });
    await again.sendMail(mail({ Subject: 'While away' }));
    await page.getByText('While away').waitFor();
    expect(await live.textContent()).toBe('Live');
  });
});
