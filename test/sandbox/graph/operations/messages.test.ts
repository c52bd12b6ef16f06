import { describe, expect, it } from 'vitest';
import { type Client, createDraft, MAILBOX, mail, messagePath, startClientWith } from '../../support.js';

const READER = ['Mail.Send', 'Mail.ReadBasic.All'];
const NOW = Date.parse('2026-11-23T10:00:00.999Z');

function where(messageId: string): string {
  return `$filter=${encodeURIComponent(`internetMessageId eq '${messageId.replaceAll("'", "''")}'`)}`;
}

async function found(client: Client, folder: string, messageId = '<1@contoso.example>'): Promise<number> {
  const reply = await client.graph('GET', `${folder}/messages?${where(messageId)}&$select=id`);
  if (reply.status !== 200) throw new Error(reply.text);
  return reply.json.value.length;
}

describe('a lookup by Message-ID', () => {
  it('finds the message in Sent Items, with what was selected and its id', async () => {
    const client = await startClientWith({ now: () => NOW }, READER);
    const token = await client.accessToken({ client_secret: 's' });
    await client.sendMail(mail(), { token });
    await client.sendMail(mail({ 'Message-ID': '<2@contoso.example>' }), { token });
    const select = '$select=internetMessageId,createdDateTime,sentDateTime';
    const path = `/mailFolders/sentitems/messages?${where('<1@contoso.example>')}&${select}`;
    const reply = await client.graph('GET', path, { token });
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(reply.json['@odata.context']).toContain("/mailFolders('sentitems')/messages");
    expect(reply.json.value).toEqual([
      {
        '@odata.etag': expect.stringMatching(/^W\/".+"$/),
        id: client.sandbox.mailbox(MAILBOX).sentItems[0]?.id,
        internetMessageId: '<1@contoso.example>',
        createdDateTime: '2026-11-23T10:00:00Z',
        sentDateTime: '2026-11-23T10:00:00Z',
      },
    ]);
    expect(client.sandbox.requests().at(-1)).toMatchObject({ method: 'GET', status: 200, mailbox: MAILBOX });
  });

  it('finds nothing in Sent Items before transport is done, and the message in all folders', async () => {
    const client = await startClientWith({ sentItemsDelay: 3_600_000 }, READER);
    await client.sendMail(mail());
    expect(await found(client, '/mailFolders/sentitems')).toBe(0);
    expect(await found(client, '/mailFolders/drafts')).toBe(1);
    expect(await found(client, '/mailFolders/outbox')).toBe(0);
    expect(await found(client, '')).toBe(1);
  });

  it('looks into the Inbox, and every copy, when the mailbox wrote to itself', async () => {
    const client = await startClientWith({}, READER);
    await client.sendMail(mail({ To: MAILBOX, Bcc: 'zoe@example.com' }));
    expect(await found(client, '/mailFolders/inbox')).toBe(1);
    const all = await client.graph('GET', `/messages?${where('<1@contoso.example>')}&$select=bccRecipients`);
    expect(all.json.value.map(({ bccRecipients }: { bccRecipients: object[] }) => bccRecipients.length)).toEqual([
      0, 1,
    ]);
  });

  it.each(['SentItems', 'SENTITEMS', 'sentItems'])('takes the well-known name %s', async (name) => {
    const client = await startClientWith({}, READER);
    await client.sendMail(mail());
    expect(await found(client, `/mailFolders/${name}`)).toBe(1);
  });

  it('takes the id of a folder, as a message names it', async () => {
    const client = await startClientWith();
    const { json } = await createDraft(client);
    expect(await found(client, `/mailFolders/${encodeURIComponent(json.parentFolderId)}`)).toBe(1);
  });

  it('finds a Message-ID with a quote, and does not confuse it with another', async () => {
    const client = await startClientWith({}, READER);
    await client.sendMail(mail({ 'Message-ID': "<o'brien@contoso.example>" }));
    expect(await found(client, '/mailFolders/sentitems', "<o'brien@contoso.example>")).toBe(1);
    expect(await found(client, '/mailFolders/sentitems', "<o''brien@contoso.example>")).toBe(0);
    expect(await found(client, '/mailFolders/sentitems', "o'brien@contoso.example")).toBe(0);
  });

  it('is not possible in the mailbox of somebody else', async () => {
    const client = await startClientWith({ mailboxes: ['ana@contoso.example'] }, READER);
    await client.sendMail(mail());
    const reply = await client.graph('GET', `/messages?${where('<1@contoso.example>')}`, {
      user: 'ana@contoso.example',
    });
    expect(reply.json.value).toEqual([]);
  });

  it.each([
    ["internetMessageId ne '<1@x>'", 'Invalid filter clause'],
    ["internetMessageId eq '<1'@x>'", 'Invalid filter clause'],
    ['internetMessageId eq <1@x>', 'Invalid filter clause'],
    ["startswith(subject,'Hi')", "startswith(subject,'Hi')"],
    ["isDraft eq 'true'", 'Invalid filter clause'],
    ['subject eq true', 'Invalid filter clause'],
    ['receivedDateTime ge yesterday', 'Invalid filter clause'],
    ["subject eq 'Hi' and", 'Invalid filter clause'],
    ["internetMessageId eq '<1@x>' or true", 'Invalid filter clause'],
    ['', 'Invalid filter clause'],
  ])('with the filter %s is refused', async (filter, message) => {
    const client = await startClientWith({}, READER);
    const reply = await client.graph('GET', `/messages?$filter=${encodeURIComponent(filter)}`);
    expect([reply.status, reply.json.error.code]).toEqual([400, 'BadRequest']);
    expect(reply.json.error.message).toContain(message);
  });

  it.each([
    ['/messages?$expand=attachments', 400, "the query option '$expand'"],
    ['/messages?$orderby=from', 400, '$orderby: the sandbox sorts by'],
    ['/messages?$count=yes', 400, "'yes' for $count"],
    ['/messages/$count?$top=1', 400, "the query option '$top'"],
    ['/mailFolders/archive', 404, "no folder 'archive'"],
    ['/mailFolders?$filter=x', 400, "the query option '$filter'"],
    ['/mailFolders/inbox/childFolders', 501, 'does not emulate'],
    ['/events', 501, 'does not emulate'],
    ['/messages?$select=id,colour', 400, "the property 'colour'"],
    ['/messages?$top=0', 400, "'0' for $top"],
    ['/messages?filter=x', 400, "the query option 'filter'"],
    ['/messages?$select=id&$select=subject', 400, "'$select' is given more than once"],
    ['/messages?$top=x', 400, "'x' for $top"],
    ['/messages/x?$top=1', 404, 'not found in the store'],
    ['/mailFolders/archive/messages', 404, "no folder 'archive'"],
    ["/messages('x')", 501, 'does not emulate this spelling'],
  ])('%s is refused with a reason', async (path, status, message) => {
    const client = await startClientWith({}, READER);
    const reply = await client.graph('GET', path);
    expect([reply.status, reply.json.error.message]).toEqual([status, expect.stringContaining(message)]);
  });
});

describe('a list of messages', () => {
  it('has ten to a page, newest first, and says where the next are', async () => {
    const client = await startClientWith({}, READER);
    const token = await client.accessToken();
    for (let n = 1; n <= 12; n += 1) await client.sendMail(mail({ Subject: `${n}` }), { token });
    const subjects = (value: { subject: string }[]) => value.map(({ subject }) => subject).join(' ');
    const first = await client.graph('GET', '/messages?$select=subject', { token });
    expect(subjects(first.json.value)).toBe('12 11 10 9 8 7 6 5 4 3');
    const next = new URL(first.json['@odata.nextLink']);
    const headers = { authorization: `Bearer ${token}` };
    const second = await client.request(next.pathname + next.search, { headers });
    expect(subjects(second.json.value)).toBe('2 1');
    expect(second.json).not.toHaveProperty('@odata.nextLink');
    const top = await client.graph('GET', '/messages?$select=subject&$top=1', { token });
    expect(subjects(top.json.value)).toBe('12');
  });
});

describe('a message', () => {
  it('can be read by its id, its MIME too', async () => {
    const client = await startClientWith({}, ['Mail.Send', 'Mail.Read']);
    await client.sendMail(mail({ Bcc: 'zoe@example.com', 'Reply-To': 'help@contoso.example' }));
    const path = messagePath(client.sandbox.mailbox(MAILBOX).sentItems[0]?.id ?? '');
    const reply = await client.graph('GET', `${path}?$select=isDraft,replyTo,bodyPreview`);
    expect(reply.json).toEqual({
      '@odata.context': expect.stringContaining('/messages/$entity'),
      '@odata.etag': expect.any(String),
      id: expect.any(String),
      isDraft: false,
      replyTo: [{ emailAddress: { name: 'help@contoso.example', address: 'help@contoso.example' } }],
      bodyPreview: 'Hello',
    });
    const mime = await client.graph('GET', `${path}/$value`);
    expect([mime.status, mime.headers['content-type']]).toEqual([200, 'text/plain']);
    expect(mime.text).toBe(mail({ Bcc: 'zoe@example.com', 'Reply-To': 'help@contoso.example' }));
  });

  it('of HTML alone has a preview of the text in it', async () => {
    const client = await startClientWith();
    const html = '<style>p{}</style><p>Hello &amp;</p><p>Ana</p>';
    const { json } = await createDraft(client, mail({ 'Content-Type': 'text/html' }, html));
    expect(json.bodyPreview).toBe('Hello & Ana');
  });

  it('shows no body to an application that may read only the basics', async () => {
    const client = await startClientWith({}, READER);
    await client.sendMail(mail());
    const { json } = await client.graph('GET', '/messages');
    expect(json.value[0]).toMatchObject({ subject: 'Hi' });
    expect(json.value[0]).not.toHaveProperty('body');
    expect(json.value[0]).not.toHaveProperty('bodyPreview');
  });

  it('is as its recipient got it in the Inbox, without Bcc', async () => {
    const client = await startClientWith({ mailboxes: ['ana@contoso.example'] });
    const user = 'ana@contoso.example';
    await client.sendMail(mail({ To: user, Bcc: 'zoe@example.com' }));
    const path = messagePath(client.sandbox.mailbox(user).inbox[0]?.id ?? '');
    expect((await client.graph('GET', `${path}/$value`, { user })).text).toBe(mail({ To: user }));
    expect((await client.graph('GET', path, { user })).json).toMatchObject({
      isRead: false,
      from: { emailAddress: { address: MAILBOX } },
      sender: { emailAddress: { address: MAILBOX } },
      bccRecipients: [],
    });
  });

  it('may be looked up without a role inside the scope of the application', async () => {
    const apps = [{ clientId: 'app', certificates: [], roles: [], allowedMailboxes: [MAILBOX] }];
    const client = await startClientWith({ apps, mailboxes: ['ana@contoso.example'] });
    await client.sendMail(mail());
    expect(await found(client, '/mailFolders/sentitems')).toBe(1);
    const outside = await client.graph('GET', '/messages', { user: 'ana@contoso.example' });
    expect(outside.json.error.message).toContain('[RAOP]');
  });
});

describe('a list of messages can be', () => {
  const subjects = async ({ client, token }: Messages, query: string) => {
    const reply = await client.graph('GET', `/messages?$select=subject&${query}`, { token });
    if (reply.status !== 200) throw new Error(reply.text);
    return reply.json.value.map(({ subject }: { subject: string }) => subject).join(' ');
  };
  interface Messages {
    client: Client;
    token: string;
  }
  async function withMessages(): Promise<Messages> {
    let now = NOW;
    const client = await startClientWith({ now: () => now });
    const token = await client.accessToken({ client_secret: 's' });
    for (const subject of ['b', 'c', 'a']) {
      await client.sendMail(mail({ Subject: subject }), { token });
      now += 60_000;
    }
    await createDraft(client, mail({ Subject: 'd' }), { token });
    return { client, token };
  }

  it.each([
    ['subject', 'a b c d'],
    ['subject desc', 'd c b a'],
    ['receivedDateTime', 'b c a d'],
    ['sentDateTime DESC,subject', 'd a c b'],
    ['createdDateTime asc', 'b c a d'],
  ])('sorted by %s', async (order, expected) => {
    expect(await subjects(await withMessages(), `$orderby=${encodeURIComponent(order)}`)).toBe(expected);
  });

  it.each([
    ['isDraft eq true', 'd'],
    ['isDraft eq false', 'a c b'],
    ["subject eq 'c'", 'c'],
    ["isDraft eq false and subject eq 'c'", 'c'],
    ['receivedDateTime ge 2026-11-23T10:01:00Z and receivedDateTime lt 2026-11-23T10:02:00Z', 'c'],
    ['sentDateTime gt 2026-11-23T10:01:00Z', 'd a'],
    ['createdDateTime eq 2026-11-23T10:00:00Z', 'b'],
  ])('filtered by %s', async (filter, expected) => {
    expect(await subjects(await withMessages(), `$filter=${encodeURIComponent(filter)}`)).toBe(expected);
  });

  it('filtered and sorted only when it is sorted by what stands first in the filter', async () => {
    const messages = await withMessages();
    const { client, token } = messages;
    const filter = encodeURIComponent('receivedDateTime ge 2026-11-23T10:01:00Z and isDraft eq false');
    expect(await subjects(messages, `$filter=${filter}&$orderby=receivedDateTime`)).toBe('c a');
    const reply = await client.graph('GET', `/messages?$filter=${filter}&$orderby=subject`, { token });
    expect([reply.status, reply.json.error]).toEqual([
      400,
      { code: 'InefficientFilter', message: 'The restriction or sort order is too complex for this operation.' },
    ]);
  });

  it('counted, with the list or by itself', async () => {
    const { client, token } = await withMessages();
    const reply = await client.graph('GET', '/messages?$count=true&$top=1&$select=id', { token });
    expect([reply.json['@odata.count'], reply.json.value.length]).toEqual([4, 1]);
    const alone = await client.graph('GET', '/mailFolders/sentitems/messages/$count', { token });
    expect([alone.headers['content-type'], alone.text]).toEqual(['text/plain', '3']);
    const drafts = `/messages/$count?$filter=${encodeURIComponent('isDraft eq true')}`;
    expect((await client.graph('GET', drafts, { token })).text).toBe('1');
  });
});

describe('the folders of a mailbox', () => {
  it('are listed with their counts', async () => {
    const client = await startClientWith();
    await client.sendMail(mail({ To: MAILBOX }));
    const { path } = await createDraft(client);
    await client.graph('DELETE', path);
    const reply = await client.graph('GET', '/mailFolders?$count=true');
    expect(reply.json['@odata.count']).toBe(5);
    const counts = reply.json.value.map((folder: Record<string, unknown>) => [
      folder.displayName,
      folder.totalItemCount,
      folder.unreadItemCount,
    ]);
    expect(counts).toEqual([
      ['Inbox', 1, 1],
      ['Drafts', 0, 0],
      ['Sent Items', 1, 0],
      ['Deleted Items', 1, 0],
      ['Outbox', 0, 0],
    ]);
  });

  it('can be got by well-known name and by id', async () => {
    const client = await startClientWith();
    const { json } = await client.graph('GET', '/mailFolders/SentItems?$select=displayName');
    expect(json).toEqual({
      '@odata.context': expect.stringContaining('/mailFolders/$entity'),
      id: expect.any(String),
      displayName: 'Sent Items',
    });
    const again = await client.graph('GET', `/mailFolders/${encodeURIComponent(json.id)}`);
    expect(again.json).toMatchObject({ displayName: 'Sent Items', childFolderCount: 0, isHidden: false });
  });

  it('need a permission to read', async () => {
    const client = await startClientWith({}, ['Mail.Send']);
    expect((await client.graph('GET', '/mailFolders')).status).toBe(403);
    expect((await client.graph('GET', '/mailFolders/inbox')).status).toBe(403);
  });
});

describe('the headers of a message', () => {
  it('come only when they are selected', async () => {
    const client = await startClientWith();
    const { path, json } = await createDraft(client, mail({ 'X-Campaign': 'spring' }));
    expect(json).not.toHaveProperty('internetMessageHeaders');
    const reply = await client.graph('GET', `${path}?$select=internetMessageHeaders`);
    expect(reply.json.internetMessageHeaders).toContainEqual({ name: 'X-Campaign', value: 'spring' });
  });
});

describe('an immutable id', () => {
  const headers = { prefer: 'outlook.body-content-type="text", IdType="ImmutableId"' };

  it('is what every request gets that asks for it, and the answer says so', async () => {
    const client = await startClientWith();
    const { path, json } = await createDraft(client, mail(), { headers });
    const asked = [
      await client.graph('GET', path, { headers }),
      await client.graph('GET', `${path}/$value`, { headers }),
      await client.graph('GET', '/messages', { headers }),
      await client.graph('GET', '/mailFolders', { headers }),
      await client.graph('GET', `${path}/attachments`, { headers }),
      await client.graph('PATCH', path, { headers, json: { subject: 'New' } }),
      await client.graph('POST', `${path}/send`, { headers }),
      await client.graph('DELETE', path, { headers }),
    ];
    expect(asked.map((reply) => reply.headers['preference-applied'])).toEqual(Array(8).fill('IdType="ImmutableId"'));
    expect(asked[0]?.json.id).toBe(json.id);
    expect(asked[5]?.json.id).toBe(json.id);
    expect((await client.graph('GET', '/mailFolders/deleteditems/messages', { headers })).json.value[0].id).toBe(
      json.id,
    );
    const refused = await client.graph('GET', '/messages/x', { headers });
    expect(refused.headers).not.toHaveProperty('preference-applied');
  });
});
