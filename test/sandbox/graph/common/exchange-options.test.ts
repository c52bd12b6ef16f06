import { describe, expect, it } from 'vitest';
import { type SandboxOptions, startSandbox } from '../../../../src/sandbox/index.js';
import { type Client, MAILBOX, mail, messagePath, startClient, startClientWith } from '../../support.js';

describe('an option that has not the right kind', () => {
  it.each([
    [{ requestLimit: 0 }, '"requestLimit" is 0, expected an integer of 1 or more, or false'],
    [{ uploadLimit: '1' }, '"uploadLimit" is a string of 1 character, expected an integer of 1 or more, or false'],
    [{ messageRate: true }, '"messageRate" is true, expected an integer of 1 or more, or false'],
    [{ concurrencyKey: 'user' }, '"concurrencyKey" is a string of 4 characters, expected one of "mailbox", "app"'],
    [
      { undeliverable: 'x.test' },
      '"undeliverable" is a string of 6 characters, expected an array of domains and addresses, or false',
    ],
    [{ recipientLimitAnswer: 400 }, '"recipientLimitAnswer" is 400, expected one of "ndr", "400"'],
    [{ customHeaders: 'lose' }, '"customHeaders" is a string of 4 characters, expected one of "keep", "drop"'],
    [{ invalidUserStatus: 403 }, '"invalidUserStatus" is 403, expected 404 or 400'],
    [{ oversizeAnswer: 202 }, '"oversizeAnswer" is 202, expected 413 or 200'],
    [{ base64: 'url' }, '"base64" is a string of 3 characters, expected one of "strict", "lenient"'],
    [
      { immutableIdOnSend: 'new' },
      '"immutableIdOnSend" is a string of 3 characters, expected one of "kept", "changed"',
    ],
    [{ aliasInFrom: 'drop' }, '"aliasInFrom" is a string of 4 characters, expected one of "kept", "primary"'],
    [
      { mimeContentType: 'any' },
      '"mimeContentType" is a string of 3 characters, expected one of "bare", "any-charset"',
    ],
  ])('is refused: %j', async (options, message) => {
    await expect(startSandbox(options as SandboxOptions)).rejects.toThrow(message);
  });
});

describe('customHeaders', () => {
  const mime = mail({ 'X-Campaign': 'spring', 'X-Priority': '1', 'List-Unsubscribe': '<https://x>' });
  const campaigns = (client: Client) => [
    client.sandbox.mailbox(MAILBOX).sentItems.map(({ raw }) => raw.includes('X-Campaign')),
    client.sandbox.mailbox(MAILBOX).inbox.map(({ raw }) => raw.includes('X-Campaign')),
  ];

  it('are kept', async () => {
    const client = await startClient();
    await client.sendMail(mime.replace('ana@example.com', MAILBOX));
    expect(campaigns(client)).toEqual([[true], [true]]);
  });

  it('vanish from MIME when the sandbox drops them, other fields and the upload itself stay', async () => {
    const client = await startClientWith({ customHeaders: 'drop' });
    await client.sendMail(mime.replace('ana@example.com', MAILBOX));
    expect(campaigns(client)).toEqual([[false], [false]]);
    const [message] = await client.sandbox.messages();
    const delivered = message?.delivered[0]?.raw.toString();
    expect(delivered).not.toContain('X-Campaign');
    expect(delivered).toContain('X-Priority: 1\r\nList-Unsubscribe: <https://x>\r\n');
    expect(message?.raw.toString()).toContain('X-Campaign');
    const sent = messagePath(client.sandbox.mailbox(MAILBOX).sentItems[0]?.id ?? '');
    expect((await client.graph('GET', `${sent}/$value`)).text).not.toContain('X-Campaign');
  });

  it('of JSON stay', async () => {
    const client = await startClient({ customHeaders: 'drop' });
    const message = {
      toRecipients: [{ emailAddress: { address: MAILBOX } }],
      internetMessageHeaders: [{ name: 'X-Campaign', value: 'spring' }],
    };
    await client.sendMail('', { contentType: 'application/json', body: JSON.stringify({ message }) });
    expect(campaigns(client)).toEqual([[true], [true]]);
  });
});

describe('a user that nobody is', () => {
  it('is answered with the status that was chosen', async () => {
    const client = await startClient({ invalidUserStatus: 400 });
    const reply = await client.sendMail(mail(), { user: 'nobody@contoso.example' });
    expect([reply.status, reply.json.error.code]).toEqual([400, 'ErrorInvalidUser']);
  });
});

describe('a sendMail that is too large', () => {
  it('may be answered 200 and never be sent, when the request is good otherwise', async () => {
    const client = await startClientWith({ oversizeAnswer: 200, maxRequestSize: 500 });
    const large = mail({}, 'x'.repeat(500));
    expect((await client.sendMail(large)).status).toBe(200);
    expect((await client.sendMail(large, { token: 'none' })).status).toBe(401);
    expect((await client.sendMail(large, { user: 'nobody@contoso.example' })).status).toBe(404);
    expect((await client.graph('POST', '/messages', { mime: large })).status).toBe(413);
    expect(await client.sandbox.messages()).toEqual([]);
    expect((await client.sendMail(mail())).status).toBe(202);
  });
});

describe('requests in flight', () => {
  it('may be counted by application alone', async () => {
    const ana = 'ana@contoso.example';
    const client = await startClient({ concurrencyKey: 'app', mailboxConcurrency: 1, latency: 200, mailboxes: [ana] });
    const token = await client.accessToken();
    const first = client.sendMail(mail(), { token });
    await expect.poll(() => client.sandbox.throttling().mailboxes[0]?.inFlight).toBe(1);
    expect((await client.sendMail(mail({ From: ana }), { token, user: ana })).status).toBe(429);
    expect((await first).status).toBe(202);
  });
});

describe('base64', () => {
  const bytes = Buffer.from(mail({}, '\u00ff\u00fe?>~~'));

  it('of the URL-safe alphabet and without padding is taken by a lenient sandbox', async () => {
    const client = await startClient({ base64: 'lenient' });
    expect((await client.sendMail('', { body: bytes.toString('base64url') })).status).toBe(202);
    expect((await client.sandbox.messages())[0]?.raw).toEqual(bytes);
  });

  it.each(['not base64!', '"QUJD"', 'QQ===', 'QU=JD'])('that is none is refused by it, too: %s', async (body) => {
    const client = await startClient({ base64: 'lenient' });
    const reply = await client.sendMail('', { body });
    expect([reply.status, reply.json.error.code]).toEqual([400, 'ErrorMimeContentInvalidBase64String']);
  });
});

describe('MIME in text/plain with a charset', () => {
  const contentType = 'text/plain; charset=utf-8';

  it('is not emulated, because nobody knows what Graph does with it', async () => {
    const client = await startClientWith();
    const reply = await client.sendMail(mail(), { contentType });
    expect([reply.status, reply.json.error.code]).toEqual([501, 'NotImplemented']);
    expect(reply.json.error.message).toContain("mimeContentType: 'any-charset'");
    const draft = await client.graph('POST', '/messages', { mime: mail(), headers: { 'content-type': contentType } });
    expect(draft.status).toBe(501);
    expect((await client.sendMail(mail(), { contentType: 'TEXT/PLAIN' })).status).toBe(202);
  });

  it('is taken when the sandbox is told so', async () => {
    const client = await startClient({ mimeContentType: 'any-charset' });
    expect((await client.sendMail(mail(), { contentType })).status).toBe(202);
  });
});

describe('what Graph has and the sandbox has not', () => {
  it.each([
    ['POST', '/v1.0/$batch', 'JSON batching'],
    ['GET', '/beta/users/x/messages', 'v1.0 of Microsoft Graph alone'],
    ['POST', `/v1.0/users/${MAILBOX}/messages/x/move`, '/users/{id}/messages/{id}/move'],
    ['POST', `/v1.0/users/${MAILBOX}/messages/x/forward`, 'does not emulate'],
    ['GET', `/v1.0/users/${MAILBOX}/mailFolders/inbox/childFolders`, 'does not emulate'],
    ['GET', `/v1.0/users/${MAILBOX}/mailFolders/inbox/messages/x`, 'does not emulate'],
    ['GET', `/v1.0/users/${MAILBOX}/calendar/events`, 'does not emulate'],
  ])('%s %s is answered 501 in plain words, to whoever has a token', async (method, path, words) => {
    const client = await startClient();
    const authorization = `Bearer ${await client.accessToken()}`;
    const reply = await client.request(path, { method, headers: { authorization } });
    expect([reply.status, reply.json.error.code]).toEqual([501, 'NotImplemented']);
    expect(reply.json.error.message).toContain(words);
    expect((await client.request(path, { method })).status).toBe(401);
  });
});

describe('the immutable id of a draft that is sent', () => {
  it('may change', async () => {
    const client = await startClientWith({ immutableIdOnSend: 'changed' });
    const headers = { prefer: 'IdType="ImmutableId"' };
    const created = await client.graph('POST', '/messages', { mime: mail(), headers });
    expect((await client.graph('POST', `${messagePath(created.json.id)}/send`)).status).toBe(202);
    expect((await client.graph('GET', messagePath(created.json.id))).status).toBe(404);
    const listed = await client.graph('GET', '/mailFolders/sentitems/messages', { headers });
    expect((await client.graph('GET', messagePath(listed.json.value[0].id), { headers })).status).toBe(200);
  });
});

describe('an alias in From', () => {
  const mailboxes = [{ address: MAILBOX, aliases: ['orders@contoso.example'] }];
  const from = { From: 'Orders <orders@contoso.example>' };
  const seen = async (client: Client) => {
    await client.sendMail(mail(from));
    return /^From: .*$/m.exec((await client.sandbox.messages())[0]?.delivered[0]?.raw.toString() ?? '')?.[0].trim();
  };

  it('is kept', async () => {
    expect(await seen(await startClient({ mailboxes }))).toBe('From: Orders <orders@contoso.example>');
  });

  it('may be replaced by the primary address', async () => {
    expect(await seen(await startClient({ mailboxes, aliasInFrom: 'primary' }))).toContain(MAILBOX);
  });
});
