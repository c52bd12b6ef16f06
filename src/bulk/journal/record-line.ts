import { crc32 } from 'node:zlib';
import { JournalError } from '../errors.js';
import { recordProblem } from './record-check.js';
import type { JournalRecord } from './records.js';

// `{…` + `,"crc":"0123abcd"}`: the checksum is that of the line without this field, byte for byte.
const crcField = /^,"crc":"([0-9a-f]{8})"\}$/;
const crcFieldLength = ',"crc":"00000000"}'.length;

/**
 * A record as a line of the journal, line feed included. JSON escapes line feeds and lone surrogates, so every text comes
 * back as it was. Throws a TypeError for what {@link decodeLine} would not read again.
 */
export function encodeRecord(record: JournalRecord): string {
  const problem = recordProblem(record);
  if (problem !== undefined) throw new TypeError(`This cannot be written to a journal: ${problem}`);
  const json = JSON.stringify(record);
  return `${json.slice(0, -1)},"crc":"${crc32(json).toString(16).padStart(8, '0')}"}\n`;
}

/** Reads one line, with or without its line feed. Throws {@link JournalError} `'damaged'` if it is not what was written. */
export function decodeLine(line: string | Uint8Array): JournalRecord {
  const bytes = typeof line === 'string' ? Buffer.from(line) : Buffer.from(line.buffer, line.byteOffset, line.length);
  let record: JournalRecord | undefined;
  try {
    record = readLine(bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);
  } catch (cause) {
    throw new JournalError(`The line is no record of a journal: ${(cause as Error).message}`, { code: 'damaged' });
  }
  if (!record) throw new JournalError('The line is not what was written: its checksum differs', { code: 'damaged' });
  return record;
}

/**
 * The record of a line without its line feed; undefined when the line is not what was once written, as a torn one. Throws
 * a TypeError for a line that is whole, but cannot be understood.
 */
export function readLine(line: Buffer): JournalRecord | undefined {
  const bodyLength = line.length - crcFieldLength;
  const [, crc] = crcField.exec(line.toString('latin1', Math.max(bodyLength, 0))) ?? [];
  if (crc === undefined) return undefined;
  if (Number.parseInt(crc, 16) !== crc32('}', crc32(line.subarray(0, bodyLength)))) return undefined;
  const record: unknown = JSON.parse(`${line.toString('utf8', 0, bodyLength)}}`);
  const problem = recordProblem(record);
  if (problem !== undefined) throw new TypeError(problem);
  return record as JournalRecord;
}
