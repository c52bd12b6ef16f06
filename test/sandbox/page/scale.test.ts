import { expect, it } from 'vitest';
import { type Client, mail, startClient } from '../support.js';
import { describeInBrowser, openPage } from './support.js';

const COUNT = 10_000;
const ROWS = 'document.querySelectorAll("[role=option]").length';

describeInBrowser('the inbox page with 10,000 messages', () => {
  it('holds one page of rows in its document, from the first to the last, and finds the one in the midst', {
    timeout: 240_000,
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
    await page.getByText('1–50 of 10,000').waitFor();
    await page.getByText('Mail 9999', { exact: true }).waitFor();
    expect(await page.evaluate<number>(ROWS)).toBe(50);
    await page.getByRole('button', { name: 'Last page' }).click();
    await page.getByText('9,951–10,000 of 10,000').waitFor();
    await page.getByText('Mail 0', { exact: true }).waitFor();
    expect(await page.evaluate<number>(ROWS)).toBe(50);
    expect(await page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThan(1000);
    await page.getByText('Mail 0', { exact: true }).click();
    await expect.poll(() => page.locator('.head h2').textContent()).toBe('Mail 0');
    await page.getByLabel('Search messages').fill('subject:"Mail 5123"');
    await page.getByText('1 of 10,000 messages').waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
  });
});

/** The second page of a list of 120 messages. */
async function openSecondPage() {
  const client = await startClient({ mailboxConcurrency: false });
  await sendMany(client, 120, 1);
  const page = await openPage(client);
  const position = page.locator('.place');
  await expect.poll(() => position.textContent()).toBe('1–50 of 120');
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect.poll(() => position.textContent()).toBe('51–100 of 120');
  return {
    client,
    page,
    position,
    subjects: () => page.locator('.row .subject').allTextContents(),
    send: (subject: string) => client.sendMail(mail({ Subject: subject, 'Message-ID': `<${subject}@x.example>` })),
  };
}

describeInBrowser('the pages of the message list', () => {
  it('keep the rows in place when a message comes in while the page that they moved to is fetched', {
    timeout: 120_000,
  }, async () => {
    const { page, send, subjects, position } = await openSecondPage();
    const before = await subjects();
    let between = 0;
    await page.route('**/api/messages?*offset=51*', async (route) => {
      if (between++ === 0) await send('New-2');
      await route.continue();
    });

    await send('New-1');
    await expect.poll(() => position.textContent()).toBe('53–102 of 122');
    expect(between).toBeGreaterThan(0);
    expect(await subjects()).toEqual(before);
  });

  it('keep the rows, the selection and the keys in place while messages come and go', {
    timeout: 120_000,
  }, async () => {
    const { client, page, send, subjects, position } = await openSecondPage();
    const selected = page.locator('[aria-selected=true] .subject');
    const title = page.locator('.head h2');
    const before = await subjects();
    expect([before[0], before.length]).toEqual(['Mail 69', 50]);
    await page.getByText('Mail 60', { exact: true }).click();
    await expect.poll(() => selected.textContent()).toBe('Mail 60');

    await send('New-1');
    await send('New-2');
    await expect.poll(() => position.textContent()).toBe('53–102 of 122');
    expect(await subjects()).toEqual(before);
    expect([await selected.textContent(), await title.textContent()]).toEqual(['Mail 60', 'Mail 60']);
    expect(await page.locator('.row').first().getAttribute('aria-posinset')).toBe('53');
    await page.keyboard.press('j');
    await expect.poll(() => title.textContent()).toBe('Mail 59');

    // What is deleted before them moves them up again; the page stays full.
    const gone = await client.sandbox.messages({ subject: 'New-1' });
    await fetch(`${client.sandbox.inboxUrl}api/messages/${gone[0]?.id}`, { method: 'DELETE' });
    await expect.poll(() => position.textContent()).toBe('52–101 of 121');
    expect(await subjects()).toEqual(before);

    // Back to the newest in two steps, the second of which is a short one.
    await page.getByRole('button', { name: 'Previous page' }).click();
    await expect.poll(() => position.textContent()).toBe('2–51 of 121');
    await page.getByRole('button', { name: 'Previous page' }).click();
    await expect.poll(() => position.textContent()).toBe('1–50 of 121');
    expect((await subjects())[0]).toBe('New-2');
    const previous = page.getByRole('button', { name: 'Previous page' });
    expect(await previous.getAttribute('aria-disabled')).toBe('true');
    // It keeps the focus, though it can go no further.
    expect(await previous.evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true);
  });

  it('are crossed by the keys, end where the list ends, and show the rest when that shrinks', {
    timeout: 120_000,
  }, async () => {
    const client = await startClient({ mailboxConcurrency: false });
    await sendMany(client, 51, 1);
    const page = await openPage(client);
    const position = page.locator('.place');
    const title = page.locator('.head h2');
    await expect.poll(() => position.textContent()).toBe('1–50 of 51');
    await page.getByText('Mail 1', { exact: true }).click();
    await expect.poll(() => title.textContent()).toBe('Mail 1');
    await page.keyboard.press('j');
    await expect.poll(() => title.textContent()).toBe('Mail 0');
    expect(await position.textContent()).toBe('51–51 of 51');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect.poll(() => title.textContent()).toBe('Mail 1');
    expect(await position.textContent()).toBe('1–50 of 51');
    await page.keyboard.press('j');
    await expect.poll(() => title.textContent()).toBe('Mail 0');
    await page.keyboard.press('Delete');
    await expect.poll(() => title.textContent()).toBe('Mail 1');
    await expect.poll(() => page.locator('.row').count()).toBe(50);
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
  });

  it('stay where the reader has scrolled when messages come in at the top', { timeout: 120_000 }, async () => {
    const client = await startClient({ mailboxConcurrency: false });
    await sendMany(client, 60, 1);
    const page = await openPage(client);
    await page.getByText('60 messages').waitFor();
    await page.getByRole('listbox').evaluate((node) => {
      node.scrollTop = node.scrollHeight / 2;
    });
    const row = page.getByText('Mail 30', { exact: true });
    const before = await row.boundingBox();
    await client.sendMail(mail({ Subject: 'New', 'Message-ID': '<new@x.example>' }));
    await page.getByText('61 messages').waitFor();
    await expect.poll(async () => Math.abs(((await row.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
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
