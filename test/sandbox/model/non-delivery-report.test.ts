import { describe, expect, it } from 'vitest';
import { type Client, createDraft, MAILBOX, mail, messagePath, startClient, startClientWith } from '../support.js';

const ANA = 'ana@contoso.example';

/** The parts of a multipart/report, with the header of the whole first. */
function partsOf(report: string): string[] {
  const boundary = /boundary="([^"]+)"/.exec(report)?.[1] ?? '';
  return report.split(`--${boundary}`).map((part) => part.trim());
}

function reports(client: Client): string[] {
  return client.sandbox.mailbox(MAILBOX).inbox.map(({ raw }) => raw.toString());
}

describe('a message to an address that nobody can reach', () => {
  it('is taken with 202, and a report of non-delivery comes to the Inbox of the sender', async () => {
    const client = await startClient();
    const mime = mail({ To: '"Gone, Ana" <gone@undeliverable.test>', Bcc: 'zoe@example.com', Subject: 'Grüße' });
    expect((await client.sendMail(mime)).status).toBe(202);
    const [report = '', ...others] = reports(client);
    expect(others).toEqual([]);
    const [header = '', text, status, original, end] = partsOf(report);
    expect(header).toMatch(/^From: Microsoft Outlook <MicrosoftExchange[0-9a-f]{32}@contoso\.example>\r\n/);
    expect(header).toContain(`To: <${MAILBOX}>\r\n`);
    expect(header).toContain(`Subject: =?utf-8?B?${Buffer.from('Undeliverable: Grüße').toString('base64')}?=\r\n`);
    expect(header).toContain('In-Reply-To: <1@contoso.example>\r\nReferences: <1@contoso.example>\r\n');
    expect(header).toContain('Content-Type: multipart/report; report-type=delivery-status;');
    expect(text).toMatch(/^Content-Type: text\/plain/);
    expect(text).toContain('Gone, Ana (gone@undeliverable.test)');
    expect(text).toContain("Remote Server returned '550 5.1.1 ");
    expect(status?.split('\r\n')).toEqual([
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns;mail.contoso.example',
      expect.stringMatching(/^Arrival-Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/),
      '',
      'Final-Recipient: rfc822;gone@undeliverable.test',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp;550 5.1.1 <gone@undeliverable.test>: Recipient address rejected: User unknown',
      'Remote-MTA: dns;mx.undeliverable.test',
      'X-Display-Name: Gone, Ana',
    ]);
    expect(original).toMatch(/^Content-Type: text\/rfc822-headers\r\n.*\r\n\r\nFrom: /);
    expect(original).toContain('Message-ID: <1@contoso.example>');
    expect(original).not.toContain('zoe@example.com');
    expect(end).toBe('--');
    expect(client.sandbox.mailbox(MAILBOX).sentItems).toHaveLength(1);
    expect(client.sandbox.stats().submissions).toBe(1);
  });

  it('inside the tenant bounces by the name of Exchange itself, and reaches everybody else', async () => {
    const client = await startClient({ mailboxes: [ANA] });
    await client.sendMail(mail({ To: `${ANA}, nobody@contoso.example`, Cc: 'bob@example.com' }));
    const [report = ''] = reports(client);
    expect(report).toContain(
      'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient nobody@contoso.example not found by SMTP address lookup\r\n',
    );
    expect(report).toContain('Status: 5.1.10\r\n');
    expect(report.match(/^Final-Recipient: .*/gm)).toHaveLength(1);
    expect(client.sandbox.mailbox(ANA).inbox).toHaveLength(1);
  });

  it.each([
    ['a user without a mailbox, in whatever domain', { address: 'ana@fabrikam.example', kind: 'none' as const }],
    ['a user without a licence', { address: 'ana@fabrikam.example', licensed: false }],
  ])('bounces when it is %s', async (_what, user) => {
    const client = await startClient({ mailboxes: [user] });
    await client.sendMail(mail({ To: 'ana@fabrikam.example, bob@fabrikam.example' }));
    expect(reports(client).map((report) => report.match(/^(?:Final-Recipient|Status): .*/gm))).toEqual([
      ['Final-Recipient: rfc822;ana@fabrikam.example', 'Status: 5.1.10'],
    ]);
  });

  it('is written in ASCII where the report must be, and the other parts say that they are not', async () => {
    const client = await startClient();
    await client.sendMail(mail({ To: 'jürgen+a@undeliverable.test', Subject: 'Grüße' }));
    const [header, , status = '', original] = partsOf(reports(client)[0] ?? '');
    expect(status).toContain('Final-Recipient: utf-8;j\\x{FC}rgen\\x{2B}a@undeliverable.test\r\n');
    expect(status).toMatch(/^Diagnostic-Code: smtp;.*<j\\x\{FC\}rgen\+a@undeliverable\.test>/m);
    expect(status).toMatch(/^[\r\n\x20-\x7e]*$/);
    expect(original).toContain('Subject: Grüße');
    for (const part of [header, original]) expect(part).toContain('Content-Transfer-Encoding: 8bit');
  });

  it('bounces once for all of them, by address and by domain, whatever the letter case', async () => {
    const client = await startClient({ undeliverable: ['Gone@Example.com', 'Void.example'] });
    await client.sendMail(mail({ To: 'gone@example.com, here@example.com', Bcc: 'x@VOID.EXAMPLE, y@a.void.example' }));
    const [report = '', ...others] = reports(client);
    expect(others).toEqual([]);
    expect(report.match(/^Final-Recipient: .*/gm)).toEqual([
      'Final-Recipient: rfc822;gone@example.com',
      'Final-Recipient: rfc822;x@VOID.EXAMPLE',
    ]);
  });

  it('is known as bounced', async () => {
    const client = await startClient();
    await client.sendMail(mail({ To: 'gone@undeliverable.test' }));
    await client.sendMail(mail());
    expect((await client.sandbox.messages()).map(({ status }) => status)).toEqual(['bounced', 'accepted']);
  });

  it('does not bounce when the sandbox is told so', async () => {
    const client = await startClient({ undeliverable: false });
    await client.sendMail(mail({ To: 'gone@undeliverable.test, nobody@contoso.example' }));
    expect(reports(client)).toEqual([]);
  });

  it('bounces when it was sent as a draft, too, and only then', async () => {
    const client = await startClientWith();
    const { path } = await createDraft(client, mail({ To: 'gone@undeliverable.test' }));
    expect(reports(client)).toEqual([]);
    await client.graph('POST', `${path}/send`);
    expect(reports(client)).toHaveLength(1);
  });

  it('cannot write lines of its own into the report', async () => {
    const client = await startClient();
    const mime = mail({
      To: '"=?utf-8?Q?A=0D=0AStatus:_2.0.0?=" <"a b"@undeliverable.test>',
      Subject: '=?utf-8?Q?Hi=0D=0AX-Evil:_1?=',
      'Message-ID': '<1@x>',
    });
    await client.sendMail(mime);
    const [report = ''] = reports(client);
    expect(report).not.toMatch(/^x-evil/im);
    expect(report.match(/^Status: .*/gm)).toEqual(['Status: 5.1.1']);
  });
});

describe('a report of non-delivery', () => {
  it('is a message of the Inbox like any other, and goes with the message that it is about', async () => {
    const client = await startClientWith({ keep: 1 });
    await client.sendMail(mail({ To: 'gone@undeliverable.test' }));
    const filter = encodeURIComponent("subject eq 'Undeliverable: Hi'");
    const list = await client.graph('GET', `/mailFolders/inbox/messages?$filter=${filter}`);
    expect(list.json.value).toMatchObject([
      {
        subject: 'Undeliverable: Hi',
        isRead: false,
        isDraft: false,
        from: { emailAddress: { name: 'Microsoft Outlook' } },
        sender: { emailAddress: { name: 'Microsoft Outlook' } },
        toRecipients: [{ emailAddress: { address: MAILBOX } }],
      },
    ]);
    const path = messagePath(list.json.value[0].id);
    expect((await client.graph('PATCH', path, { json: { isRead: true } })).json.isRead).toBe(true);
    expect((await client.graph('GET', `${path}/$value`)).text).toBe(reports(client)[0]);
    await client.sendMail(mail());
    expect(reports(client)).toEqual([]);
  });
});

describe('a message with more recipients than it may have', () => {
  const to = (count: number) => mail({ To: Array.from({ length: count }, (_, n) => `r${n}@example.com`).join(',') });

  it('reaches nobody, and the report names them all', async () => {
    const client = await startClient({ recipientLimit: 2, mailboxes: [ANA] });
    expect((await client.sendMail(mail({ To: `${ANA}, a@example.com, b@example.com` }))).status).toBe(202);
    const [report = ''] = reports(client);
    expect(report.match(/^Final-Recipient: .*/gm)).toHaveLength(3);
    expect(report).toContain('Diagnostic-Code: smtp;550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients\r\n');
    expect(client.sandbox.mailbox(ANA).inbox).toEqual([]);
  });

  it('may have 500 by default', async () => {
    const client = await startClient();
    await client.sendMail(to(500));
    expect(reports(client)).toEqual([]);
    await client.sendMail(to(501));
    expect(reports(client)).toHaveLength(1);
  });

  it('is refused at once when the sandbox is told so', async () => {
    const client = await startClient({ recipientLimit: 2, recipientLimitAnswer: '400' });
    const reply = await client.sendMail(to(3));
    expect([reply.status, reply.json.error.code]).toEqual([400, 'ErrorInvalidRecipients']);
    expect(reply.json.error.message).toContain('3 recipients');
    expect((await client.sendMail(to(2))).status).toBe(202);
  });

  it('is delivered when the limit is off', async () => {
    const client = await startClient({ recipientLimit: false });
    await client.sendMail(to(1500));
    expect(reports(client)).toEqual([]);
  });
});
