import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLine, encodeRecord } from '../../../src/bulk/journal/record-line.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { attempt, eventfulRun, journalErrorBy, rejected, run, sent } from './journal-environment.js';

const naughty = [
  '',
  '\n',
  '\r\n',
  '\u2028\u2029',
  '\0',
  '\u{1f4a9}',
  '\ud800',
  '\udfff mid \ud83d',
  '"crc":"00000000"}',
  ',"crc":"deadbeef"}\n',
  '\\',
  '\\u0000',
  'ÅÄÖ 日本語 ﷽',
  '__proto__',
  '=1+1',
  '\ufeff',
  '\ufffd',
];

describe('a line of the journal', () => {
  it('gives back every kind of record as it was', () => {
    for (const record of eventfulRun(60)) expect(decodeLine(encodeRecord(record))).toEqual(record);
  });

  it('gives back any text, lone surrogates and line breaks among them, and stays one line', () => {
    const text = fc.oneof(
      fc.constantFrom(...naughty),
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(text, text, fc.jsonValue(), (one, other, options) => {
        const records: JournalRecord[] = [
          rejected(1, { error: { message: one, hint: other } }),
          attempt(1, { messageId: one, mailbox: other }),
          { ...run, options: { [one]: other, options: options as string } },
        ];
        for (const record of records) {
          const line = encodeRecord(record);
          expect(line.indexOf('\n')).toBe(line.length - 1);
          // What JSON cannot tell apart, -0 and 0, is not the journal's to keep.
          expect(JSON.stringify(decodeLine(Buffer.from(line)))).toBe(JSON.stringify(record));
        }
      }),
    );
  });

  it('ends with a checksum that other programs can check', () => {
    expect(encodeRecord(sent(1))).toMatch(/"recipients":1,"crc":"[0-9a-f]{8}"\}\n$/);
    expect(encodeRecord(run)).toBe(
      '{"type":"run","version":1,"id":"0123456789abcdef0123456789abcdef","at":"2026-03-01T08:00:00.000Z",' +
        '"recipients":{"name":"members.csv","format":"csv","rows":200},"template":{"path":"newsletter"},' +
        `"options":{"from":["News <news@example.com>"]},"optionsSha256":"${'ab'.repeat(32)}","crc":"CRC"}\n`.replace(
          'CRC',
          crcOf(JSON.stringify(run)),
        ),
    );
  });

  it('is refused with any one byte of it changed or missing', () => {
    const line = Buffer.from(encodeRecord(attempt(7))).subarray(0, -1);
    for (let index = 0; index < line.length; index++) {
      for (const mask of [0x01, 0x20, 0x80]) {
        const changed = Buffer.from(line);
        changed[index] = (changed[index] ?? 0) ^ mask;
        expect(journalErrorBy(() => decodeLine(changed))?.code).toBe('damaged');
      }
      const shorter = Buffer.concat([line.subarray(0, index), line.subarray(index + 1)]);
      expect(journalErrorBy(() => decodeLine(shorter))?.code).toBe('damaged');
    }
  });

  it.each([
    ['a row without a number', { ...attempt(1), row: 0 }],
    ['a row that is no whole number', { ...attempt(1), row: 1.5 }],
    ['a key of another form', { ...attempt(1), key: 'ABC' }],
    ['a time that is none', { ...attempt(1), at: 'yesterday' }],
    ['a count that is none', { ...sent(1), recipients: Number.NaN }],
    ['an unknown type', { ...sent(1), type: 'lost' }],
    ['an error without a message', { ...rejected(1), error: {} }],
    ['a later version', { ...run, version: 2 }],
    ['nothing', null],
  ])('is not written for %s', (_, record) => {
    expect(() => encodeRecord(record as unknown as JournalRecord)).toThrow(TypeError);
  });

  it('says of a later version of the format what to do', () => {
    const json = JSON.stringify({ ...run, version: 2 });
    const line = `${json.slice(0, -1)},"crc":"${crcOf(json)}"}\n`;
    expect(journalErrorBy(() => decodeLine(line))?.message).toMatch(/version 2 .* update this program/);
  });
});

/** CRC-32 (ISO 3309), bit by bit. */
function crcOf(text: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
