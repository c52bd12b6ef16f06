// The inbox page in a real browser. Without one installed its tests are skipped, with a line that says so.
import { existsSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe, onTestFinished } from 'vitest';
import type { Client } from '../support.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (executablePath === undefined) console.warn('No Chromium is installed: the inbox page is not tested in a browser.');

const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

export const describeInBrowser = describe.skipIf(executablePath === undefined);

export interface OpenedPage {
  page: Page;
  /** Errors and warnings of the console, and what was thrown in the page. */
  complaints: string[];
  /** Every address that the page asked for. */
  asked: string[];
}

export interface OpenOptions extends BrowserContextOptions {
  /** Of the page: what stands behind `#`. */
  hash?: string;
}

/** Opens the inbox page of a sandbox, and hears what it says and asks for. */
export async function openInbox(client: Client, { hash = '', ...options }: OpenOptions = {}): Promise<OpenedPage> {
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await context.route('**/*', (route) => {
    asked.push(route.request().url());
    return route.continue();
  });
  await page.goto(`${client.sandbox.inboxUrl}${hash}`);
  await page.locator('.live.on').waitFor({ state: 'attached' });
  return { page, complaints, asked };
}

export async function openPage(client: Client, options?: OpenOptions): Promise<Page> {
  return (await openInbox(client, options)).page;
}

/** A server that must never receive a request. */
export async function tripwire(): Promise<{ url: string; seen: string[] }> {
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

/** A message of these parts, base64 where bytes are given. */
export function multipart(
  headers: Record<string, string>,
  parts: { type: string; headers?: Record<string, string>; body: string | Buffer }[],
): string {
  const boundary = 'boundary-of-the-test';
  const top = {
    From: 'noreply@contoso.example',
    To: 'ana@example.com',
    'Message-ID': '<1@contoso.example>',
    ...headers,
  };
  const lines = (fields: Record<string, string>): string =>
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  const bodies = parts.map(({ type, headers: own = {}, body }) => {
    const bytes = Buffer.isBuffer(body);
    const fields = { 'Content-Type': type, ...(bytes && { 'Content-Transfer-Encoding': 'base64' }), ...own };
    const content = bytes ? (body.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n') : body;
    return `--${boundary}\r\n${lines(fields)}\r\n${content}\r\n`;
  });
  return `${lines({ ...top, 'Content-Type': `multipart/mixed; boundary="${boundary}"` })}\r\n${bodies.join('')}--${boundary}--\r\n`;
}
