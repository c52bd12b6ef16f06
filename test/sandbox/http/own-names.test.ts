import http from 'node:http';
import https from 'node:https';
import { expect, it, onTestFinished } from 'vitest';
import { isLoopback } from '../../../src/sandbox/http/own-names.js';
import { createCertificate, type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.js';

// One RSA key for all: making it takes longer than a test.
const shared = createCertificate();

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const clientId = 'app';
  const apps = [{ clientId, roles: ['Mail.Send', 'Mail.ReadWrite'], secrets: ['s'] }];
  const { certificate } = await shared;
  const sandbox = await startSandbox({ certificate, clientId, apps, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A request to an origin, wherever its name leads: the sockets go to `address`. */
function request(
  sandbox: Sandbox,
  url: string,
  { address = '127.0.0.1', ...asked }: Asked & { address?: string } = {},
) {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const { method = 'GET', headers, body } = asked;
  const secure = protocol === 'https:';
  const name = hostname.replace(/^\[|\]$/g, '');
  const host = port === '' ? hostname : `${hostname}:${port}`;
  const options = { host: address, port, path: pathname + search, method, headers: { host, ...headers } };
  // biome-ignore lint/suspicious/noExplicitAny: an answer may be anything, and the tests look into it
  return new Promise<{ status: number | undefined; text: string; json: any }>((resolve, reject) => {
    const answered = async (response: http.IncomingMessage) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const json = /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : undefined;
      resolve({ status: response.statusCode, text, json });
    };
    const sent = secure
      ? https.request(
          { ...options, ca: sandbox.ca, servername: /[:\d]$/.test(name) ? '' : name, agent: false },
          answered,
        )
      : http.request({ ...options, agent: false }, answered);
    sent.once('error', reject).end(body);
  });
}

async function tokenFrom(sandbox: Sandbox, origin: string, address?: string): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: 'app', client_secret: 's', scope: `${origin}/.default` };
  const { json, text } = await request(sandbox, `${origin}/${sandbox.options.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams(form)}`,
    ...(address && { address }),
  });
  expect(text).toContain('access_token');
  return json.access_token;
}

const FILE = 3_500_000;

/** Metadata, a page of a list, and an upload: everything in which an answer links to somewhere. */
async function links(sandbox: Sandbox, origin: string, address?: string): Promise<string[]> {
  const at = address === undefined ? {} : { address };
  const authorization = `Bearer ${await tokenFrom(sandbox, origin, address)}`;
  const users = `${origin}/v1.0/users/${sandbox.options.mailbox}`;
  const post = (path: string, json: object) =>
    request(sandbox, users + path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(json),
      ...at,
    });
  const draft = await post('/messages', { subject: 'One' });
  await post('/messages', { subject: 'Two' });
  const page = await request(sandbox, `${users}/messages?$top=1`, { headers: { authorization }, ...at });
  const file = { AttachmentItem: { attachmentType: 'file', name: 'a', size: FILE } };
  const upload = await post(`/messages/${draft.json.id}/attachments/createUploadSession`, file);
  const status = await request(sandbox, upload.json.uploadUrl, at);
  expect(status).toMatchObject({ status: 200, json: { nextExpectedRanges: ['0'] } });
  const metadata = await request(
    sandbox,
    `${origin}/${sandbox.options.tenantId}/v2.0/.well-known/openid-configuration`,
    at,
  );
  const refused = await request(sandbox, `${users}/messages`, at);
  expect(refused.status).toBe(401);
  return [
    metadata.json.token_endpoint,
    draft.json['@odata.context'],
    page.json['@odata.nextLink'],
    upload.json.uploadUrl,
  ].map((link) => new URL(link).origin);
}

const portOf = (url: string | undefined) => new URL(url ?? '').port;

it.each([
  ['localhost', '127.0.0.1'],
  ['127.0.0.1', '127.0.0.1'],
  ['sandbox', 'sandbox'],
  ['mail_1.sandbox.example', 'mail_1.sandbox.example'],
])('links lead by HTTPS to %s, by which the client came; uploads to %s', async (name, uploads) => {
  const sandbox = await start({ names: ['Sandbox', 'mail_1.sandbox.example'] });
  const origin = `https://${name}:${portOf(sandbox.url)}`;
  expect(await links(sandbox, origin)).toEqual([origin, origin, origin, origin.replace(name, uploads)]);
});

it.each([
  ['localhost', '127.0.0.1'],
  ['sandbox', 'sandbox'],
])('links lead by plain HTTP to %s, by which the client came; uploads to %s', async (name, uploads) => {
  const sandbox = await start({ names: ['sandbox'], httpPort: 0 });
  expect(sandbox.httpUrl).toMatch(/^http:\/\/localhost:\d+$/);
  const origin = `http://${name}:${portOf(sandbox.httpUrl)}`;
  expect(await links(sandbox, origin)).toEqual([origin, origin, origin, origin.replace(name, uploads)]);
});

it('listens on the IPv6 loopback, and is called by it', async () => {
  const sandbox = await start({ host: '::1', httpPort: 0 });
  expect([sandbox.url, sandbox.httpUrl, sandbox.inboxUrl].map((url) => url?.replace(/\d+\/?$/, ''))).toEqual([
    'https://[::1]:',
    'http://[::1]:',
    'http://[::1]:',
  ]);
  for (const origin of [sandbox.url, sandbox.httpUrl ?? '']) {
    expect(await links(sandbox, origin, '::1')).toEqual([origin, origin, origin, origin]);
  }
  expect((await request(sandbox, `${sandbox.inboxUrl}api/stats`, { address: '::1' })).status).toBe(200);
  await expect(request(sandbox, sandbox.url.replace('[::1]', '127.0.0.1'))).rejects.toThrow('ECONNREFUSED');
});

it('listens on another address of this machine, which is in its certificate', async () => {
  const sandbox = await start({ host: '127.0.0.5' });
  expect(sandbox.url).toMatch(/^https:\/\/127\.0\.0\.5:/);
  expect(await links(sandbox, sandbox.url, '127.0.0.5')).toEqual(Array(4).fill(sandbox.url));
});

it('follows a port that was published under another number', async () => {
  const sandbox = await start({ names: ['sandbox'] });
  const path = `/${sandbox.options.tenantId}/v2.0/.well-known/openid-configuration`;
  const issuerAs = async (host: string) =>
    (await request(sandbox, `${sandbox.url}${path}`, { headers: { host } })).json.issuer;
  const { tenantId } = sandbox.options;
  expect(await issuerAs('sandbox:9443')).toBe(`https://sandbox:9443/${tenantId}/v2.0`);
  // What is none of its names gets no link of its own making.
  for (const host of [
    'evil.test',
    'evil.test:8443',
    'sandbox:9443@evil.test',
    'sandbox/evil.test',
    'login.microsoftonline.us.evil',
  ]) {
    expect(await issuerAs(host)).toBe(`${sandbox.url}/${tenantId}/v2.0`);
  }
});

it.each<[SandboxOptions, string, number]>([
  [{}, 'localhost', 200],
  [{}, '127.0.0.1', 200],
  [{}, '[::1]', 200],
  [{}, 'sandbox', 403],
  [{}, '192.0.2.7', 403],
  [{ names: ['Sandbox', '192.0.2.7', 'fe80::A:0:b'] }, 'sandbox', 200],
  [{ names: ['Sandbox', '192.0.2.7', 'fe80::A:0:b'] }, 'SANDBOX', 200],
  [{ names: ['Sandbox', '192.0.2.7', 'fe80::A:0:b'] }, '192.0.2.7', 200],
  [{ names: ['Sandbox', '192.0.2.7', 'fe80::A:0:b'] }, '[fe80::a:0:b]', 200],
  [{ names: ['sandbox'] }, 'evil.sandbox', 403],
  [{ names: ['sandbox'] }, 'evil.test', 403],
  [{ host: '127.0.0.5' }, '127.0.0.5', 200],
])(
  'with %o the page and its API answer the Host %s with %i, and plain HTTP likewise',
  async (options, name, status) => {
    const sandbox = await start({ ...options, httpPort: 0 });
    const address = options.host ?? '127.0.0.1';
    const host = `${name}:${portOf(sandbox.inboxUrl)}`;
    for (const path of ['', 'api/messages']) {
      expect((await request(sandbox, sandbox.inboxUrl + path, { address, headers: { host } })).status).toBe(status);
    }
    const origin = { host, origin: `http://${host}`.toLowerCase(), 'sec-fetch-site': 'same-origin' };
    expect((await request(sandbox, `${sandbox.inboxUrl}api/stats`, { address, headers: origin })).status).toBe(status);
    const graph = `${sandbox.httpUrl}/common/discovery/instance`;
    const asked = await request(sandbox, graph, { address, headers: { host: `${name}:${portOf(sandbox.httpUrl)}` } });
    expect(asked.status).toBe(status === 200 ? 200 : 421);
  },
);

it('tells a client of the page how it reaches Graph, by the name of the page', async () => {
  const sandbox = await start({ names: ['sandbox'] });
  const connectAs = async (name: string) => {
    const headers = { host: `${name}:${portOf(sandbox.inboxUrl)}` };
    const { json } = await request(sandbox, `${sandbox.inboxUrl}api/connect`, { headers });
    expect(json.graphHost).toBe(json.authorityHost);
    return json.graphHost;
  };
  expect(await connectAs('127.0.0.1')).toBe(sandbox.url);
  expect(await connectAs('localhost')).toBe(sandbox.url);
  expect(await connectAs('sandbox')).toBe(sandbox.url.replace('localhost', 'sandbox'));
});

it.each([
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['::ffff:0.0.0.0', false],
  ['10.0.0.1', false],
  ['128.0.0.1', false],
  ['fe80::1', false],
  ['2001:db8::1', false],
])('%s is reached from this machine alone: %s', async (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
  if (loopback) return;
  await expect(startSandbox({ host })).rejects.toThrow(/^startSandbox: "host" is .* Set "allowNetwork" to true/);
  await expect(startSandbox({ host, allowNetwork: false })).rejects.toThrow('"allowNetwork"');
});

it('listens for the network when it is told so, and is still called localhost', async () => {
  const sandbox = await start({ host: '0.0.0.0', allowNetwork: true, names: ['sandbox'] });
  expect([sandbox.url, sandbox.inboxUrl]).toEqual([
    expect.stringMatching(/^https:\/\/localhost:/),
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:/),
  ]);
  const asked = { address: '127.0.0.9', headers: { host: `sandbox:${portOf(sandbox.inboxUrl)}` } };
  expect((await request(sandbox, `${sandbox.inboxUrl}api/stats`, asked)).status).toBe(200);
});

it('says which address this machine does not have, and frees what it had opened', async () => {
  await expect(startSandbox({ host: '192.0.2.7', allowNetwork: true })).rejects.toThrow(
    '192.0.2.7 is not an address of this machine: Entra and Graph cannot listen there.',
  );
  const taken = await start();
  const port = Number(portOf(taken.inboxUrl));
  const first = await start();
  const free = Number(portOf(first.url));
  await first.close();
  await expect(startSandbox({ port: free, httpPort: port })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use (by another sandbox?): choose another one for Entra and Graph over plain HTTP.`,
  );
  const again = await start({ port: free });
  expect(portOf(again.url)).toBe(String(free));
});

it.each<[object, RegExp]>([
  [{ host: 'localhost' }, /"host" is .*, expected an IP address, such as "127\.0\.0\.1"/],
  [{ host: 'fe80::1%eth0' }, /"host" is/],
  [{ names: ['two words'] }, /"names" is an array with a string of 9 characters, expected/],
  [{ names: ['*.example'] }, /"names"/],
  [{ names: ['sandbox:8443'] }, /"names"/],
  [{ names: ['https://sandbox'] }, /"names"/],
  [{ names: ['1234'] }, /"names"/],
  [{ names: ['1.2.3.4.5'] }, /"names"/],
  [{ names: [''] }, /"names"/],
  [{ names: 'sandbox' }, /"names"/],
  [{ allowNetwork: 'yes' }, /"allowNetwork"/],
  [{ httpPort: 70_000 }, /"httpPort"/],
  [{ port: 1, httpPort: 1 }, /"port" and "httpPort" are both 1/],
  [{ inboxPort: 1, httpPort: 1 }, /"inboxPort" and "httpPort" are both 1/],
  [{ mailbox: [] }, /"mailbox" is an empty array/],
  [{ mailbox: ['a@b.example', 'x'] }, /"mailbox" is an array with/],
])('refuses %o in words', async (options, words) => {
  await expect(startSandbox(options)).rejects.toThrow(words);
});
