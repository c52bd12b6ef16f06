import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { entryOf, findingOf, kindsOf, mailbox, plain } from './support.js';

describe('a mail that Graph would send as it is', () => {
  it('has no findings', async () => {
    expect(await entryOf(plain)).toEqual({
      messageId: expect.stringMatching(/^<.+@contoso\.example>$/),
      subject: 'Hello',
      from: mailbox,
      mailbox,
      recipients: 1,
      size: expect.any(Number),
      verdict: 'clean',
      findings: [],
    });
  });

  it.each([
    ['names, Cc and Bcc', { from: `"Contoso" <${mailbox}>`, cc: 'Bob <bob@example.com>', bcc: 'eva@müller.example' }],
    ['a From in other letters', { from: 'NoReply@Contoso.Example' }],
    ['the same envelope', { envelope: { from: mailbox, to: 'ANA@example.com' } }],
    ['list headers and priority', { priority: 'high', list: { unsubscribe: 'https://example.com' } }],
    [
      'Reply-To, References and Date',
      { replyTo: 'x@example.com', references: '<a@b>', inReplyTo: '<a@b>', date: new Date(0) },
    ],
    ['a raw message', { from: undefined, to: undefined, raw: `From: ${mailbox}\nTo: ana@example.com\n\nHi\n` }],
  ])('may have %s', async (_name, more) => {
    expect(await entryOf({ ...plain, ...more })).toMatchObject({ verdict: 'clean', findings: [] });
  });
});

describe('the mailbox', () => {
  it('is refused where the configuration does not allow it', async () => {
    const options = { mailbox: 'from', allowedMailboxes: ['*@contoso.example'] } as const;
    const entry = await entryOf({ ...plain, from: 'ceo@fabrikam.example' }, options);
    expect(entry).toMatchObject({ verdict: 'refused', mailbox: undefined });
    expect(findingOf(entry, 'mailbox-refused').message).toMatch(/ceo@fabrikam\.example.*allowedMailboxes.*add it/);
    expect(await entryOf(plain, options)).toMatchObject({ verdict: 'clean', mailbox });
  });

  it('is refused where it cannot be chosen', async () => {
    const options = { mailbox: 'from', allowedMailboxes: '*@contoso.example' } as const;
    expect(kindsOf(await entryOf({ ...plain, from: undefined }, options))).toEqual(['mailbox-refused']);
    expect(kindsOf(await entryOf(plain, { mailbox: () => 'no mailbox' }))).toEqual(['mailbox-refused']);
    expect(
      kindsOf(
        await entryOf(plain, {
          mailbox: () => {
            throw new Error('unknown tenant');
          },
        }),
      ),
    ).toEqual(['mailbox-refused']);
    expect(kindsOf(await entryOf({ ...plain, graph: { mailbox: 'other@contoso.example' } }))).toEqual([
      'mailbox-refused',
    ]);
  });

  it('may be the choice of a function, which is given the mail', async () => {
    const entry = await entryOf(
      { ...plain, tenant: 7 },
      { mailbox: ({ data }) => `noreply${data.tenant}@contoso.example` },
    );
    expect(entry.mailbox).toBe('noreply7@contoso.example');
  });

  it('is not compared with From where it is an object id', async () => {
    const id = '11111111-2222-3333-4444-555555555555';
    expect(kindsOf(await entryOf({ ...plain, from: 'else@contoso.example' }, { mailbox: id }))).toEqual([]);
    expect(kindsOf(await entryOf({ ...plain, from: undefined }, { mailbox: id }))).toEqual(['from-missing']);
  });
});

describe('From', () => {
  it('is sent as it is where it is not the mailbox, and that may be refused', async () => {
    const entry = await entryOf({ ...plain, from: ['Ana <ana@contoso.example>', mailbox] });
    expect(findingOf(entry, 'from-not-mailbox')).toMatchObject({
      severity: 'changed',
      from: ['ana@contoso.example'],
      mailbox,
      message: expect.stringMatching(/ana@contoso\.example.*replyTo/),
    });
  });

  it('is written where there is none', async () => {
    expect(findingOf(await entryOf({ ...plain, from: undefined }), 'from-added')).toMatchObject({ mailbox });
  });

  it('must be in a raw message', async () => {
    const raw = 'To: ana@example.com\n\nHi\n';
    expect(findingOf(await entryOf({ raw }), 'from-missing').severity).toBe('refused');
  });

  it('must have an ASCII local part', async () => {
    const entry = await entryOf({ ...plain, from: 'jürgen@contoso.example' });
    expect(findingOf(entry, 'non-ascii-address')).toMatchObject({
      severity: 'refused',
      addresses: ['jürgen@contoso.example'],
    });
  });

  it('may differ from a Sender, which is noted', async () => {
    const entry = await entryOf({ ...plain, sender: 'office@contoso.example' });
    expect(findingOf(entry, 'sender-header')).toMatchObject({ severity: 'note', sender: 'office@contoso.example' });
    expect(entry.verdict).toBe('clean');
    expect(kindsOf(await entryOf({ ...plain, sender: mailbox }))).toEqual([]);
  });
});

describe('the envelope', () => {
  it('cannot leave out whom the header names', async () => {
    const entry = await entryOf({
      ...plain,
      cc: 'bob@example.com',
      envelope: { from: mailbox, to: 'ana@example.com' },
    });
    expect(findingOf(entry, 'envelope-leaves-out')).toMatchObject({
      severity: 'refused',
      addresses: ['bob@example.com'],
      message: expect.stringMatching(/bob@example\.com.*Take these addresses out/),
    });
  });

  it('makes Bcc of whom it adds', async () => {
    const entry = await entryOf({ ...plain, envelope: { from: mailbox, to: 'ana@example.com, log@example.com' } });
    expect(findingOf(entry, 'envelope-adds')).toMatchObject({ severity: 'changed', addresses: ['log@example.com'] });
    expect(entry.recipients).toBe(2);
  });

  it('has no sender of its own', async () => {
    const envelope = (from: string) => ({ ...plain, envelope: { from, to: 'ana@example.com' } });
    expect(findingOf(await entryOf(envelope('bounce+7@contoso.example')), 'envelope-from')).toMatchObject({
      severity: 'changed',
      envelopeFrom: 'bounce+7@contoso.example',
      message: expect.stringContaining('Inbox'),
    });
    expect(findingOf(await entryOf(envelope('<>')), 'envelope-from').envelopeFrom).toBe(false);
  });
});

describe('recipients', () => {
  it('must be there', async () => {
    for (const to of [undefined, 'Undisclosed recipients:;'])
      expect(findingOf(await entryOf({ ...plain, to }), 'no-recipients').severity).toBe('refused');
    expect(kindsOf(await entryOf({ ...plain, envelope: { from: mailbox } }))).toEqual(['no-recipients']);
    expect(kindsOf(await entryOf({ raw: Readable.from(['x']), envelope: { from: mailbox } }))).toContain(
      'no-recipients',
    );
  });

  it('must have ASCII local parts', async () => {
    expect(findingOf(await entryOf({ ...plain, bcc: 'jürgen@example.com' }), 'non-ascii-address').addresses).toEqual([
      'jürgen@example.com',
    ]);
    const raw = { raw: Readable.from(['x']), from: mailbox, to: 'jürgen@example.com' };
    expect(findingOf(await entryOf(raw), 'non-ascii-address').addresses).toEqual(['jürgen@example.com']);
  });

  it('are more than Exchange takes from 501 on', async () => {
    const to = (count: number) => ({ ...plain, to: Array.from({ length: count }, (_, i) => `user${i}@example.com`) });
    expect(kindsOf(await entryOf(to(500)))).toEqual([]);
    expect(findingOf(await entryOf(to(501)), 'many-recipients')).toMatchObject({
      severity: 'changed',
      recipients: 501,
    });
  });

  it('are more than the transport takes from 1,001 on, or as maxRecipients says', async () => {
    const to = (count: number) => ({ ...plain, to: Array.from({ length: count }, (_, i) => `user${i}@example.com`) });
    expect(kindsOf(await entryOf(to(1_000)))).toEqual(['many-recipients']);
    expect(findingOf(await entryOf(to(1_001)), 'too-many-recipients')).toMatchObject({
      severity: 'refused',
      recipients: 1_001,
    });
    expect(kindsOf(await entryOf(to(1_001), { maxRecipients: 0 }))).toEqual(['many-recipients']);
    expect(kindsOf(await entryOf(to(2), { maxRecipients: 1 }))).toEqual(['too-many-recipients']);
  });

  it('must stand in one field that can be understood', async () => {
    const twice = await entryOf({ ...plain, to: undefined, headers: { to: ['a@example.com', 'b@example.com'] } });
    expect(findingOf(twice, 'unclear-address-field')).toMatchObject({ severity: 'refused', field: 'To' });
    const raw = (field: string) => ({ raw: `From: ${mailbox}\r\n${field}\r\n\r\nHi` });
    expect(findingOf(await entryOf(raw('Cc: a@example.com b@example.com')), 'unclear-address-field').field).toBe('Cc');
    const from = await entryOf({ raw: `From: ${mailbox}\r\nFrom: ${mailbox}\r\nTo: ana@example.com\r\n\r\nHi` });
    expect(findingOf(from, 'unclear-address-field').field).toBe('From');
  });
});

describe('a raw message', () => {
  it('is read from its own header', async () => {
    const raw = `From: else@contoso.example\nTo: ana@example.com, bob@example.com\nMessage-ID: <own@id>\nSubject: Raw\n\nHi\n`;
    const entry = await entryOf({ raw: Buffer.from(raw) });
    expect(entry).toMatchObject({ messageId: '<own@id>', subject: 'Raw', recipients: 2 });
    expect(kindsOf(entry)).toEqual(['from-not-mailbox']);
    expect(
      findingOf(await entryOf({ raw, envelope: { from: mailbox, to: 'ana@example.com' } }), 'envelope-leaves-out')
        .addresses,
    ).toEqual(['bob@example.com']);
  });

  it('must begin with a header', async () => {
    const entry = await entryOf({ raw: 'no header\r\n\r\nHi', from: mailbox, to: 'ana@example.com' });
    expect(findingOf(entry, 'unreadable-header')).toMatchObject({ severity: 'refused' });
  });

  it.each([
    ['a stream', Readable.from(['x'])],
    ['a file', { path: import.meta.filename }],
    ['a URL', { href: 'http://127.0.0.1:9/' }],
  ])('is not opened where it is %s', async (_name, raw) => {
    const entry = await entryOf({ ...plain, raw: raw as never });
    expect(findingOf(entry, 'raw-not-checked').severity).toBe('note');
    expect(entry.verdict).toBe('unchecked');
  });
});

describe('a sender in onmicrosoft.com', () => {
  const initial = 'noreply@contoso.onmicrosoft.com';
  it.each([
    ['in From', { from: initial }, {}],
    ['in From, in other letters', { from: 'NoReply@Contoso.OnMicrosoft.com' }, {}],
    ['below it', { from: 'noreply@contoso.mail.onmicrosoft.com' }, {}],
    ['as the mailbox, where there is no From', { from: undefined }, { mailbox: initial }],
  ])('%s reaches 100 recipients outside in a day', async (_name, more, options) => {
    const found = findingOf(await entryOf({ ...plain, ...more }, options), 'onmicrosoft-sender');
    expect(found).toMatchObject({ severity: 'note', message: expect.stringMatching(/100 recipients.*550 5\.7\.236/) });
  });

  it.each([
    ['the mailbox by its user name, with another From', { from: mailbox }, { mailbox: initial }],
    ['a domain that only ends like it', { from: 'noreply@notonmicrosoft.com' }, {}],
    ['a domain that has it in the middle', { from: 'noreply@onmicrosoft.com.example' }, {}],
  ])('is not %s', async (_name, more, options) => {
    expect(kindsOf(await entryOf({ ...plain, ...more }, options))).not.toContain('onmicrosoft-sender');
  });
});

describe('header fields', () => {
  it('that Exchange drops or writes itself are named', async () => {
    const entry = await entryOf({ ...plain, headers: { 'auto-submitted': 'auto-generated', 'Return-Path': '<x@y>' } });
    expect(findingOf(entry, 'header-dropped')).toMatchObject({
      severity: 'changed',
      headers: ['Auto-Submitted', 'Return-Path'],
      message: expect.stringContaining('Do not rely on them'),
    });
  });

  it('of your own may vanish', async () => {
    const entry = await entryOf({ ...plain, headers: { 'X-Ticket': '7', 'Feedback-ID': 'a', Constructor: 'b' } });
    expect(findingOf(entry, 'custom-headers')).toMatchObject({
      severity: 'note',
      headers: ['X-Ticket', 'Feedback-ID', 'Constructor'],
    });
    expect(entry.verdict).toBe('clean');
  });
});

describe('what only SMTP has', () => {
  it.each([
    ['dkim', { dkim: { domainName: 'contoso.example', keySelector: 's', privateKey: 'x' } }],
    ['dkim', { headers: { 'DKIM-Signature': 'v=1' } }],
    ['dsn', { dsn: { id: '1', notify: 'success', return: 'headers' } }],
    ['dsn', { envelope: { from: mailbox, to: 'ana@example.com', dsn: { notify: 'success' } } }],
    ['require-tls', { requireTLSExtensionEnabled: true }],
    ['message-auth', { auth: { user: 'a', pass: 'secret' } }],
  ] as const)('is named: %s', async (kind, more) => {
    const entry = await entryOf({ ...plain, ...more } as never);
    expect(kindsOf(entry)).toEqual([kind]);
    expect(findingOf(entry, kind).severity).toBe('changed');
    expect(JSON.stringify(entry)).not.toContain('secret');
  });

  it("sees the transporter's own DKIM", async () => {
    const { preflighted } = await import('./support.js');
    const { transporter, entries } = preflighted(
      {},
      {
        streamTransport: true,
        dkim: { domainName: 'contoso.example', keySelector: 's', privateKey: 'x' },
      },
    );
    await transporter.sendMail(plain);
    expect(entries.map(kindsOf)).toEqual([['dkim']]);
  });
});
