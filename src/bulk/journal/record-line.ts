import { crc32 } from 'node:zlib';
import { JournalError } from '../common/errors.js';
import type { JournalRecord } from './records.js';

// `{…` + `,"line":17` + `,"crc":"0123abcd"}`: the checksum is that of the line without its own field, byte for byte. Text of a
// record cannot look like this, since the quotes in it are escaped.
const tail = /(?:,"line":(\d{1,15}))?,"crc":"([0-9a-f]{8})"\}$/;
const crcFieldLength = ',"crc":"00000000"}'.length;
const longestTail = ',"line":123456789012345'.length + crcFieldLength;

/** A record as it is read, with the number of the line that it was written to. Journals of earlier versions have none. */
export interface ReadRecord {
  readonly record: JournalRecord;
  readonly line: number | undefined;
}

/**
 * A record as a line of the journal, line feed included. JSON escapes line feeds and lone surrogates, so every text comes
 * back as it was. Throws a TypeError for what {@link decodeLine} would not read again.
 * @param line its number, from 1: by it a reading sees that every record stands where its one writer put it
 */
export function encodeRecord(record: JournalRecord, line?: number): string {
  const problem = recordProblem(record);
  if (problem !== undefined) throw new TypeError(`This cannot be written to a journal: ${problem}`);
  const fields = JSON.stringify(record).slice(0, -1);
  const json = line === undefined ? fields : `${fields},"line":${line}`;
  return `${json},"crc":"${crc32(`${json}}`).toString(16).padStart(8, '0')}"}\n`;
}

/** Reads one line, with or without its line feed. Throws {@link JournalError} `'damaged'` if it is not what was written. */
export function decodeLine(line: string | Uint8Array): JournalRecord {
  const bytes = typeof line === 'string' ? Buffer.from(line) : Buffer.from(line.buffer, line.byteOffset, line.length);
  let read: ReadRecord | undefined;
  try {
    read = readLine(bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);
  } catch (cause) {
    throw new JournalError(`The line is no record of a journal: ${(cause as Error).message}`, { code: 'damaged' });
  }
  if (!read) throw new JournalError('The line is not what was written: its checksum differs', { code: 'damaged' });
  return read.record;
}

/**
 * The record of a line without its line feed; undefined when the line is not what was once written, as a torn one. Throws
 * a TypeError for a line that is whole, but cannot be understood.
 */
export function readLine(bytes: Buffer): ReadRecord | undefined {
  const [found, number, crc] = tail.exec(bytes.toString('latin1', Math.max(bytes.length - longestTail, 0))) ?? [];
  if (found === undefined || crc === undefined) return undefined;
  const checked = bytes.subarray(0, bytes.length - crcFieldLength);
  if (Number.parseInt(crc, 16) !== crc32('}', crc32(checked))) return undefined;
  const record: unknown = JSON.parse(`${bytes.toString('utf8', 0, bytes.length - found.length)}}`);
  const problem = recordProblem(record);
  if (problem !== undefined) throw new TypeError(problem);
  return { record: record as JournalRecord, line: number === undefined ? undefined : Number(number) };
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
// The states of all rows up to the highest number are held in memory.
const row: Check = (value) => count(value) && (value as number) >= 1 && (value as number) <= 2 ** 30;
const key: Check = (value) => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
const time: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const error: Check = (value) => object(value) && typeof (value as { message?: unknown }).message === 'string';
const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const ofRow = { row, key, at: time };
const settled = optional(oneOf('verify', 'trace', 'draft'));

/** The fields that something is decided by. Others are for reports; a later version may have more of them. */
const fields: Record<JournalRecord['type'], Record<string, Check>> = {
  run: { version: oneOf(1), id: text, at: time, recipients: object, template: object, options: object },
  attempt: {
    ...ofRow,
    mailbox: text,
    messageId: text,
    draftId: optional(text),
    attempt: optional(count),
    date: optional(text),
  },
  sent: { ...ofRow, mailbox: text, messageId: text, attempts: count, recipients: count, settled },
  rejected: { ...ofRow, stage: oneOf('row', 'send'), error, settled },
  skipped: { ...ofRow, reason: oneOf('duplicate', 'suppressed'), of: optional(row), entry: optional(text) },
  unknown: { ...ofRow, mailbox: text, messageId: text, draftId: optional(text), error },
  returned: { ...ofRow, mailbox: optional(text), draftId: optional(text), until: optional(time), settled },
  session: { at: time, event: oneOf('start', 'end'), pid: count, host: text },
  throttled: { at: time, mailbox: text, until: optional(time) },
  bounce: { row, at: time, recipient: text, hard: flag },
  'bounces-read': { at: time, mailbox: text, until: time },
  trace: { row, at: time, recipient: optional(text), status: optional(text) },
  'trace-read': { at: time, mailbox: text },
};
const checks = new Map(Object.entries(fields).map(([type, checked]) => [type, Object.entries(checked)]));

/** Why a value is no record of a journal, or undefined when it is one. */
function recordProblem(value: unknown): string | undefined {
  if (!object(value)) return 'it is no object';
  const record = value as Record<string, unknown>;
  const ofType = checks.get(String(record.type));
  if (!ofType) return `it is of a type that this version does not know, ${JSON.stringify(record.type)}`;
  for (const [name, check] of ofType) {
    if (check(record[name])) continue;
    return name === 'version'
      ? `it is of version ${JSON.stringify(record.version)} of this format, and only 1 is known: update this program`
      : `"${name}" of "${record.type}" cannot be ${JSON.stringify(record[name])}`;
  }
  return undefined;
}
