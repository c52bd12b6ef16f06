import { describe, expect, it } from 'vitest';
import { framedHtml, withoutTargets } from '../../../src/sandbox/api/mail-html.js';
import { ask, askJson } from '../inbox-support.js';
import { type Client, mail, startClient } from '../support.js';

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
    const all = await askJson(client, '/api/messages');
    expect(all.total).toBe(3);
    expect(all.messages.map(({ subject }: { subject: string }) => subject)).toEqual(['3', '2', '1']);
    expect(all.messages[0]).toMatchObject({
      bcc: [{ address: 'zoe@example.com' }],
      size: mail({ Subject: '3', Bcc: 'zoe@example.com' }).length,
    });
    const second = await askJson(client, '/api/messages?limit=1&offset=1');
    expect(second.messages.map(({ subject }: { subject: string }) => subject)).toEqual(['2']);
    expect((await askJson(client, '/api/messages?limit=-1&offset=x')).messages).toHaveLength(3);
  });

  it('shows one message, its source and its attachments', async () => {
    const pdf =
      'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="=?utf-8?Q?=C3=BC=22.pdf?="\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==';
    const mime = multipart('<p>Hi</p>', pdf);
    const { client, path } = await withMail(mime);
    const message = await askJson(client, path);
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
    for (const method of ['POST', 'PUT', 'PATCH']) expect((await ask(client, path, { method })).status).toBe(405);
    const listed = expect.stringMatching(
      /^not found: the API has no such path\. Its paths begin with .*\/api\/messages\b/,
    );
    for (const beneath of ['/api', '/api/x']) expect((await ask(client, beneath)).json).toEqual({ error: listed });
    for (const graphs of ['/v1.0/users', '/common/oauth2/v2.0/token']) {
      expect((await ask(client, graphs)).json.error).toContain('Entra and Graph have a port of their own');
    }
    const wrong = await ask(client, path, { method: 'PUT' });
    expect([wrong.json.error, wrong.headers.allow]).toEqual([
      'method not allowed: this path takes GET, DELETE',
      'GET, DELETE',
    ]);
  });

  it('tells what to connect with, and no key', async () => {
    const client = await startClient();
    const { body } = await ask(client, '/api/connect');
    const { tenantId, clientId, mailbox, cloud } = client.sandbox.options;
    expect(JSON.parse(body.toString())).toEqual({
      ...{ tenantId, clientId, mailbox, mailboxes: [mailbox] },
      ...cloud,
    });
    expect(body.toString()).not.toContain('PRIVATE KEY');
    const connect = { clientSecret: 's', certificatePath: 'certificate.pem', caPath: 'ca.pem' };
    const allowed = { clientId, certificates: [], allowedMailboxes: ['shop@contoso.example'], roles: [] };
    const tenant = { mailboxes: ['shop@contoso.example', 'boss@contoso.example'], apps: [allowed] };
    const told = await askJson(await startClient({ clientId, ...tenant, connect }), '/api/connect');
    expect(told).toMatchObject({ clientId, mailboxes: ['shop@contoso.example'], ...connect });
    expect(await askJson(client, '/api/stats')).toEqual(client.sandbox.stats());
  });
});

describe('the page', () => {
  it('answers HEAD, with which tools wait for a server', async () => {
    const client = await startClient();
    for (const path of ['/', '/api/stats']) {
      const { status, body } = await ask(client, path, { method: 'HEAD' });
      expect([path, status, body.length]).toEqual([path, 200, 0]);
    }
  });

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
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      const source = body.toString().replaceAll('http://www.w3.org/2000/svg', '');
      expect(source).not.toMatch(/https?:\/\/|innerHTML|insertAdjacentHTML|document\.write/);
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

  it('shows an image as often as it is small, so that it stays of a length that can be shown', () => {
    const image = { contentType: 'image/png', contentId: 'x', disposition: undefined, filename: 'x.png' };
    const shown = framedHtml('<img src="cid:x">'.repeat(1000), [{ ...image, content: Buffer.alloc(3_000_000) }]);
    expect(shown.length).toBeLessThan(65_000_000);
    expect(shown.match(/<img src="data:/g)).toHaveLength(15);
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
