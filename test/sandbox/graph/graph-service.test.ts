import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import { type Client, MAILBOX, mail, type Reply, startClient } from '../support.js';

interface Case {
  when: string;
  options?: SandboxOptions;
  send: (client: Client) => Promise<Reply>;
  status: number;
  code: string;
  message: string;
}

const HOUR = 3_600_000;

const OTHER_SPELLING =
  'The sandbox does not emulate this spelling, which Graph understands: write /v1.0/users/{id}/sendMail.';

async function other(client: Client, path: string): Promise<Reply> {
  const authorization = `Bearer ${await client.accessToken()}`;
  return client.request(path, { method: 'POST', headers: { authorization } });
}

const cases: Case[] = [
  {
    when: 'the path has an unknown segment',
    send: (client) => client.request(`/v1.0/users/${MAILBOX}/sendMial`, { method: 'POST' }),
    status: 400,
    code: 'RequestBroker--ParseUri',
    message: "Resource not found for the segment 'sendMial'.",
  },
  {
    when: 'the percent-encoding is broken',
    send: (client) => client.request('/v1.0/users/%E0%A4%A/sendMail', { method: 'POST' }),
    status: 400,
    code: 'RequestBroker--ParseUri',
    message: "Resource not found for the segment '%E0%A4%A'.",
  },
  {
    when: 'the user is a key in parentheses, which is not emulated',
    send: async (client) => other(client, `/v1.0/users('${MAILBOX}')/sendMail`),
    status: 501,
    code: 'NotImplemented',
    message: OTHER_SPELLING,
  },
  {
    when: 'the action has its namespace, which is not emulated',
    send: async (client) => other(client, `/v1.0/users/${MAILBOX}/microsoft.graph.sendMail`),
    status: 501,
    code: 'NotImplemented',
    message: OTHER_SPELLING,
  },
  {
    when: 'the version is unknown',
    send: (client) => client.request('/v9/users', { method: 'GET' }),
    status: 400,
    code: 'BadRequest',
    message: 'Invalid version: v9',
  },
  {
    when: 'the method is wrong',
    send: (client) => client.request(`/v1.0/users/${MAILBOX}/sendMail`),
    status: 405,
    code: 'Request_BadRequest',
    message: 'The OData request is not supported: GET is not allowed here.',
  },
  {
    when: 'the body is too large, even without a token',
    options: { maxRequestSize: 1000 },
    send: (client) => client.sendMail('', { token: 'none', body: 'A'.repeat(1001) }),
    status: 413,
    code: 'BadRequest',
    message: 'The maximum request length supported is 4MB.',
  },
  {
    when: 'there is no token',
    send: (client) => client.request(`/v1.0/users/${MAILBOX}/sendMail`, { method: 'POST' }),
    status: 401,
    code: 'InvalidAuthenticationToken',
    message: 'Access token is empty.',
  },
  {
    when: 'the token is no token',
    send: (client) => client.sendMail(mail(), { token: 'abc' }),
    status: 401,
    code: 'InvalidAuthenticationToken',
    message: 'CompactToken parsing failed with error code: 80049217',
  },
  {
    when: 'the token was altered',
    send: async (client) => {
      const [head, payload, signature] = (await client.accessToken()).split('.');
      const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
      const forged = Buffer.from(JSON.stringify({ ...claims, roles: ['Mail.ReadWrite'] })).toString('base64url');
      return client.sendMail(mail(), { token: `${head}.${forged}.${signature}` });
    },
    status: 401,
    code: 'InvalidAuthenticationToken',
    message: 'Access token validation failure. Invalid signature.',
  },
  {
    when: 'the token is for something else than Graph',
    send: async (client) => {
      const token = await client.accessToken({ scope: 'https://outlook.office365.com/.default' });
      return client.sendMail(mail(), { token });
    },
    status: 401,
    code: 'InvalidAuthenticationToken',
    message: 'Access token validation failure. Invalid audience.',
  },
  {
    when: 'an app-only token asks for /me',
    send: async (client) =>
      client.request('/v1.0/me/sendMail', {
        method: 'POST',
        headers: { authorization: `Bearer ${await client.accessToken()}` },
      }),
    status: 400,
    code: 'BadRequest',
    message: '/me request is only valid with delegated authentication flow.',
  },
  {
    when: 'the application has no permission at all',
    options: { clientId: 'app', apps: [{ clientId: 'app', certificates: [], roles: [] }] },
    send: (client) => client.sendMail(mail()),
    status: 401,
    code: 'NoPermissionsInAccessToken',
    message: 'The token contains no permissions, or permissions can not be understood.',
  },
  {
    when: 'the application has other permissions only',
    options: { clientId: 'app', apps: [{ clientId: 'app', certificates: [], roles: ['Mail.Read'] }] },
    send: (client) => client.sendMail(mail()),
    status: 403,
    code: 'ErrorAccessDenied',
    message: 'Access is denied. Check credentials and try again.',
  },
  {
    when: 'the user is unknown',
    send: (client) => client.sendMail(mail(), { user: 'nobody@contoso.example' }),
    status: 404,
    code: 'ErrorInvalidUser',
    message: "The requested user 'nobody@contoso.example' is invalid.",
  },
  {
    when: 'the user has no mailbox',
    options: { mailboxes: [{ address: 'guest@contoso.example', hasMailbox: false }] },
    send: (client) => client.sendMail(mail(), { user: 'guest@contoso.example' }),
    status: 404,
    code: 'MailboxNotEnabledForRESTAPI',
    message: 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  },
  {
    when: 'the mailbox is outside what the application may use',
    options: {
      clientId: 'app',
      mailboxes: ['ceo@contoso.example'],
      apps: [{ clientId: 'app', certificates: [], allowedMailboxes: [MAILBOX] }],
    },
    send: (client) => client.sendMail(mail({ From: 'ceo@contoso.example' }), { user: 'ceo@contoso.example' }),
    status: 403,
    code: 'ErrorAccessDenied',
    message: 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.',
  },
  {
    when: 'the body is not base64',
    send: (client) => client.sendMail('', { body: 'not base64!' }),
    status: 400,
    code: 'ErrorMimeContentInvalidBase64String',
    message: 'Invalid base64 string for MIME content.',
  },
  {
    when: 'the base64 is a quoted JSON string',
    send: (client) => client.sendMail('', { body: JSON.stringify(Buffer.from(mail()).toString('base64')) }),
    status: 400,
    code: 'ErrorMimeContentInvalidBase64String',
    message: 'Invalid base64 string for MIME content.',
  },
  {
    when: 'the base64 is of the URL-safe alphabet',
    send: (client) =>
      client.sendMail('', { body: Buffer.from(`${mail()}\u00ff\u00fe?>`).toString('base64url').padEnd(400, 'A-') }),
    status: 400,
    code: 'ErrorMimeContentInvalidBase64String',
    message: 'Invalid base64 string for MIME content.',
  },
  {
    when: 'the base64 lacks its padding',
    send: (client) => client.sendMail('', { body: Buffer.from(mail({}, 'x')).toString('base64').slice(0, -1) }),
    status: 400,
    code: 'ErrorMimeContentInvalidBase64String',
    message: 'Invalid base64 string for MIME content.',
  },
  {
    when: 'the body is empty',
    send: (client) => client.sendMail('', { body: '' }),
    status: 400,
    code: 'ErrorInvalidParameter',
    message: "The value of the parameter 'Message' is empty.",
  },
  {
    when: 'MIME comes as JSON',
    send: (client) => client.sendMail(mail(), { contentType: 'application/json' }),
    status: 400,
    code: 'BadRequest',
    message:
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  },
  {
    when: 'the content type is another',
    send: (client) => client.sendMail(mail(), { contentType: 'message/rfc822' }),
    status: 415,
    code: 'UnsupportedMediaType',
    message: "A supported MIME type could not be found that matches the content type 'message/rfc822'.",
  },
  {
    when: 'nobody is to get it',
    send: (client) => client.sendMail(mail({ To: 'Undisclosed recipients:;' })),
    status: 400,
    code: 'ErrorInvalidRecipients',
    message: "At least one recipient is not valid., A message can't be sent because it contains no recipients.",
  },
  {
    when: 'one recipient is no address',
    send: (client) => client.sendMail(mail({ Cc: 'bob' })),
    status: 400,
    code: 'ErrorInvalidRecipients',
    message: 'At least one recipient is not valid.',
  },
  {
    when: 'the From is somebody else',
    send: (client) => client.sendMail(mail({ From: 'ceo@contoso.example' })),
    status: 403,
    code: 'ErrorSendAsDenied',
    message:
      'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.',
  },
  {
    when: 'the message is larger than the mailbox allows',
    options: { maxMessageSize: 300 },
    send: (client) => client.sendMail(mail({}, 'x'.repeat(300))),
    status: 400,
    code: 'ErrorMessageSizeExceeded',
    message: 'The message exceeds the maximum supported size.',
  },
];

describe('sendMail is refused in the words of Graph when', () => {
  it.each(cases)('$when', async ({ options, send, status, code, message }) => {
    const client = await startClient(options);
    const reply = await send(client);
    expect({ status: reply.status, ...reply.json.error }).toMatchObject({ status, code, message });
    expect(reply.headers['request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(client.sandbox.stats()).toMatchObject({ submissions: 0, refused: 1 });
    expect(await client.sandbox.messages()).toEqual([]);
  });
});

describe('a token', () => {
  it('is refused when it has expired, with the challenge that names where to get one', async () => {
    let time = Date.now();
    const client = await startClient({ now: () => time, tokenLifetime: 3600 });
    const token = await client.accessToken();
    time += HOUR - 1000;
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
    time += 1000;
    const reply = await client.sendMail(mail(), { token });
    expect(reply.json.error.message).toBe('Access token has expired or is not yet valid.');
    expect(reply.headers['www-authenticate']).toContain('Bearer realm="", authorization_uri="https://localhost:');
  });

  it('is refused after revokeTokens, and a new one is not', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
    client.sandbox.revokeTokens();
    expect((await client.sendMail(mail(), { token })).status).toBe(401);
    expect((await client.sendMail(mail())).status).toBe(202);
  });

  it('without roles may send where the application is allowed by mailbox', async () => {
    const apps = [{ clientId: 'app', certificates: [], roles: [], allowedMailboxes: [MAILBOX] }];
    const client = await startClient({ clientId: 'app', apps });
    const token = await client.accessToken();
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).not.toHaveProperty('roles');
    expect((await client.sendMail(mail(), { token })).status).toBe(202);
  });
});

describe('a body over the limit', () => {
  it('is read to its end, so that the refusal arrives and the connection lives on', async () => {
    const client = await startClient({ maxRequestSize: 1000 });
    const token = await client.accessToken();
    const [first, second] = [
      await client.sendMail('', { token, body: 'A'.repeat(8_000_000) }),
      await client.sendMail(mail(), { token }),
    ];
    expect([first.status, second.status]).toEqual([413, 202]);
  });

  it('counts the base64, not the message', async () => {
    const body = Buffer.from(mail()).toString('base64');
    const client = await startClient({ maxRequestSize: body.length });
    expect((await client.sendMail('', { body })).status).toBe(202);
    expect((await client.sendMail('', { body: `${body}\n` })).status).toBe(413);
  });
});

describe('rubbish', () => {
  it('that is no TLS, and a request cut off in its middle, break nothing', async () => {
    const client = await startClient();
    const port = Number(new URL(client.sandbox.url).port);
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.end('GET / HTTP/1.1\r\n\r\n');
    await closed;
    const secure = tls.connect({ port, host: '127.0.0.1', ca: client.sandbox.ca });
    secure.on('error', () => {});
    await new Promise<void>((resolve) => secure.on('secureConnect', resolve));
    secure.write('POST /v1.0/users/a/sendMail HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc', () =>
      secure.destroy(),
    );
    await expect.poll(() => client.sandbox.requests().length).toBe(1);
    expect((await client.sendMail(mail())).status).toBe(202);
  });

  it.each(['/', '//', '/%', '/v1.0', '/v1.0/%00/%ff', '/v1.0/users/a/b/c/d', '/?%', '/a/oauth2/v2.0/token/x'])(
    '%s is answered with 4xx or 5xx and breaks nothing',
    async (path) => {
      const client = await startClient();
      const reply = await client.request(path, {
        method: 'POST',
        body: '\u0000{',
        headers: { authorization: 'Bearer ..' },
      });
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect((await client.sendMail(mail())).status).toBe(202);
    },
  );

  it('of headers too large is answered 431 and breaks nothing', async () => {
    const client = await startClient();
    expect((await client.request('/v1.0', { headers: { 'x-much': 'x'.repeat(40_000) } })).status).toBe(431);
    expect((await client.sendMail(mail())).status).toBe(202);
  });

  it.each(['{', '[]', 'null', '{"message":7}', '{"message":{"toRecipients":7,"body":[],"attachments":[7]}}'])(
    'JSON %s is refused',
    async (body) => {
      const client = await startClient();
      expect((await client.sendMail('', { body, contentType: 'application/json' })).status).toBe(400);
    },
  );
});
