import { existsSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Client, mail, startClient } from './support.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (executablePath === undefined) console.warn('No Chromium is installed: the inbox page is not tested in a browser.');

const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

async function openPage(client: Client): Promise<Page> {
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args });
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext()).newPage();
  await page.goto(client.sandbox.inboxUrl);
  await page.locator('.live.on').waitFor();
  return page;
}

/** A server that nobody must ever talk to. */
async function tripwire(): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request.url ?? '');
    response.end();
  });
  server.on('connection', () => seen.push('connection'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe.skipIf(executablePath === undefined)('the inbox page in a browser', () => {
  it('shows messages as they come, and takes a subject for text', async () => {
    const client = await startClient();
    const page = await openPage(client);
    await page.getByText('No messages yet').waitFor();
    await client.sendMail(mail({ Subject: '<img src=x onerror=alert(1)>', Bcc: 'zoe@example.com' }, 'Hello Ana'));
    await page.getByText('<img src=x onerror=alert(1)>').first().click();
    await page.getByText('Hello Ana').waitFor();
    expect(await page.locator('.note').textContent()).toBe("only in the sender's copy");
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('tab', { name: 'Source' }).click();
    await page.getByText('Message-ID: <1@contoso.example>').waitFor();
  });

  it('is used by keyboard', async () => {
    const client = await startClient();
    for (const n of [1, 2, 3]) await client.sendMail(mail({ Subject: `Mail ${n}` }));
    const page = await openPage(client);
    await page.locator('.message').nth(2).waitFor();
    const title = page.locator('#message-pane h2');
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
  });

  it('on a phone shows either the list or a message', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    const page = await openPage(client);
    await page.setViewportSize({ width: 360, height: 640 });
    const list = page.locator('#list');
    expect(await page.getByText('1 message').isVisible()).toBe(true);
    await page.locator('.message').click();
    await expect.poll(() => list.isVisible()).toBe(false);
    await page.locator('#back').click();
    await expect.poll(() => list.isVisible()).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('lets the HTML of a mail run nothing and load nothing, in the page and by itself', async () => {
    const { url, seen } = await tripwire();
    const vectors = [
      `<script>fetch('${url}/script')</script>`,
      `<img src="${url}/img" onerror="parent.document.title='owned'">`,
      `<img src=x onerror="fetch('${url}/onerror')">`,
      `<svg onload="location='${url}/svg'"><image href="${url}/svgimage"/></svg>`,
      `<link rel="stylesheet" href="${url}/css"><link rel="preconnect" href="${url}"><link rel="prefetch" href="${url}/pre">`,
      `<meta http-equiv="refresh" content="0;url=${url}/refresh">`,
      `<style>@import '${url}/import'; body{background:url(${url}/background)} @font-face{font-family:x;src:url(${url}/font)} p{font-family:x}</style>`,
      `<iframe src="${url}/iframe"></iframe><object data="${url}/object"></object><embed src="${url}/embed">`,
      `<video src="${url}/video" poster="${url}/poster" autoplay></video><audio src="${url}/audio" autoplay></audio>`,
      `<form action="${url}/form" method="post"><input name=a autofocus onfocus="this.form.submit()"></form>`,
      `<base href="${url}/"><img src="based">`,
      `<body onload="fetch('${url}/body')" background="${url}/bodybackground">`,
      '<p id="end">The end</p>',
    ];
    const client = await startClient();
    await client.sendMail(mail({ 'Content-Type': 'text/html' }, vectors.join('\r\n')));
    const page = await openPage(client);
    await page.locator('.message').click();
    await page.frameLocator('iframe').locator('#end').waitFor();
    const [message] = await client.sandbox.messages();
    const alone = await page.context().newPage();
    await alone.goto(`${client.sandbox.inboxUrl}api/messages/${message?.id}/html`);
    await alone.locator('#end').waitFor();
    // What the mail could start, it has started by the time the network is idle.
    await Promise.all([page, alone].map((one) => one.waitForLoadState('load')));
    expect(seen).toEqual([]);
    expect(await page.title()).toBe('Inbox – Graph mail sandbox');
  });

  it('neither navigates nor connects when a link in a mail is clicked, in the page and by itself', async () => {
    const { url, seen } = await tripwire();
    const client = await startClient();
    const links = [
      `<a href="${url}/link?a=1&amp;b=2">Plain</a>`,
      `<!-- <a title=" --> <a target=_top href=${url}/hidden>Hidden</a> "`,
      `<a x=">" HREF='${url}/quoted'>Quoted</a>`,
      `<svg width=200 height=40><a xlink:href="${url}/svg"><set attributeName="href" to="${url}/set"/><text y=20>Drawn</text></a></svg>`,
    ];
    await client.sendMail(mail({ 'Content-Type': 'text/html' }, links.join('<br>')));
    const page = await openPage(client);
    await page.locator('.message').click();
    const [message] = await client.sandbox.messages();
    const alone = await page.context().newPage();
    const address = `${client.sandbox.inboxUrl}api/messages/${message?.id}/html`;
    await alone.goto(address);
    const frame = page.frameLocator('iframe');
    for (const view of [frame, alone]) {
      for (const link of ['Plain', 'Hidden', 'Quoted', 'Drawn']) await view.getByText(link).click();
      expect(await view.getByText('Plain').getAttribute('title')).toBe(`${url}/link?a=1&b=2`);
    }
    await expect(page.waitForEvent('framenavigated', { timeout: 300 })).rejects.toThrow('Timeout');
    expect(await frame.getByText('Plain').isVisible()).toBe(true);
    expect([page.url(), alone.url()]).toEqual([client.sandbox.inboxUrl, address]);
    expect(seen).toEqual([]);
  });

  it.each([
    ['a phone', { width: 375, height: 700 }, 3],
    ['a desktop', { width: 1200, height: 700 }, 60],
  ])('keeps the tabs in reach on %s, however long the head is', async (_where, size, count) => {
    const client = await startClient();
    const many = (name: string) => Array.from({ length: count }, (_, n) => `${name}${n}@example.com`).join(', ');
    const headers = { Subject: 'A long subject '.repeat(20), To: many('to'), Cc: many('cc'), Bcc: many('bcc') };
    await client.sendMail(mail(headers, 'Hello\r\n'.repeat(100)));
    const page = await openPage(client);
    await page.setViewportSize(size);
    await page.locator('.message').click();
    const tabs = page.locator('.tabs');
    await tabs.waitFor();
    expect((await tabs.boundingBox())?.height).toBeGreaterThan(20);
    await page.getByRole('tab', { name: 'Headers' }).click({ timeout: 2000 });
    await page.getByText('request-id').waitFor();
    expect((await tabs.boundingBox())?.height).toBeGreaterThan(20);
  });

  it('marks no message beside what to connect with', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    const page = await openPage(client);
    const marked = page.locator('.message[aria-selected=true]');
    await page.locator('.message').click();
    await expect.poll(() => marked.count()).toBe(1);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('authorityHost').waitFor();
    expect(await marked.count()).toBe(0);
  });
});
