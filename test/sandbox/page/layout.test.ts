import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { startClient } from '../support.js';
import { lowContrasts } from './contrast.js';
import { faultsOfLayout, unseenFocus } from './geometry.js';
import { EMPTY, fill, filled, type Scene, TENANT } from './scenes.js';
import { describeInBrowser, openInbox } from './support.js';

const WIDTHS = [1280, 800, 420, 360];
const THEMES = ['light', 'dark'] as const;
// PAGE_PICTURES=folder keeps a picture of each look.
const PICTURES = process.env.PAGE_PICTURES;
// What changes its colours when the pointer is over it or when it is chosen, and in which scene.
const HOVERED: Record<string, string[]> = {
  'messages-list': ['.row:has(.bounced)', '.row.unread', 'nav a:not([aria-current])', 'nav a[aria-current]', '#help'],
  'message-story': ['.row[aria-selected=true]', '[role=tab]:not([aria-selected=true])', '.copy', '.actions .quiet'],
  requests: ['.row:has(.error-code)', '.row:has(.badge.fine)'],
  mailboxes: ['.folders a'],
  faults: ['.primary', '.rules button', 'summary'],
};

describeInBrowser('every section of the inbox page', () => {
  // One browser and one page for all: as many looks as there are scenes, widths and themes.
  it('fits four widths in two themes: nothing wide, nothing over another, nothing cut, contrast (AA), a visible focus', {
    timeout: 300_000,
  }, async () => {
    const client = await startClient(TENANT);
    const { page, complaints } = await openInbox(client);
    page.setDefaultTimeout(60_000);
    const found: string[] = [];
    const look = async (scenes: Scene[]): Promise<void> => {
      for (const scene of scenes) found.push(...(await looksOf(page, scene)));
    };
    await look(EMPTY);
    await fill(client);
    const messages = await client.sandbox.messages();
    await look(filled((part) => messages.findLast(({ subject }) => subject.includes(part))?.id ?? part));
    expect(found).toEqual([]);
    // The one is provoked, by a fault that cannot be.
    expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
  });
});

async function looksOf(page: Page, { name, hash, ready, after }: Scene): Promise<string[]> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await ready(page);
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const wrong = await page.evaluate<string[]>(faultsOfLayout);
      wrong.push(...(await page.evaluate<string[]>(lowContrasts)).map((low) => `low contrast: ${low}`));
      if (width === WIDTHS[0]) wrong.push(...(await lowOnHover(page, HOVERED[name] ?? [])));
      found.push(...wrong.map((one) => `${name}, ${width}, ${colorScheme}: ${one}`));
      if (PICTURES === undefined) continue;
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}.png` });
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  // After a key, a browser shows the focus.
  await page.keyboard.press('Shift');
  found.push(...(await page.evaluate<string[]>(unseenFocus)).map((one) => `${name}: no sign of the focus on ${one}`));
  await after?.(page);
  return found;
}

async function lowOnHover(page: Page, selectors: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const selector of selectors) {
    await page.locator(selector).filter({ visible: true }).first().hover();
    const low = await page.evaluate<string[]>(lowContrasts);
    found.push(...low.map((one) => `low contrast over ${selector}: ${one}`));
  }
  await page.mouse.move(0, 0);
  return found;
}
