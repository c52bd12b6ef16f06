import { BulkInputError } from './errors.js';

const advice = (file: string, from: string) =>
  `Save it as UTF-8 (in Excel: "CSV UTF-8"), or convert it: iconv -f ${from} -t UTF-8 ${file} > converted.csv`;

/**
 * Text from a file that must be UTF-8; a byte order mark is removed. Any other encoding is refused, since guessing it
 * wrong would misspell people's names.
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0);
  if (isUtf16) throw new BulkInputError(`${file} looks like UTF-16, not UTF-8. ${advice(file, 'UTF-16')}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const line = lineOfFirstBadByte(bytes);
    const message = `${file}, line ${line}: this is not UTF-8. ${advice(file, 'WINDOWS-1252')}`;
    throw new BulkInputError(message, { line, cause });
  }
}

function lineOfFirstBadByte(bytes: Uint8Array): number {
  const [before = ''] = new TextDecoder('utf-8').decode(bytes).split('\uFFFD', 1);
  return before.split(/\r\n|\r|\n/).length;
}
