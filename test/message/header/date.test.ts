import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { ComposedMail } from '../../../src/message/common/types.js';
import { composeMime } from '../../../src/message/compose/compose.js';
import { prepareMessage } from '../../../src/message/prepare.js';
import { settleOptions } from '../../../src/options/check-options.js';
import { thrownBy } from '../../helpers/failure.js';
import { baseOptions } from '../../helpers/fixtures.js';

const settings = settleOptions(baseOptions, {});
type Composer = new (data: object) => { compile(): unknown };
const require = createRequire(import.meta.url);
const majors = ['nodemailer7', 'nodemailer8', 'nodemailer9', 'nodemailer'].map(
  (name) => [name, require(`${name}/lib/mail-composer`) as Composer] as const,
);
const at = Date.UTC(2026, 10, 30, 9, 5, 7);
const written = 'Mon, 30 Nov 2026 09:05:07 +0000';

/** Where Nodemailer takes a date from. */
const places: Record<string, (date: unknown) => object> = {
  date: (date) => ({ date }),
  'headers, as an object': (date) => ({ headers: { date } }),
  'headers, in capitals': (date) => ({ headers: { DATE: date } }),
  'headers, as a list': (value) => ({ headers: [{ key: 'Date', value }] }),
  'headers, as it is': (value) => ({ headers: { Date: { prepared: true, value } } }),
  'both, of which date is meant': (date) => ({ date, headers: { date: '2001-01-01' } }),
};

const good: [string, unknown, string][] = [
  ['a Date', new Date(at), written],
  ['milliseconds', at, written],
  ['an ISO string', '2026-11-30T09:05:07Z', written],
  ['an ISO string with milliseconds', '2026-11-30T09:05:07.000Z', written],
  ['an ISO string of another zone', '2026-11-30T10:05:07+01:00', written],
  ['an ISO string with a space', '2026-11-30 09:05:07Z', written],
  ['a day', '2026-11-30', 'Mon, 30 Nov 2026 00:00:00 +0000'],
  ['an RFC 5322 date', 'Mon, 30 Nov 2026 10:05:07 +0100', 'Mon, 30 Nov 2026 10:05:07 +0100'],
  ['toUTCString()', new Date(at).toUTCString(), written],
];

const bad: [string, unknown, string][] = [
  ['an invalid Date', new Date(Number.NaN), 'a Date that'],
  ['a number too large', 1e17, 'a number that'],
  ['Infinity', Number.POSITIVE_INFINITY, 'a number that'],
  ['text', 'tomorrow', 'a string that'],
  ['a day that is not', '2026-13-45', 'a string that'],
  ['an RFC 5322 date that is not', 'Mon, 41 Nov 2026 10:05:07 +0100', 'a string that'],
  ['a date as one country writes it', '11/30/2026', 'a string that'],
  ['a line break', 'Mon, 30 Nov 2026 10:05:07 +0100\r\nBcc: eve@x.example', 'a string that'],
  ['true', true, 'a boolean that'],
  ['an object', {}, 'an object that'],
];

function mailOf(Composer: Composer, more: object): ComposedMail {
  const data = { from: baseOptions.mailbox, to: 'ana@example.com', subject: 'S', text: 'T', ...more };
  return { data, message: new Composer(data).compile() } as never;
}

describe.each(majors)('with %s', (_, composer) => {
  describe.each(Object.entries(places))('a date in %s', (_, place) => {
    test.each(good)('given as %s is written as RFC 5322 wants it', async (_, value, expected) => {
      const mail = mailOf(composer, place(value));
      prepareMessage(mail, settings);
      const mime = await composeMime(mail.message, { maxSize: 1e6, timeout: 10_000 });
      expect(String(mime).match(/^date:.*$/gim)).toEqual([`Date: ${expected}`]);
    });

    test.each(bad)('given as %s is refused by its type', (_, value, type) => {
      const error = thrownBy(() => prepareMessage(mailOf(composer, place(value)), settings));
      expect(error).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent', permanent: true });
      // A line break in a prepared field is refused before anything is read as a date.
      if (type === 'a string that' && /[\r\n]/.test(String(value)) && error.message.includes('prepared'))
        expect(error.message).toMatch(/has a prepared field with a line break that does not fold it/);
      else expect(error.message).toBe(`The date of the message is ${type} is not a date.`);
    });
  });

  test('a list of dates is refused, but in headers, where Nodemailer takes it for several fields: one goes out', async () => {
    const dates = ['2026-11-30', '2026-12-01'];
    const error = thrownBy(() => prepareMessage(mailOf(composer, { date: dates }), settings));
    expect(error.message).toBe('The date of the message is an array that is not a date.');
    const mail = mailOf(composer, { headers: { date: dates } });
    prepareMessage(mail, settings);
    const mime = String(await composeMime(mail.message, { maxSize: 1e6, timeout: 10_000 }));
    expect(mime.match(/^date:.*$/gim)).toEqual(['Date: Mon, 30 Nov 2026 00:00:00 +0000']);
  });

  test.each([undefined, null, ''])('a date that is %j is that of today', async (date) => {
    const mail = mailOf(composer, { date });
    prepareMessage(mail, settings);
    const mime = String(await composeMime(mail.message, { maxSize: 1e6, timeout: 10_000 }));
    const [, field = ''] = /^Date: (.*)$/m.exec(mime) ?? [];
    expect(Math.abs(Date.parse(field) - Date.now())).toBeLessThan(3_600_000);
  });
});
