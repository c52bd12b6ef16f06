import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { mail, startClient } from '../support.js';
import { describeInBrowser, openPage } from './support.js';

const SECTIONS = ['messages', 'mailboxes', 'requests', 'tenant', 'faults', 'connect'];

describeInBrowser('the look of the inbox page', () => {
  it('is light or dark as chosen, and remembers that', async () => {
    const client = await startClient();
    const page = await openPage(client, { colorScheme: 'light' });
    const theme = page.locator('#theme');
    expect(await theme.getAttribute('aria-label')).toBe('Theme: system');
    await theme.click();
    await theme.click();
    expect(await theme.getAttribute('aria-label')).toBe('Theme: dark');
    expect(await lightness(page)).toBe('dark');
    await page.reload();
    expect(await lightness(page)).toBe('dark');
    await page.keyboard.press('t');
    expect(await lightness(page)).toBe('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await lightness(page)).toBe('dark');
  });

  it('moves nothing for those who asked for that', async () => {
    const client = await startClient();
    const page = await openPage(client, { reducedMotion: 'reduce' });
    for (const section of SECTIONS) {
      await goTo(page, section);
      const moving = await page.evaluate(`[...document.querySelectorAll('*')].filter((one) => {
        const { transitionDuration, animationName } = getComputedStyle(one);
        return transitionDuration !== '0s' || animationName !== 'none';
      }).length`);
      expect({ section, moving }).toEqual({ section, moving: 0 });
    }
  });

  it('on a phone shows either the list or a message', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    const page = await openPage(client, { viewport: { width: 360, height: 640 } });
    const list = page.getByRole('listbox', { name: 'Messages, newest first' });
    await page.getByText('1 message').waitFor();
    await page.locator('.message').click();
    await expect.poll(() => list.isVisible()).toBe(false);
    await page.getByRole('button', { name: '← Back' }).click();
    await expect.poll(() => list.isVisible()).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it.each([
    ['a phone', { width: 375, height: 700 }, 3],
    ['a desktop', { width: 1200, height: 700 }, 60],
  ])('keeps the tabs in reach on %s, however long the head is', async (_where, viewport, count) => {
    const client = await startClient();
    const many = (name: string) => Array.from({ length: count }, (_, n) => `${name}${n}@example.com`).join(', ');
    const headers = { Subject: 'A long subject '.repeat(20), To: many('to'), Cc: many('cc'), Bcc: many('bcc') };
    await client.sendMail(mail(headers, 'Hello\r\n'.repeat(100)));
    const page = await openPage(client, { viewport });
    await page.locator('.message').click();
    const tabs = page.locator('.tabs');
    await tabs.waitFor();
    expect((await tabs.boundingBox())?.height).toBeGreaterThan(20);
    await page.getByRole('tab', { name: 'Headers' }).click({ timeout: 2000 });
    await page.getByText('request-id').waitFor();
    expect((await tabs.boundingBox())?.height).toBeGreaterThan(20);
  });
});

async function goTo(page: Page, section: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${section}'`);
  await page.locator(`nav a[data-section=${section}][aria-current=page]`).waitFor();
  await page.waitForLoadState('load');
  await page.waitForTimeout(200);
}

/** Whether the page is light or dark, by the colour behind its text. */
async function lightness(page: Page): Promise<'light' | 'dark'> {
  const color = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  return Number(/\d+/.exec(color)?.[0]) > 127 ? 'light' : 'dark';
}
