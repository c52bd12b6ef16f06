import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../../src/bulk/common/errors.js';
import type { Row } from '../../../src/bulk/common/row.js';
import type { MannersOptions } from '../../../src/bulk/list-headers/list-headers.js';
import { createRowComposer } from '../../../src/bulk/message/compose-row.js';
import { openTemplate, type TemplateInput } from '../../../src/bulk/template/input.js';

const from = { name: 'News', address: 'news@example.org' };
const attachments = [{ filename: 'a.bin', content: Buffer.from('bytes') }];
const strings = { subject: 'For {{email}}', text: 'T', html: '<p>H</p>', attachments } as TemplateInput;
const rowOf = (values: Record<string, unknown>): Row => ({ number: 8, line: 9, values });
const ana = { email: 'ana@example.com', name: 'Ana' };

async function compose(values: Record<string, unknown>, template = strings, listHeaders?: MannersOptions) {
  const composer = createRowComposer({ template: await openTemplate(template), listHeaders });
  return composer.compose(rowOf(values), from);
}

async function refusal(values: Record<string, unknown>, template = strings): Promise<BulkInputError> {
  const error: unknown = await compose(values, template).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BulkInputError)) throw new Error(`refused with ${String(error)}`);
  return error;
}

describe('the mail of a row', () => {
  test('goes to the one address of the row, with the name beside it', async () => {
    const { message, address, recipients } = await compose({ email: 'ana@example.com', name: 'Müller, "Jü"' });
    expect(message).toMatchObject({
      from,
      to: { name: 'Müller, "Jü"', address: 'ana@example.com' },
      subject: 'For ana@example.com',
      text: 'T',
      html: '<p>H</p>',
    });
    expect(message.attachments).toMatchObject(attachments);
    expect([address, recipients]).toEqual(['ana@example.com', 1]);
  });

  test('is what Nodemailer sends', async () => {
    const { message } = await compose(ana);
    const { envelope } = await createTransport({ jsonTransport: true }).sendMail(message);
    expect(envelope).toEqual({ from: 'news@example.org', to: ['ana@example.com'] });
  });

  test('leaves out spaces around a name', async () => {
    const { message } = await compose({ email: 'a@x.test', name: ' Ana\u00a0' });
    expect(message.to.name).toBe('Ana');
  });

  test('needs no name', async () => {
    const { message } = await compose({ email: 'ana@example.com' });
    expect(message.to).toEqual({ name: '', address: 'ana@example.com' });
  });

  test('leaves out the body that the template does not have', async () => {
    const { message } = await compose(ana, { subject: 'S', text: 'T' });
    expect(message).not.toHaveProperty('html');
  });

  test('shares the bytes of attachments, not the objects that Nodemailer may write to', async () => {
    const composer = createRowComposer({ template: await openTemplate(strings) });
    const [one, other] = await Promise.all([
      composer.compose(rowOf({ email: 'a@x.test' }), from),
      composer.compose(rowOf({ email: 'b@x.test' }), from),
    ]);
    expect(one.message.attachments?.[0]).not.toBe(other.message.attachments?.[0]);
    expect(one.message.attachments?.[0]?.content).toBe(other.message.attachments?.[0]?.content);
  });

  test('bears the Message-ID and the date it is given, and names the mailbox of its sender', async () => {
    const composer = createRowComposer({ template: await openTemplate(strings) });
    const identity = { messageId: '<1@example.org>', date: new Date(0) };
    const sender = { address: 'news@example.org', mailbox: 'box@example.org' };
    const { message } = await composer.compose(rowOf(ana), sender, identity);
    expect(message).toMatchObject({ ...identity, graph: { mailbox: 'box@example.org' } });
  });

  test('says nothing of a sender, a Message-ID, a date or a mailbox that nobody gave', async () => {
    const composer = createRowComposer({ template: await openTemplate(strings) });
    const { message } = await composer.compose(rowOf(ana), undefined);
    for (const name of ['from', 'messageId', 'date', 'graph']) expect(message).not.toHaveProperty(name);
  });

  const refused: [string, Record<string, unknown>, string][] = [
    ['has no address', { name: 'Ana' }, 'Recipients, line 9: there is no "email"'],
    ['has an empty address', { email: '' }, 'line 9: the e-mail address "" is empty'],
    [
      'has two addresses',
      { email: 'a@x.test,b@x.test' },
      'line 9: the e-mail address "a@x.test,b@x.test" holds more than one',
    ],
    [
      'breaks the line in its address',
      { email: 'a@x.test\r\nBcc: b@x.test' },
      String.raw`"a@x.test\r\nBcc: b@x.test" has a`,
    ],
    [
      'breaks the line in its name',
      { email: 'a@x.test', name: 'A\r\nBcc: b@x.test' },
      String.raw`line 9: the name "A\r\nBcc`,
    ],
    ['has a control character in its name', { email: 'a@x.test', name: 'A\0' }, 'line break or control character'],
    [
      'has an encoded word for a name',
      { email: 'a@x.test', name: '=?utf-8?Q?=0D=0A?=' },
      'encoded form of mail headers',
    ],
    ['has half an emoji in its name', { email: 'a@x.test', name: 'A\ud83d' }, 'half a character'],
    ['has a name that fits on no line', { email: 'a@x.test', name: 'k'.repeat(901) }, 'more than 900 characters'],
    ['would command a terminal', { email: 'a@x.test', name: 'A\u009b2J' }, String.raw`the name "A\u009b2J" has`],
    ['would turn a terminal around', { email: '\u202eben' }, String.raw`line 9: the e-mail address "\u202eben" has `],
    ['has no text for an address', { email: ['a@x.test'] }, 'line 9: "email" must be text, not object'],
    ['has no text for a name', { email: 'a@x.test', name: 7 }, 'line 9: "name" must be text, not number'],
  ];
  test.each(refused)('is refused when the row %s', async (_, values, message) => {
    const error = await refusal(values);
    expect(error.message).toContain(message);
    expect(error.line).toBe(9);
  });
});

describe('the message of a template function', () => {
  const body = { subject: 'S', text: 'T' };
  const given =
    (message: object): TemplateInput =>
    () =>
      ({ ...body, ...message }) as never;

  test('may have a sender of its own, and others in cc and bcc, who are counted', async () => {
    const { message, recipients } = await compose(
      ana,
      given({
        from: 'Ben <ben@example.org>',
        cc: '"Lee, Kim" <kim@example.org>, lou@example.org',
        bcc: [{ name: 'B', address: 'b@example.org' }, 'c@example.org'],
        replyTo: 'r@example.org',
      }),
    );
    expect(message).toMatchObject({
      from: { name: 'Ben', address: 'ben@example.org' },
      to: { name: 'Ana', address: 'ana@example.com' },
      cc: [
        { name: 'Lee, Kim', address: 'kim@example.org' },
        { name: '', address: 'lou@example.org' },
      ],
      replyTo: [{ name: '', address: 'r@example.org' }],
    });
    expect(recipients).toBe(5);
  });

  test('may have whatever else sendMail takes', async () => {
    const { message } = await compose(ana, given({ priority: 'high', inReplyTo: '<1@x.test>', icalEvent: 'X' }));
    expect(message).toMatchObject({ priority: 'high', inReplyTo: '<1@x.test>', icalEvent: 'X' });
  });

  test('may have headers, in either of the forms of Nodemailer', async () => {
    const asObject = await compose(ana, given({ headers: { 'X-A': 'é', 'X-B': ['1', '2'] } }));
    expect(asObject.message.headers).toMatchObject({ 'X-A': ['é'], 'X-B': ['1', '2'] });
    const asList = await compose(
      ana,
      given({
        headers: [
          { key: 'X-A', value: '1' },
          { key: 'X-A', value: '2' },
        ],
      }),
    );
    expect(asList.message.headers).toMatchObject({ 'X-A': ['1', '2'] });
  });

  test('goes before what the run says of lists, whole', async () => {
    const listHeaders = { unsubscribe: { url: 'https://x.test/u' }, listId: 'news.x.test' };
    const own = await compose(ana, given({ headers: { 'list-unsubscribe': '<mailto:a@x.test>' } }), listHeaders);
    expect(Object.keys(own.message.headers).sort()).toEqual([
      'List-Id',
      'X-Auto-Response-Suppress',
      'list-unsubscribe',
    ]);
    const byList = await compose(
      ana,
      given({ list: { unsubscribe: 'https://x.test/v', id: 'b.x.test' } }),
      listHeaders,
    );
    expect(Object.keys(byList.message.headers)).toEqual(['X-Auto-Response-Suppress']);
  });

  test.each(['to', 'envelope', 'messageId', 'date', 'raw', 'graph'])('cannot have %s', async (name) => {
    const error = await refusal(ana, given({ [name]: 'x' }));
    expect(error.message).toContain(`line 9: the message cannot give "${name}": `);
  });

  const wrong: [string, object, string][] = [
    [
      'a subject with a line break',
      { subject: 'A\nBcc: b@x.test' },
      'the subject "A\\nBcc: b@x.test", which has a line',
    ],
    ['an encoded subject', { subject: '=?utf-8?q?=0A?=' }, 'is in the encoded form'],
    ['a subject that is no text', { subject: 7 }, 'a subject that is no text but number'],
    ['no address in cc', { cc: 'Ana' }, 'a cc that cannot be used: "Ana" has no @'],
    ['a cc that a value was put into', { cc: 'Eve <eve@x.test>, "a <b@x.test>' }, 'cc that cannot be used'],
    ['a name in bcc that breaks the line', { bcc: { name: 'A\r\nX: y', address: 'a@x.test' } }, 'line break'],
    ['two senders', { from: 'a@x.test, b@x.test' }, 'more than one address in from'],
    ['a group in cc', { cc: 'Team: a@x.test, b@x.test;' }, 'cc that cannot be used'],
    ['a Bcc among its headers', { headers: { BCC: 'b@x.test' } }, '"BCC" cannot be given as an extra header'],
    ['a header whose name breaks the line', { headers: { 'X-A\r\nBcc': 'b@x.test' } }, 'is no name of a header'],
    [
      'a header that breaks the line',
      { headers: { 'X-A': '1\r\nBcc: b@x.test' } },
      'a header "X-A" that has a line break',
    ],
    [
      'a prepared header that breaks the line',
      { headers: { 'X-A': { prepared: true, value: '1\r\nBcc: b@x.test' } } },
      'a prepared header "X-A"',
    ],
    [
      'a prepared header with a line of nothing',
      { headers: { 'X-A': { prepared: true, value: '1\r\n \r\n\tBody' } } },
      'a prepared header "X-A" with a line break',
    ],
    [
      'a prepared header that is not ASCII',
      { headers: { 'X-A': { prepared: true, value: 'é' } } },
      'a prepared header "X-A" that is not ASCII',
    ],
    [
      'a comment in list that breaks the line',
      { list: { help: { url: 'https://x.test/', comment: 'A\r\nBcc: b@x.test' } } },
      'a "list" with "help" that has a line break',
    ],
    [
      'an address in list that is not ASCII',
      { list: { unsubscribe: [['https://x.test/', 'https://x.test/é']] } },
      'a "list" with "unsubscribe" that is not ASCII',
    ],
    ['a list without an address', { list: { help: { comment: 'C' } } }, 'a "list" with "help" that is no address'],
    ['a list whose name breaks the line', { list: { 'a\r\nBcc': 'b@x.test' } }, 'which is no name of a header'],
    ['a reference that breaks the line', { references: ['<a@x.test>', '<b>\r\nBcc: c'] }, 'a "references" that has a'],
    ['a reference that is not ASCII', { inReplyTo: '<é@x.test>' }, 'a "inReplyTo" that is not ASCII'],
    [
      'a boundary that breaks the line',
      { boundaryPrefix: 'a\r\nBcc: b@x.test' },
      'a "boundaryPrefix" that has a line break',
    ],
    [
      'an attachment whose name breaks the line',
      { attachments: [{ filename: 'a\nb', content: '' }] },
      String.raw`in its attachments the filename "a\nb", which has a line break`,
    ],
    [
      'an attachment whose type breaks the line',
      { attachments: [{ filename: 'a', contentType: 'text/plain\r\nBcc: b@x.test', content: '' }] },
      'in its attachments the contentType',
    ],
    ['an attachment whose cid breaks the line', { attachments: [{ cid: 'a\rb', content: '' }] }, 'attachments the cid'],
    [
      'an attachment with a Bcc among its headers',
      { attachments: [{ filename: 'a', content: '', headers: { Bcc: 'b@x.test' } }] },
      '"Bcc" cannot be given as an extra header',
    ],
    [
      'an attachment with a prepared header that breaks the line',
      { attachments: [{ content: '', headers: { 'X-A': { prepared: true, value: '1\r\nBcc: b@x.test' } } }] },
      'a prepared header "X-A"',
    ],
    [
      'an alternative whose type breaks the line',
      { alternatives: [{ contentType: 'a/b\r\nBcc: b', content: '' }] },
      'in its alternatives the contentType',
    ],
    [
      'an invitation whose method breaks the line',
      { icalEvent: { method: 'A\r\nBcc: b', content: '' } },
      'in its icalEvent the method',
    ],
    ['an HTML whose headers break the line', { html: { content: '', headers: { 'X-A': 'a\nb' } } }, 'a header "X-A"'],
  ];
  test.each(wrong)('is refused with %s', async (_, message, words) => {
    expect((await refusal(ana, given(message))).message).toContain(words);
  });

  test('may have a prepared header that is folded', async () => {
    const prepared = { prepared: true, value: '<a>,\r\n\t<b>' };
    const { message } = await compose(ana, given({ headers: { 'X-A': prepared } }));
    expect(message.headers['X-A']).toEqual(prepared);
  });

  test('may have attachments with headers of their own, which are copied', async () => {
    const attachment = { filename: 'é.txt', content: 'C', headers: { 'Content-Language': 'en', 'X-A': '1' } };
    const { message } = await compose(ana, given({ attachments: [attachment] }));
    expect(message.attachments).toEqual([{ ...attachment, headers: { 'Content-Language': ['en'], 'X-A': ['1'] } }]);
    expect(message.attachments?.[0]).not.toBe(attachment);
  });
});
