import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBounce } from '../../../src/bulk/bounces/parse-bounce.js';
import { plainAddress } from '../../../src/bulk/bounces/report-text.js';
import { deliveryStatus, original, plainMail, report, returnedHeader } from './reports.js';

const unknownUser = deliveryStatus(
  'Final-Recipient: rfc822;jo@customer.example',
  'Action: failed',
  'Status: 5.1.10',
  'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient',
  ' jo@customer.example not found by SMTP address lookup',
);

describe('a report with a delivery status (RFC 3464)', () => {
  it('names the mail, the recipient, and why it was not delivered', async () => {
    expect(await parseBounce(report({ status: unknownUser, returned: returnedHeader }))).toEqual({
      originalMessageId: original,
      reportedAt: '2026-11-23T13:05:00.000Z',
      reportingMta: 'mail.contoso.example',
      recipients: [
        {
          address: 'jo@customer.example',
          action: 'failed',
          status: '5.1.10',
          diagnostic:
            '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient jo@customer.example not found by SMTP address lookup',
          fault: 'address',
          hard: true,
        },
      ],
    });
  });

  it.each([
    [
      'the whole mail',
      report({ status: unknownUser, returned: `${returnedHeader}\r\n\r\nHello`, returnedType: 'message/rfc822' }),
    ],
    ['its header (RFC 6522)', report({ status: unknownUser, returned: returnedHeader })],
    [
      'its header in UTF-8 (RFC 6533)',
      report({ status: unknownUser, returned: returnedHeader, returnedType: 'message/global-headers' }),
    ],
    ['only a reference', report({ status: unknownUser, headers: [`References: <first@a.example> ${original}`] })],
    ['only In-Reply-To', report({ status: unknownUser, headers: [`In-Reply-To: ${original}`] })],
    [
      'its header at the end of the text',
      report({ status: unknownUser, text: `It failed.\r\n\r\nMessage-ID: ${original}\r\n` }),
    ],
  ])('is joined to its mail by %s', async (_, mime) => {
    expect((await parseBounce(mime))?.originalMessageId).toBe(original);
  });

  it('names each of several recipients', async () => {
    const status = [
      'Reporting-MTA: dns; mx.b.example',
      '',
      'Original-Recipient: rfc822;jo@customer.example',
      'Final-Recipient: rfc822;hidden@elsewhere.example',
      'Action: failed',
      'Status: 5.2.2',
      '',
      'Final-Recipient: RFC822; <ann@customer.example>',
      'Action: delayed (will be tried for 2 days)',
      'Status: 4.4.7',
      '',
      'Final-Recipient: rfc822;bo@customer.example',
      'Action: relayed',
      'Status: 2.1.9',
    ].join('\r\n');
    const bounce = await parseBounce(report({ status }));
    expect(bounce?.recipients.map(({ address, action, hard }) => [address, action, hard])).toEqual([
      ['jo@customer.example', 'failed', false],
      ['ann@customer.example', 'delayed', false],
      ['bo@customer.example', 'relayed', false],
    ]);
  });

  it('reads an address that is not ASCII (RFC 6533)', async () => {
    const status = deliveryStatus(
      'Final-Recipient: utf-8;zo\\x{EB}@customer.example',
      'Action: failed',
      'Status: 5.1.1',
    );
    expect((await parseBounce(report({ status })))?.recipients[0]?.address).toBe('zoë@customer.example');
  });

  it('takes the code from the words of the server where the status says only that it failed', async () => {
    const status = deliveryStatus(
      'Final-Recipient: rfc822;jo@customer.example',
      'Action: failed',
      'Status: 5.0.350',
      'Diagnostic-Code: smtp;550 5.0.350 Remote server returned an error -> 552 5.2.2 <jo@customer.example> mailbox full',
    );
    expect((await parseBounce(report({ status })))?.recipients[0]).toMatchObject({
      status: '5.2.2',
      fault: 'mailbox',
      hard: false,
    });
  });
});

describe('a report for people only', () => {
  const ndr = 'X-MS-Exchange-Message-Is-Ndr:';

  it.each([
    [
      'of Exchange Online',
      `Delivery has failed to these recipients or groups:

Jo Doe (jo@customer.example)<mailto:jo@customer.example>
The address you entered couldn't be found.

Diagnostic information for administrators:

Generating server: AA1.prod.outlook.com

jo@customer.example
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
not found by SMTP address lookup'

Original message headers:

Received: from 550 5.2.2 x
Message-ID: ${original}
`,
    ],
    [
      'of Exchange in German',
      `Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

jo@customer.example<mailto:jo@customer.example>
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.

Diagnoseinformationen für Administratoren:

Generierender Server: AA1.prod.outlook.com

jo@customer.example
mx.customer.example
Der Remoteserver gab zurück: '550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found'

Message-ID: ${original}
`,
    ],
    [
      'of Exchange 2010',
      `Diagnostic information for administrators:

Generating server: ex1.customer.example

jo@customer.example
#550 5.1.10 RESOLVER.ADR.RecipNotFound; not found ##

Original message headers:

Message-ID: ${original}
`,
    ],
  ])('%s is read by its addresses and codes', async (_, text) => {
    const bounce = await parseBounce(report({ headers: [ndr], text: text.replaceAll('\n', '\r\n') }));
    expect(bounce).toMatchObject({
      originalMessageId: original,
      recipients: [
        { address: 'jo@customer.example', action: 'failed', status: '5.1.10', fault: 'address', hard: true },
      ],
    });
    expect(bounce?.recipients).toHaveLength(1);
    expect(bounce?.recipients[0]?.diagnostic).toMatch(/^550 5\.1\.10 RESOLVER\.ADR\.Recip\w+; .*(?:lookup|not found)$/);
  });

  it('is about the recipient of the returned mail when it names none by itself', async () => {
    const text =
      'Your message could not be delivered.\r\n\r\nReported error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound\r\n';
    const bounce = await parseBounce(report({ headers: [ndr], text, returned: returnedHeader }));
    expect(bounce?.recipients).toMatchObject([{ address: 'jo@customer.example', status: '5.1.10', hard: true }]);
  });

  it('of Google and Exim names the recipient in its header', async () => {
    const mime = plainMail(
      ['From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>', 'X-Failed-Recipients: jo@customer.example'],
      `Delivery to the following recipient failed permanently:\r\n\r\n     jo@customer.example\r\n\r\nThe error was: 550 5.1.1 <jo@customer.example>... User Unknown\r\n\r\n----- Original message -----\r\n\r\nMessage-ID: ${original}\r\n`,
    );
    expect(await parseBounce(mime)).toMatchObject({
      originalMessageId: original,
      recipients: [{ address: 'jo@customer.example', status: '5.1.1', hard: true }],
    });
  });

  it('of qmail is known by its first words', async () => {
    const mime = plainMail(
      ['From: MAILER-DAEMON@mx.customer.example', 'Subject: failure notice'],
      `Hi. This is the qmail-send program at mx.customer.example.\r\nI'm afraid I wasn't able to deliver your message.\r\n\r\n<jo@customer.example>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nMessage-ID: ${original}\r\nSubject: 552 5.2.2 full\r\n`,
    );
    expect(await parseBounce(mime)).toMatchObject({
      originalMessageId: original,
      recipients: [{ address: 'jo@customer.example', status: '5.1.1', hard: true }],
    });
  });
});

describe('any other mail', () => {
  const reply = [`In-Reply-To: ${original}`, 'Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All'];

  it.each([
    [
      'an automatic reply',
      plainMail(reply, 'I am away until 550 5.1.1 Monday.\r\n\r\njo@customer.example\r\n550 5.1.1 gone'),
    ],
    ['a read receipt', report({ status: unknownUser }).replace('delivery-status;', 'disposition-notification;')],
    ['a spam complaint', report({ status: unknownUser }).replace('delivery-status;', 'feedback-report;')],
    ['a mail that quotes a report', plainMail([], "Remote Server returned '550 5.1.10 gone'\r\njo@customer.example")],
    ['a report about nobody', report({ status: 'Reporting-MTA: dns;a.example' })],
    ['an empty one', ''],
    ['a mail nested too deep', `${'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\n'.repeat(300)}`],
  ])('is none: %s', async (_, mime) => {
    expect(await parseBounce(mime)).toBeUndefined();
  });

  it('never makes the parser fail, whatever stands in it', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        '',
        '--frontier',
        'Content-Type: message/delivery-status',
        'Final-Recipient: rfc822;a@b.example',
        'Status: 5.1.1',
        "'550 5.1.1 x'",
        'a@b.example',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 25 }), async (lines) => {
        const bounce = await parseBounce(
          report({ headers: ['X-MS-Exchange-Message-Is-Ndr:'], status: lines.join('\r\n'), text: lines.join('\n') }),
        );
        for (const { address, hard, fault } of bounce?.recipients ?? []) {
          expect(address).toMatch(/^[^\s<>]+@[^\s<>]+$/);
          expect(hard && fault !== 'address').toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is done with a long text of hostile form before the test is out of time', async () => {
    const long = `${'x'.repeat(100_000)}\r\n${'550 '.repeat(50_000)}\r\n${'user '.repeat(50_000)}\r\n${'<a@'.repeat(50_000)}`;
    const headers = ['X-MS-Exchange-Message-Is-Ndr:', 'X-Failed-Recipients: jo@customer.example'];
    const bounce = await parseBounce(report({ headers, text: long, status: long }));
    expect(bounce?.recipients).toMatchObject([{ address: 'jo@customer.example', hard: false }]);
  });

  // With the limits they take milliseconds, without them minutes.
  it.each([
    ['of line breaks alone', '\n'.repeat(1_000_000), 'text/plain'],
    ['of brackets that are never closed', '<'.repeat(250_000), 'text/html'],
    ['of parts', '--frontier\n\n'.repeat(200_000), 'multipart/mixed; boundary="frontier"'],
  ])('is done with a mail %s', { timeout: 15_000 }, async (_, body, type) => {
    const headers = [`Content-Type: ${type}`, 'X-Failed-Recipients: jo@customer.example'];
    expect((await parseBounce(plainMail(headers, body)))?.recipients).toMatchObject([
      { address: 'jo@customer.example', hard: false },
    ]);
  });

  it('is done with a field of nothing but @', () => {
    expect(plainAddress(`${'@'.repeat(500_000)};`)).toBeUndefined();
    expect(plainAddress(`rfc822; <${'a'.repeat(64)}@customer.example>`)).toBe(`${'a'.repeat(64)}@customer.example`);
  });

  it('names no more recipients than a mail can have', async () => {
    const blocks = Array.from({ length: 2500 }, (_, i) => `Final-Recipient: rfc822;p${i}@b.example\r\n`);
    const bounce = await parseBounce(report({ status: blocks.join('\r\n'), returned: returnedHeader }));
    expect(bounce?.recipients).toHaveLength(1000);
  });

  it('reads what stands at the beginning of a report that holds a large mail', async () => {
    const status = deliveryStatus('Final-Recipient: rfc822;jo@customer.example', 'Action: failed', 'Status: 5.1.1');
    const returned = `${returnedHeader}\r\n\r\n${`${'x'.repeat(74)}\r\n`.repeat(20_000)}`;
    const bounce = await parseBounce(report({ status, returned, returnedType: 'message/rfc822' }));
    expect(bounce).toMatchObject({ originalMessageId: original, recipients: [{ status: '5.1.1', hard: true }] });
  });

  it('takes an address for one, however it is spelt in the two lists of Exchange', async () => {
    const text = 'jo@customer.example\n550 5.1.10 first\n\nJO@customer.example\n550 5.1.1 second\n';
    const bounce = await parseBounce(plainMail(['X-MS-Exchange-Message-Is-Ndr: 1'], text));
    expect(bounce?.recipients).toMatchObject([{ address: 'JO@customer.example', status: '5.1.1' }]);
  });
});
