import { expect, it } from 'vitest';
import { mail, startClient } from '../support.js';
import { describeInBrowser, openPage } from './support.js';

describeInBrowser('the inbox page by keyboard', () => {
  it('goes through the messages', async () => {
    const client = await startClient();
    for (const n of [1, 2, 3]) await client.sendMail(mail({ Subject: `Mail ${n}`, 'Message-ID': `<${n}@x.example>` }));
    const page = await openPage(client);
    await page.locator('.message').nth(2).waitFor();
    const title = page.locator('.head h2');
    for (const [key, subject] of [
      ['j', 'Mail 3'],
      ['ArrowDown', 'Mail 2'],
      ['j', 'Mail 1'],
      ['j', 'Mail 1'],
      ['k', 'Mail 2'],
      ['ArrowUp', 'Mail 3'],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => title.textContent()).toBe(subject);
    }
    await page.keyboard.press('Delete');
    await expect.poll(() => title.textContent()).toBe('Mail 2');
    await page.keyboard.press('Escape');
    await page.getByText('Choose a message').waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('listbox');
  });

  it('reaches everything: sections, search, help, tabs', async () => {
    const client = await startClient();
    await client.sendMail(mail({ Subject: 'First' }, 'Hello Ana'));
    const page = await openPage(client);
    const current = page.locator('nav a[aria-current=page] .name');
    for (const [index, name] of ['Messages', 'Mailboxes', 'Requests', 'Tenant', 'Faults', 'Connect'].entries()) {
      await page.keyboard.press(String(index + 1));
      await expect.poll(() => current.textContent()).toBe(name);
    }
    await page.keyboard.press('1');
    await page.keyboard.press('/');
    // What is typed is text and not keys of the page.
    await page.keyboard.type('j 2 first');
    expect(await page.getByLabel('Search messages').inputValue()).toBe('j 2 first');
    await page.getByText('0 of 1 message').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('first');
    await page.getByText('1 of 1 message').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('2');
    expect(await current.textContent()).toBe('Messages');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('j');
    await page.locator('.body').getByText('Hello Ana').waitFor();
    await page.getByRole('tab', { name: 'Text' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Headers');
    await page.getByRole('region', { name: 'Headers' }).waitFor();
    await page.keyboard.press('End');
    await page.getByLabel('Requests of the message').waitFor();
  });

  it('opens on a phone with Enter what the keys have chosen', async () => {
    const client = await startClient();
    for (const n of [1, 2]) await client.sendMail(mail({ Subject: `Mail ${n}`, 'Message-ID': `<${n}@x.example>` }));
    const page = await openPage(client, { viewport: { width: 360, height: 640 } });
    await page.locator('.message').nth(1).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect.poll(() => page.locator('[aria-selected=true] .subject').textContent()).toBe('Mail 1');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.head h2').textContent()).toBe('Mail 1');
  });
});
