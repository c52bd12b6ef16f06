import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { BulkInputError } from '../../src/bulk/errors.js';
import { type MergedMessage, merge } from '../../src/bulk/merge.js';
import { compileTemplate } from '../../src/bulk/template.js';

const template = compileTemplate({
  subject: 'To {{name}} in {{{city}}}',
  html: '<p title="{{name}}">{{city}}</p>',
  text: '{{name}}',
});

// Content-Transfer-Encoding is there too when an empty text leaves the HTML as the only part.
const expectedHeaders = ['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'];
const nasty = [
  '\r\n',
  '\n',
  '\r',
  'Bcc: eve@x.test',
  ':',
  '"',
  '\\',
  '<',
  '>',
  ',',
  ';',
  '=?utf-8?Q?=0D=0ABcc:?=',
  '=?utf-8?Q?',
  '?=',
  '\u2028',
  '@',
  ' ',
  'é',
  '😀',
  '\0',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc
    .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ maxLength: 8 })), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

function tryMerge(values: Record<string, string>): MergedMessage | undefined {
  try {
    return merge(template, { line: 2, values }, { from: 'news@example.org' });
  } catch (error) {
    if (error instanceof BulkInputError) return undefined;
    throw error;
  }
}

const unescapeHtml = (html: string) =>
  html
    .replace(/&#x([\dA-F]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');

async function compose(message: MergedMessage): Promise<{ raw: Buffer; headers: string[] }> {
  const raw = await new MailComposer(message).compile().build();
  const [section = ''] = raw.toString('latin1').split('\r\n\r\n', 1);
  const lines = section.split(/\r\n|\r|\n/).filter((line) => !/^[ \t]/.test(line));
  const names = lines.map((line) => line.split(':', 1)[0]?.toLowerCase() ?? '').sort();
  return { raw, headers: names.filter((name) => name !== 'content-transfer-encoding') };
}

test('no name or value ever becomes a header, and each that is sent arrives as it was', async () => {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (name, city) => {
      const message = tryMerge({ email: 'ana@example.com', name, city });
      if (!message) return;
      sent += 1;
      const { raw, headers } = await compose(message);
      expect(headers).toEqual(expectedHeaders);
      const mail = await PostalMime.parse(raw);
      expect(mail.to?.map(({ address }) => address)).toEqual(['ana@example.com']);
      expect(mail.cc ?? mail.bcc).toBeUndefined();
      expect([mail.subject, mail.to?.[0]?.name]).toEqual([message.subject, name.trim()]);
      const [, title = '', body = ''] = /^<p title="([^<>"'`=]*)">([^<>"'`=]*)<\/p>$/.exec(message.html ?? '') ?? [];
      expect([unescapeHtml(title), unescapeHtml(body)]).toEqual([name, city]);
    }),
    { numRuns: 1_500 },
  );
  expect(sent).toBeGreaterThan(200);
});

test('an e-mail address is refused, or it is the one recipient, exactly', async () => {
  const address = fc.oneof(
    anyText,
    fc.emailAddress(),
    fc.tuple(anyText, anyText).map(([local, domain]) => `${local}@${domain}`),
    fc.tuple(fc.emailAddress(), fc.constantFrom(...nasty)).map(([email, end]) => email + end),
  );
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(address, async (email) => {
      const message = tryMerge({ email, name: 'Ana', city: 'Cork' });
      if (!message) return;
      sent += 1;
      const { raw, headers } = await compose(message);
      expect(headers).toEqual(expectedHeaders);
      const mail = await PostalMime.parse(raw);
      expect(mail.to?.length).toBe(1);
      expect(mail.to?.[0]?.address?.split('@')[0]).toBe(email.split('@')[0]);
    }),
    { numRuns: 1_000 },
  );
  expect(sent).toBeGreaterThan(100);
});

test('a row whose columns have any names renders, or is refused in our own words', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'if', 'log')), anyText),
      (extra) => {
        tryMerge({ ...extra, email: 'ana@example.com', name: 'Ana', city: 'Cork' });
      },
    ),
  );
});
