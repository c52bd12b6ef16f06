import { expect, it } from 'vitest';
import { describeInBrowser, openPage } from './page-support.js';
import { type Client, mail, startClient } from './support.js';

const COUNT = 10_000;
const ROWS = 'document.querySelectorAll("[role=option]").length';

describeInBrowser('the inbox page with 10,000 messages', () => {
  it('holds few rows in its document while it is scrolled to the end, and stays quick', {
    timeout: 120_000,
  }, async () => {
    const client = await startClient({
      keep: COUNT,
      mailboxConcurrency: false,
      requestLimit: false,
      uploadLimit: false,
    });
    await sendMany(client, COUNT);
    const page = await openPage(client);
    await page.getByText('10,000 messages').waitFor();
    const list = page.getByRole('listbox');
    await page.getByText('Mail 9999', { exact: true }).waitFor();
    let most = 0;
    for (let step = 0; step <= 40; step += 1) {
      await list.evaluate((node, part) => {
        node.scrollTop = node.scrollHeight * part;
      }, step / 40);
      most = Math.max(most, await page.evaluate<number>(ROWS));
    }
    await page.getByText('Mail 0', { exact: true }).waitFor();
    expect(most).toBeLessThan(200);
    expect(await page.evaluate<number>(ROWS)).toBeGreaterThan(5);
    expect(await page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThan(1000);

    // At the end of the list, a click is still answered at once and a search finds the one in the midst.
    const clicked = performance.now();
    await page.getByText('Mail 0', { exact: true }).click();
    await expect.poll(() => page.locator('.head h2').textContent(), { interval: 10 }).toBe('Mail 0');
    expect(performance.now() - clicked).toBeLessThan(3000);
    const searched = performance.now();
    await page.getByLabel('Search messages').fill('subject:"Mail 5123"');
    await page.getByText('1 of 10,000 messages').waitFor();
    expect(performance.now() - searched).toBeLessThan(3000);
  });

  it('stays where the reader is when messages come in at the top', async () => {
    const client = await startClient({ mailboxConcurrency: false });
    await sendMany(client, 300, 1);
    const page = await openPage(client);
    await page.getByText('300 messages').waitFor();
    const list = page.getByRole('listbox');
    await list.evaluate((node) => {
      node.scrollTop = node.scrollHeight / 2;
    });
    const row = page.getByText('Mail 150', { exact: true });
    await row.waitFor();
    const before = await row.boundingBox();
    await client.sendMail(mail({ Subject: 'New', 'Message-ID': '<new@x.example>' }));
    await page.getByText('301 messages').waitFor();
    await row.waitFor();
    expect(Math.abs(((await row.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
  });
});

async function sendMany(client: Client, count: number, workers = 4): Promise<void> {
  const token = await client.accessToken();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      await client.sendMail(mail({ Subject: `Mail ${n}`, 'Message-ID': `<${n}@x.example>` }), { token });
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
