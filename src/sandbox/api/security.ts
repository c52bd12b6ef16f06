import type { IncomingMessage } from 'node:http';

const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-dns-prefetch-control': 'off',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The inbox page itself: its own script and style, its own API, and mails in frames. */
export const PAGE_HEADERS = {
  ...COMMON,
  // A page that opened this one could otherwise move it through searches, and count its frames.
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Anything that is data: nothing in it may run, even when it is opened by itself. */
export const DATA_HEADERS = {
  ...COMMON,
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
};

/** The HTML of a mail: no script, no address outside this machine, only what it contains itself. */
export const MAIL_HEADERS = {
  ...COMMON,
  'content-security-policy':
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
};

/**
 * Whether a request may come in; `origins` are those of the page. The Host check keeps out web pages whose DNS name has been turned to 127.0.0.1 (DNS
 * rebinding), the other two pages of other sites and of other ports of this machine; a link to the inbox page itself may
 * stand anywhere.
 */
export function isOwnRequest(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  origins: readonly string[],
): boolean {
  const { headers } = request;
  if (!origins.includes(`http://${headers.host}`.toLowerCase())) return false;
  if (headers.origin !== undefined && !origins.includes(headers.origin)) return false;
  return !/^(?:cross-site|same-site)$/.test(String(headers['sec-fetch-site'])) || opensPage(request);
}

function opensPage({ method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  return method === 'GET' && url === '/' && mode === 'navigate' && destination === 'document';
}
