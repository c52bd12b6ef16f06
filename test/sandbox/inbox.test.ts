import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { withoutTargets } from '../../src/sandbox/inbox/link-targets.js';
import { framedHtml } from '../../src/sandbox/inbox/mail-html.js';
import { type Client, mail, startClient } from './support.js';

interface PlainReply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** fetch would not let a test set Host and Origin. */
function ask(client: Client, path: string, method = 'GET', headers: Record<string, string> = {}): Promise<PlainReply> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      new URL(path, client.sandbox.inboxUrl),
      { method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

const json = async (client: Client, path: string) => JSON.parse((await ask(client, path)).body.toString());

const multipart = (html: string, ...parts: string[]): string =>
  mail(
    { Bcc: 'zoe@example.com', 'Content-Type': 'multipart/mixed; boundary=b' },
    ['', `Content-Type: text/html; charset=utf-8\r\n\r\n${html}`, ...parts].join('\r\n--b\r\n').concat('\r\n--b--'),
  );

const IMAGE = 'Content-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==';

async function withMail(mime: string): Promise<{ client: Client; path: string }> {
  const client = await startClient();
  await client.sendMail(mime);
  const [message] = await client.sandbox.messages();
  return { client, path: `/api/messages/${message?.id}` };
}

describe('the API', () => {
  it('lists messages newest first, a page at a time', async () => {
    const client = await startClient();
    for (const n of [1, 2, 3]) await client.sendMail(mail({ Subject: `${n}`, Bcc: 'zoe@example.com' }));
    const all = await json(client, '/api/messages');
    expect(all.total).toBe(3);
    expect(all.messages.map(({ subject }: { subject: string }) => subject)).toEqual(['3', '2', '1']);
    expect(all.messages[0]).toMatchObject({
      bcc: [{ address: 'zoe@example.com' }],
      size: mail({ Subject: '3', Bcc: 'zoe@example.com' }).length,
    });
    const second = await json(client, '/api/messages?limit=1&offset=1');
    expect(second.messages.map(({ subject }: { subject: string }) => subject)).toEqual(['2']);
    expect((await json(client, '/api/messages?limit=-1&offset=x')).messages).toHaveLength(3);
  });

  it('shows one message, its source and its attachments', async () => {
    const pdf =
      'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="=?utf-8?Q?=C3=BC=22.pdf?="\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==';
    const mime = multipart('<p>Hi</p>', pdf);
    const { client, path } = await withMail(mime);
    const message = await json(client, path);
    expect(message).toMatchObject({ subject: 'Hi', html: true, recipients: ['ana@example.com', 'zoe@example.com'] });
    expect(message.attachments).toMatchObject([{ contentType: 'application/pdf', size: 4 }]);
    const raw = await ask(client, `${path}/raw`);
    expect([raw.headers['content-type'], raw.body.toString()]).toEqual(['text/plain; charset=utf-8', mime]);
    const eml = await ask(client, `${path}/raw?download`);
    expect(eml.headers).toMatchObject({
      'content-type': 'message/rfc822',
      'content-disposition': expect.stringMatching(/^attachment; filename="[\w-]+\.eml"/),
    });
    const file = await ask(client, `${path}/attachments/0`);
    expect(file.body.toString()).toBe('%PDF');
    expect(file.headers['content-disposition']).toBe(`attachment; filename="__.pdf"; filename*=UTF-8''%C3%BC%22.pdf`);
  });

  it('never shows an attachment, whatever type it claims', async () => {
    const script =
      'Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\n\r\n<script>alert(1)</script>';
    const { client, path } = await withMail(multipart('<p>Hi</p>', script));
    const { headers } = await ask(client, `${path}/attachments/0`);
    expect(headers['content-disposition']).toMatch(/^attachment;/);
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('answers 404 for what is not there, 405 for what it does not do', async () => {
    const { client, path } = await withMail(mail());
    for (const wrong of [
      '/x',
      '/api',
      '/api/x',
      '/api/messages/x',
      `${path}/x`,
      `${path}/attachments/0`,
      `${path}/attachments/x`,
      `${path}/html`,
      `${path}/raw/x`,
      '/api/stats/x',
      '/%',
    ]) {
      expect([wrong, (await ask(client, wrong)).status]).toEqual([wrong, 404]);
    }
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(client, path, method)).status).toBe(405);
  });

  it('tells what to connect with, and no key', async () => {
    const client = await startClient();
    const { body } = await ask(client, '/api/tenant');
    const { tenantId, clientId, mailbox, cloud } = client.sandbox.options;
    expect(JSON.parse(body.toString())).toEqual({ tenantId, clientId, mailbox, ...cloud });
    expect(body.toString()).not.toContain('PRIVATE KEY');
    expect(await json(client, '/api/stats')).toEqual(client.sandbox.stats());
  });

  it('deletes all messages', async () => {
    const { client } = await withMail(mail());
    expect((await ask(client, '/api/messages', 'DELETE')).status).toBe(204);
    expect(await json(client, '/api/messages')).toEqual({ total: 0, messages: [] });
  });

  it('tells about new messages as they come', async () => {
    const client = await startClient();
    const stream = await fetch(`${client.sandbox.inboxUrl}api/events`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    await client.sendMail(mail());
    let text = '';
    while (!text.includes('data:')) text += (await reader?.read())?.value ?? '';
    expect(text).toContain('event: messages\ndata: {"total":1}\n\n');
    await reader?.cancel();
  });
});

describe('a foreign page', () => {
  it.each([
    ['another host', { host: 'evil.example' }],
    ['another port', { host: '127.0.0.1:1' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['the origin of a sandboxed frame', { origin: 'null' }],
    ['our host by https', { origin: 'https://127.0.0.1' }],
  ])('that shows %s gets nothing and changes nothing', async (_what, headers) => {
    const { client } = await withMail(mail());
    for (const [path, method] of [
      ['/', 'GET'],
      ['/api/messages', 'GET'],
      ['/api/events', 'GET'],
      ['/api/messages', 'DELETE'],
    ] as const) {
      const reply = await ask(client, path, method, headers);
      expect([reply.status, reply.body.toString()]).toEqual([403, '{"error":"only this page may ask"}']);
    }
    expect(await client.sandbox.messages()).toHaveLength(1);
  });

  it.each([
    ['another site reads a message', '/api/messages', 'GET', { mode: 'no-cors', dest: 'image' }],
    ['another site opens a message', '/api/messages', 'GET', { mode: 'navigate', dest: 'document' }],
    ['another site frames the page', '/', 'GET', { mode: 'navigate', dest: 'iframe' }],
    ['another site fetches the page', '/', 'GET', { mode: 'no-cors', dest: 'empty' }],
    ['another site deletes', '/api/messages', 'DELETE', { mode: 'no-cors', dest: 'empty' }],
  ])('gets nothing when %s', async (_what, path, method, { mode, dest }) => {
    const client = await startClient();
    const fetched = { 'sec-fetch-mode': mode, 'sec-fetch-dest': dest };
    expect((await ask(client, path, method, { 'sec-fetch-site': 'cross-site', ...fetched })).status).toBe(403);
    expect((await ask(client, path, method, { 'sec-fetch-site': 'same-origin', ...fetched })).status).toBeLessThan(300);
  });

  it('may link to the inbox page', async () => {
    const client = await startClient();
    const opened = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await ask(client, '/', 'GET', opened)).status).toBe(200);
  });

  it('is not our own, under either of our names', async () => {
    const client = await startClient();
    const { port } = new URL(client.sandbox.inboxUrl);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      expect((await ask(client, '/api/messages', 'DELETE', { host, origin: `http://${host}` })).status).toBe(204);
    }
  });
});

describe('the page', () => {
  it('is served with a policy that lets nothing in from outside', async () => {
    const client = await startClient();
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/style.css', 'text/css'],
      ['/app.js', 'text/javascript'],
    ]) {
      const { status, headers, body } = await ask(client, path ?? '');
      expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(body.toString()).not.toMatch(/https?:\/\/|innerHTML|insertAdjacentHTML|document\.write/);
    }
  });
});

describe('the HTML of a mail', () => {
  it('comes with a policy of its own: no script, nothing from outside, no form, and sandboxed', async () => {
    const { client, path } = await withMail(multipart('<p>Hi</p>'));
    const { headers } = await ask(client, `${path}/html`);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toEqual([
      "default-src 'none'",
      'img-src data:',
      "style-src 'unsafe-inline'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      'sandbox',
    ]);
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-dns-prefetch-control': 'off' });
  });

  it('has its inline images inside it', async () => {
    const { client, path } = await withMail(multipart('<img src="cid:logo%40x"><img src=cid:none>', IMAGE));
    const { body } = await ask(client, `${path}/html`);
    expect(body.toString()).toContain('<img src="data:image/png;base64,iVBORw=="><img src=cid:none>');
  });

  it.each([
    ['a link', '<link rel=preconnect href=https://evil.example>', '<link'],
    ['a refresh', '<META\thttp-equiv=refresh content="0;url=https://evil.example">', '<meta\thttp'],
    ['a base', '<base/href=https://evil.example>', '<base'],
  ])('cannot act by %s', (_what, html, tag) => {
    expect(framedHtml(html, []).toLowerCase()).not.toContain(tag);
  });

  it.each([
    ['<a href="https://x.example/?a&amp;b" class=c>', '<a title="https://x.example/?a&amp;b" class=c>'],
    ['<A title="Click" HREF = x>', '<A data-title="Click" title = x>'],
    ["<area\thref='x'/>", "<area\ttitle='x'/>"],
    ['<a/href=x/href=y>', '<a/title=x/href=y>'],
    ['<a x=">" href=y>', '<a x=">" title=y>'],
    ['<a xlink:href=y>', '<a title=y>'],
    ['<a =x href=y>', '<a =x title=y>'],
    ['<a href>', '<a title>'],
    ['<!-- <a b=" --><a href=x> "', '<!-- <a b=" --><x-a href=x> "'],
    ['<p>Write &lt;a href="x"&gt;</p> <abbr href=x>', '<p>Write &lt;a href="x"&gt;</p> <abbr href=x>'],
    ['<a href=x', '<a title=x'],
    ['<a', '<a'],
  ])('has links that lead nowhere: %s', (html, safe) => {
    expect(withoutTargets(html)).toBe(safe);
  });

  it.each(['<a ', '<a x="', '<a/z=', '<a b=\'<a c="', '<a href='])('is read in linear time: %s', (part) => {
    // Anything worse would outlast the test.
    expect(withoutTargets(part.repeat(200_000)).length).toBeGreaterThan(0);
  });

  it('takes images only from its attachments', () => {
    const page = {
      filename: 'x',
      contentType: 'text/html',
      contentId: 'x',
      disposition: undefined,
      content: Buffer.from('<script>'),
    };
    expect(framedHtml('<img src="cid:x">', [page])).toContain('<img src="cid:x">');
  });
});
