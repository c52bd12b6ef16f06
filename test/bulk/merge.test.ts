import { createTransport, type SendMailOptions } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../src/bulk/errors.js';
import { merge } from '../../src/bulk/merge.js';
import { compileTemplate } from '../../src/bulk/template.js';

const from = { name: 'News', address: 'news@example.org' };
const attachments = [{ filename: 'a.bin', content: Buffer.from('bytes'), contentDisposition: 'attachment' as const }];
const template = compileTemplate({ subject: 'For {{email}}', text: 'T', html: '<p>H</p>', attachments });
const mergeRow = (values: Record<string, unknown>) => merge(template, { line: 9, values }, { from });

describe('merging a row', () => {
  test('gives a message to its one recipient', () => {
    expect(mergeRow({ email: 'ana@example.com', name: 'Müller, "Jü"' })).toEqual({
      from,
      to: { name: 'Müller, "Jü"', address: 'ana@example.com' },
      subject: 'For ana@example.com',
      text: 'T',
      html: '<p>H</p>',
      attachments,
    });
  });

  test('gives what Nodemailer sends', async () => {
    const message: SendMailOptions = mergeRow({ email: 'ana@example.com', name: 'Ana' });
    const { envelope } = await createTransport({ jsonTransport: true }).sendMail(message);
    expect(envelope).toEqual({ from: 'news@example.org', to: ['ana@example.com'] });
  });

  test('leaves out spaces around a name', () => {
    expect(mergeRow({ email: 'a@x.test', name: ' Ana\u00a0' }).to.name).toBe('Ana');
  });

  test('needs no name', () => {
    expect(mergeRow({ email: 'ana@example.com' }).to).toEqual({ name: '', address: 'ana@example.com' });
  });

  test('leaves out the body that the template does not have', () => {
    const textOnly = compileTemplate({ subject: 'S', text: 'T' });
    expect(merge(textOnly, { line: 2, values: { email: 'a@x.test' } }, { from })).not.toHaveProperty('html');
  });

  test('shares the bytes of attachments, not the objects that Nodemailer may write to', () => {
    const [one, other] = [mergeRow({ email: 'a@x.test' }), mergeRow({ email: 'b@x.test' })];
    expect(one.attachments[0]).not.toBe(other.attachments[0]);
    expect(one.attachments[0]?.content).toBe(other.attachments[0]?.content);
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
    ['has no text for an address', { email: ['a@x.test'] }, 'line 9: "email" must be text, not object'],
  ];
  test.each(refused)('is refused when it %s', (_, values, message) => {
    expect(() => mergeRow(values)).toThrow(BulkInputError);
    expect(() => mergeRow(values)).toThrow(message);
    expect(() => mergeRow(values)).toThrow(expect.objectContaining({ line: 9 }));
  });
});
