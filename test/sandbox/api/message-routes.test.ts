import { describe, expect, it } from 'vitest';
import { ask, askJson } from '../inbox-support.js';
import { type Client, createDraft, MAILBOX, mail, startClient, startClientWith } from '../support.js';

const subjects = async (client: Client, query: string): Promise<string[]> =>
  (await askJson(client, `/api/messages${query}`)).messages.map(({ subject }: { subject: string }) => subject);

async function withThree(): Promise<Client> {
  const client = await startClientWith({ mailboxes: ['sales@contoso.example'] });
  const token = await client.accessToken();
  const order = {
    Subject: 'Your order',
    To: 'Ana Beispiel <ana@example.com>',
    'Message-ID': '<order@contoso.example>',
  };
  await client.sendMail(mail(order), { token });
  await client.sendMail(mail({ Subject: 'Your code', To: 'ben@example.com', Bcc: 'zoe@example.com' }), { token });
  await client.sendMail(mail({ From: 'sales@contoso.example', Subject: '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=' }), {
    token,
    user: 'sales@contoso.example',
  });
  return client;
}

describe('GET /api/messages', () => {
  it.each<[query: string, subjects: string[]]>([
    ['', ['Grüße', 'Your code', 'Your order']],
    ['?to=ANA', ['Grüße', 'Your order']],
    ['?to=beispiel', ['Your order']],
    ['?to=zoe@', ['Your code']],
    ['?from=sales', ['Grüße']],
    ['?subject=your', ['Your code', 'Your order']],
    [`?subject=${encodeURIComponent('GRÜSS')}`, []],
    [`?subject=${encodeURIComponent('GRÜ')}`, ['Grüße']],
    ['?mailbox=noreply', ['Your code', 'Your order']],
    ['?messageId=order@', ['Your order']],
    ['?q=your%20ana', ['Your order']],
    ['?q=order@contoso', ['Your order']],
    ['?q=SALES', ['Grüße']],
    ['?q=your&to=ben', ['Your code']],
    ['?q=nothing', []],
    ['?to=&subject=&status=&q=', ['Grüße', 'Your code', 'Your order']],
    ['?status=accepted', ['Grüße', 'Your code', 'Your order']],
    ['?status=bounced', []],
    ['?status=202', ['Grüße', 'Your code', 'Your order']],
    ['?status=429', []],
  ])('%s finds %j', async (query, expected) => {
    expect(await subjects(await withThree(), query)).toEqual(expected);
  });

  it('counts what is there and what fits, beyond the page that it shows', async () => {
    const client = await withThree();
    const list = await askJson(client, '/api/messages?subject=your&limit=1&offset=1');
    expect([list.total, list.matched, list.messages.length]).toEqual([3, 2, 1]);
    expect(list.messages[0].subject).toBe('Your order');
  });

  it('finds messages by a status that one of their requests was answered with, and by their own', async () => {
    const client = await startClient();
    client.sandbox.fault({ on: 'sendMail', status: 429 });
    client.sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
    await client.sendMail(mail({ Subject: 'Throttled', 'Message-ID': '<1@x>' }));
    await client.sendMail(mail({ Subject: 'Lost', 'Message-ID': '<2@x>' }));
    await client.sendMail(mail({ Subject: 'Throttled', 'Message-ID': '<1@x>' }));
    expect(await subjects(client, '?status=429')).toEqual(['Throttled']);
    expect(await subjects(client, '?status=504')).toEqual(['Lost']);
    expect(await subjects(client, '?status=unconfirmed')).toEqual(['Lost']);
    const { messages } = await askJson(client, '/api/messages');
    expect(messages).toMatchObject([
      { subject: 'Throttled', status: 'accepted', attempts: 2 },
      { subject: 'Lost', status: 'unconfirmed', attempts: 1 },
    ]);
  });

  it('finds messages that bounced', async () => {
    const client = await startClient({ undeliverable: ['nobody@example.com'] });
    await client.sendMail(mail({ Subject: 'Back', Cc: 'nobody@example.com' }));
    await client.sendMail(mail());
    expect(await subjects(client, '?status=bounced')).toEqual(['Back']);
    expect((await client.sandbox.messages({ subject: 'Back' }))[0]?.status).toBe('bounced');
    const [report] = (await askJson(client, `/api/mailboxes/${MAILBOX}/inbox`)).items;
    const detail = await askJson(client, `/api/mailboxes/${MAILBOX}/inbox/${encodeURIComponent(report.id)}`);
    expect(detail).toMatchObject({ mailbox: MAILBOX, tree: { contentType: expect.stringMatching(/^multipart\//) } });
  });

  it.each([
    ['GET', '?subjekt=x', '"subjekt" is unknown. Did you mean "subject"?'],
    ['GET', '?status=lost', '"status" is "lost", expected accepted, unconfirmed, bounced or an HTTP status.'],
    ['DELETE', '?recipient=ana', '"recipient" is unknown. Known are to, from, subject, mailbox, messageId, status, q.'],
    ['DELETE', '?to=', '"to" is empty.'],
    ['DELETE', '?q=%20', '"q" is empty.'],
    ['DELETE', '?to=ana&to=zoe', '"to" is given more than once.'],
  ])('%s %s is refused in words', async (method, query, error) => {
    const client = await withThree();
    const reply = await ask(client, `/api/messages${query}`, { method });
    expect([reply.status, reply.json]).toEqual([400, { error }]);
    expect(await client.sandbox.messages()).toHaveLength(3);
  });

  it('stays quick with 10,000 messages', { timeout: 60_000 }, async () => {
    const client = await startClient({ keep: 10_000, mailboxConcurrency: false, requestLimit: false });
    const token = await client.accessToken();
    const body = (n: number) => ({ token, body: Buffer.from(mail({ Subject: `Mail ${n}` })).toString('base64') });
    for (let n = 0; n < 10_000; n += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, k) => client.sendMail('', body(n + k))));
    }
    await askJson(client, '/api/messages?q=mail');
    const started = performance.now();
    const queries = [
      '',
      '?q=mail%209999',
      '?status=unconfirmed',
      '?status=503',
      '?status=202',
      '?offset=9950',
      '?to=ana&subject=5',
    ];
    for (const query of queries) {
      const list = await askJson(client, `/api/messages${query}`);
      expect([list.total, list.messages.length <= 50]).toEqual([10_000, true]);
    }
    // Far above what they take, far below what reading every body would.
    expect(performance.now() - started).toBeLessThan(2500);
  });
});

describe('one message', () => {
  it('is told with its MIME tree, its links, its codes and its timeline', async () => {
    const client = await startClient();
    const parts = [
      '',
      'Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain\r\n\r\nYour code: 4829\r\n--inner\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a href=3D"https://x.example/">Go</a>\r\n--inner--\r\n',
      "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=UTF-8''%C3%BC.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==",
      'Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\nSubject: Inner\r\n\r\nHi',
    ];
    await client.sendMail(
      mail({ 'Content-Type': 'multipart/mixed; boundary="b b"' }, `${parts.join('\r\n--b b\r\n')}\r\n--b b--`),
    );
    const [message] = await client.sandbox.messages();
    const detail = await askJson(client, `/api/messages/${message?.id}`);
    expect(detail).toMatchObject({
      status: 'accepted',
      attempts: 1,
      links: ['https://x.example/'],
      codes: ['4829'],
      story: [{ operation: 'sendMail', status: 202, wait: 0, delivered: true, method: 'POST' }],
    });
    expect(detail).not.toHaveProperty('requests');
    expect(detail.tree).toEqual({
      contentType: 'multipart/mixed',
      size: expect.any(Number),
      children: [
        {
          contentType: 'multipart/alternative',
          size: expect.any(Number),
          children: [
            { contentType: 'text/plain', size: 15, children: [] },
            { contentType: 'text/html', encoding: 'quoted-printable', size: 37, children: [] },
          ],
        },
        {
          contentType: 'application/pdf',
          disposition: 'attachment',
          filename: 'ü.pdf',
          encoding: 'base64',
          size: 8,
          children: [],
        },
        {
          contentType: 'message/rfc822',
          disposition: 'attachment',
          size: 20,
          children: [{ contentType: 'text/plain', size: 2, children: [] }],
        },
      ],
    });
    const { messages } = await askJson(client, '/api/messages');
    expect([messages[0].attachments, detail.attachments.length]).toEqual([2, 2]);
  });

  it('is given as its recipients get it, without Bcc', async () => {
    const client = await startClient();
    await client.sendMail(mail({ Bcc: 'zoe@example.com' }));
    const [message] = await client.sandbox.messages();
    const delivered = await ask(client, `/api/messages/${message?.id}/delivered`);
    expect(delivered.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(delivered.text).toBe(message?.delivered[0]?.raw.toString());
    expect(delivered.text).not.toContain('zoe');
    const saved = await ask(client, `/api/messages/${message?.id}/delivered?download`);
    expect(saved.headers['content-disposition']).toMatch(/-delivered\.eml"/);
  });

  it.each([
    ['too deep', `${'Content-Type: message/rfc822\r\n\r\n'.repeat(5000)}Hi`],
    ['of too many parts', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nHi\r\n'.repeat(20_000)}`],
    ['that is rubbish', '\0\xff--\r\n--b--'],
  ])('%s is shown all the same', async (_what, rest) => {
    const client = await startClient();
    await client.sendMail(`From: ${MAILBOX}\r\nTo: ana@example.com\r\n${rest}`);
    const [message] = await client.sandbox.messages();
    const { tree } = await askJson(client, `/api/messages/${message?.id}`);
    expect(JSON.stringify(tree).length).toBeLessThan(200_000);
  });
});

describe('deleting', () => {
  it('takes away what fits, with its copies in every folder', async () => {
    const client = await startClient({ mailboxes: ['ana@example.com'] });
    await client.sendMail(mail({ Subject: 'Old' }));
    await client.sendMail(mail({ Subject: 'New' }));
    const reply = await ask(client, '/api/messages?subject=old', { method: 'DELETE' });
    expect([reply.status, reply.json]).toEqual([200, { deleted: 1 }]);
    expect((await client.sandbox.messages()).map(({ subject }) => subject)).toEqual(['New']);
    expect(client.sandbox.mailbox('ana@example.com').inbox).toHaveLength(1);
    expect(client.sandbox.mailbox(MAILBOX).sentItems).toHaveLength(1);
  });

  it('takes away one message', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    const [message] = await client.sandbox.messages();
    const path = `/api/messages/${message?.id}`;
    expect((await ask(client, path, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(client, path, { method: 'DELETE' })).status).toBe(404);
    expect((await askJson(client, '/api/messages')).total).toBe(0);
  });

  it.each(['/api/messages/', '/api/messages//', '/api/messages/?q=x', '/api/faults/'])(
    'takes away nothing when the id is missing: %s',
    async (path) => {
      const client = await startClient();
      await client.sendMail(mail());
      client.sandbox.fault({ on: 'sendMail', status: 503 });
      const reply = await ask(client, path, { method: 'DELETE' });
      expect([reply.status, reply.json]).toEqual([404, { error: 'not found: the path ends before an id' }]);
      expect([await client.sandbox.messages(), client.sandbox.faults()]).toMatchObject([[{}], [{}]]);
    },
  );

  it('takes away all, and with /api/clear everything else too', async () => {
    const client = await startClient();
    await client.sendMail(mail());
    expect((await ask(client, '/api/messages', { method: 'DELETE' })).json).toEqual({ deleted: 1 });
    expect((await askJson(client, '/api/requests')).total).toBe(2);
    expect((await ask(client, '/api/clear', { method: 'POST' })).status).toBe(204);
    expect((await askJson(client, '/api/requests')).total).toBe(0);
    expect(client.sandbox.stats().submissions).toBe(0);
  });
});

describe('mailboxes', () => {
  const folder = (name: string, address = MAILBOX) => `/api/mailboxes/${encodeURIComponent(address)}/${name}`;

  it('are listed with what lies in them', async () => {
    const client = await startClientWith({ mailboxes: ['ana@example.com'] });
    await createDraft(client);
    await client.sendMail(mail());
    const { mailboxes } = await askJson(client, '/api/mailboxes');
    const counts = Object.fromEntries(
      mailboxes.map((one: { address: string; counts: object }) => [one.address, one.counts]),
    );
    expect(counts).toEqual({
      [MAILBOX]: { drafts: 1, sentItems: 1, inbox: 0, deletedItems: 0 },
      'ana@example.com': { drafts: 0, sentItems: 0, inbox: 1, deletedItems: 0 },
    });
    expect(mailboxes[0]).toMatchObject({ id: client.sandbox.mailbox(MAILBOX).id, displayName: MAILBOX });
  });

  it('show the items of a folder, newest first, and lead to what was sent', async () => {
    const client = await startClient({ mailboxes: ['ana@example.com'] });
    for (const subject of ['One', 'Two']) await client.sendMail(mail({ Subject: subject, Bcc: 'zoe@example.com' }));
    const { total, items } = await askJson(client, folder('INBOX', 'Ana@example.com'));
    expect([total, items.map(({ subject }: { subject: string }) => subject)]).toEqual([2, ['Two', 'One']]);
    const [, two] = await client.sandbox.messages();
    expect(items[0]).toMatchObject({
      messageId: two?.messageId,
      submission: two?.id,
      to: [{ address: 'ana@example.com' }],
    });
    expect((await askJson(client, `${folder('sentItems')}?limit=1&offset=1`)).items).toMatchObject([
      { subject: 'One' },
    ]);
  });

  it('show an item as its owner sees it: Bcc in Sent Items alone', async () => {
    const client = await startClient({ mailboxes: ['ana@example.com'] });
    await client.sendMail(mail({ Bcc: 'zoe@example.com', 'Content-Type': 'text/html' }, '<p>Hi</p>'));
    for (const [path, bcc] of [
      [folder('inbox', 'ana@example.com'), false],
      [folder('sentItems'), true],
    ] as const) {
      const [item] = (await askJson(client, path)).items;
      const one = `${path}/${encodeURIComponent(item.id)}`;
      const detail = await askJson(client, one);
      expect(detail).toMatchObject({ subject: 'Hi', html: true, status: 'accepted', story: [{ status: 202 }] });
      expect(JSON.stringify(detail).includes('zoe@example.com')).toBe(bcc);
      expect((await ask(client, `${one}/raw`)).text.includes('zoe@example.com')).toBe(bcc);
      const framed = await ask(client, `${one}/html`);
      expect(framed.text).toContain('<p>Hi</p>');
      expect(framed.headers['content-security-policy']).toContain('sandbox');
    }
  });

  it('show a draft with its attachments and its requests', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client);
    const json = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'aGk=' };
    await client.graph('POST', `${path}/attachments`, { json });
    const [item] = (await askJson(client, folder('drafts'))).items;
    expect(item).not.toHaveProperty('submission');
    const one = `${folder('drafts')}/${encodeURIComponent(item.id)}`;
    const detail = await askJson(client, one);
    expect(detail.attachments).toMatchObject([{ filename: 'a.txt', size: 2 }]);
    expect(detail.story.map(({ operation }: { operation: string }) => operation)).toEqual([
      'createDraft',
      'addAttachment',
    ]);
    expect((await ask(client, `${one}/attachments/0`)).text).toBe('hi');
    expect((await ask(client, `${one}/raw?download`)).headers['content-disposition']).toContain('drafts.eml');
  });

  it('that are not there are named', async () => {
    const client = await startClient({ mailboxes: ['ana@example.com'] });
    await client.sendMail(mail());
    const [item] = (await askJson(client, folder('inbox', 'ana@example.com'))).items;
    for (const [path, error] of [
      [folder('inbox', 'x@y.example'), `The sandbox's tenant has no mailbox "x@y.example".`],
      [folder('spam'), 'A mailbox has no folder "spam", but drafts, sentItems, inbox, deletedItems.'],
      [`${folder('inbox')}/x`, 'There is no such message in this folder (any more).'],
      [`${folder('inbox')}/${encodeURIComponent(item.id)}`, 'There is no such message in this folder (any more).'],
      [`${folder('inbox')}/__proto__`, 'There is no such message in this folder (any more).'],
    ]) {
      const reply = await ask(client, path ?? '');
      expect([reply.status, reply.json]).toEqual([404, { error }]);
    }
  });
});

it('keeps no more of anything than "keep" allows', async () => {
  const client = await startClientWith({ keep: 5, mailboxes: ['ana@example.com'] });
  const token = await client.accessToken();
  for (let n = 0; n < 30; n += 1) {
    await client.sendMail(mail({ 'Message-ID': '<same@x>' }), { token });
    await createDraft(client, mail({ 'Message-ID': '<draft@x>' }), { token });
    await client.sendMail(mail(), { token: 'x' });
  }
  const { sandbox } = client;
  expect(sandbox.stats().submissions).toBe(30);
  const messages = await sandbox.messages();
  expect(messages).toHaveLength(5);
  expect(sandbox.requests()).toHaveLength(10);
  for (const { requests } of messages) expect(requests.length).toBeLessThanOrEqual(10);
  const { drafts, sentItems } = sandbox.mailbox(MAILBOX);
  expect([drafts.length, sentItems.length, sandbox.mailbox('ana@example.com').inbox.length]).toEqual([5, 5, 5]);
  expect((await askJson(client, '/api/messages')).total).toBe(5);
  expect((await askJson(client, '/api/requests')).total).toBe(10);
  expect((await askJson(client, `/api/mailboxes/${MAILBOX}/drafts`)).total).toBe(5);
});
