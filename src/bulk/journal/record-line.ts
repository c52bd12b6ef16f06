import { crc32 } from 'node:zlib';
import { JournalError } from '../common/errors.js';
import { recordProblem } from './record-check.js';
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
