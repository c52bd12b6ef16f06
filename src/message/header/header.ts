import { trimWhiteSpace } from '../../common/canonical-address.js';
import { GraphMailError } from '../../common/errors.js';

/** One field of a message header, with its offsets in the bytes. */
export interface HeaderField {
  /** As written. */
  name: string;
  /** Unfolded, without the spaces and tabs around it; bytes beyond ASCII are read as UTF-8. */
  value: string;
  /** Offset of the first byte of the field. */
  start: number;
  /** Offset after the field's last line end. */
  end: number;
}

/** A header that was read, or the reason why the bytes do not begin with one. */
export type Header = { fields: HeaderField[]; end: number } | { fault: string };

/**
 * Reads the header at the top of a message whose lines end with CRLF (RFC 5322 §2.2).
 * Strict, because a line that one reader takes for a field and another for the body could hide a recipient.
 */
export function readHeader(message: Buffer): Header {
  const above = aboveHeader(message);
  if (above !== undefined) return { fault: above };
  const fields: HeaderField[] = [];
  let offset = 0;
  while (offset < message.length) {
    const start = offset;
    let lineEnd = endOfLine(message, offset);
    if (message[start] === 0x0d && message[start + 1] === 0x0a) return { fields, end: start };
    // A folded line goes on where the next one begins with a space or a tab.
    while (message[lineEnd] === 0x20 || message[lineEnd] === 0x09) {
      const next = endOfLine(message, lineEnd);
      if (message.toString('latin1', lineEnd, next).trim() === '') {
        // Some readers take it for the end of the header, and what follows for the body.
        return { fault: `line ${lineNumber(message, lineEnd)} is white space alone` };
      }
      lineEnd = next;
    }
    const text = message.toString('utf8', start, lineEnd);
    const match = /^([!-9;-~]+)[ \t]*:([\s\S]*)$/.exec(text);
    // Without the line itself, which may be content.
    if (!match) return { fault: `line ${lineNumber(message, start)} is not a header field` };
    fields.push({
      name: match[1] ?? '',
      value: trimWhiteSpace((match[2] ?? '').replace(/\r\n/g, '')),
      start,
      end: lineEnd,
    });
    offset = lineEnd;
  }
  return { fields, end: message.length };
}

/** What editors and mailbox files put in front of a header, and no mail begins with. */
function aboveHeader(message: Buffer): string | undefined {
  if (message[0] === 0xef && message[1] === 0xbb && message[2] === 0xbf) return 'it begins with a byte order mark';
  if (message[0] === 0x0d && message[1] === 0x0a) return 'it begins with an empty line';
  if (/^(?:From (?![ \t]*:)|>From )/.test(message.toString('latin1', 0, 200)))
    return 'line 1 is the "From " line of an mbox file';
  return undefined;
}

function endOfLine(message: Buffer, from: number): number {
  const end = message.indexOf('\r\n', from, 'latin1');
  return end < 0 ? message.length : end + 2;
}

function lineNumber(message: Buffer, offset: number): number {
  return message.toString('latin1', 0, offset).split('\r\n').length;
}

export function unreadableHeader(fault: string): GraphMailError {
  return new GraphMailError(`The message does not begin with a header that can be read: ${fault}.`, {
    code: 'EMESSAGE',
    permanent: true,
    command: 'API',
    hint: 'Give raw messages as RFC 5322 text: header fields, an empty line, the body, and nothing before them.',
  });
}

/** The fields of that name, in order; names are compared without case. */
export function fieldsNamed(fields: readonly HeaderField[], name: string): HeaderField[] {
  return fields.filter((field) => field.name.toLowerCase() === name);
}

export function editHeader(
  mime: Buffer,
  header: Exclude<Header, { fault: string }>,
  removed: HeaderField[],
  added: string[],
): Buffer {
  if (removed.length === 0 && added.length === 0) return mime;
  const kept: Buffer[] = [];
  let offset = 0;
  for (const field of removed) {
    kept.push(mime.subarray(offset, field.start));
    offset = field.end;
  }
  kept.push(mime.subarray(offset, header.end));
  // A message that is all header may end without a line end.
  const open = header.end > 0 && mime[header.end - 1] !== 0x0a ? '\r\n' : '';
  kept.push(Buffer.from(open + added.map((line) => `${line}\r\n`).join('')), mime.subarray(header.end));
  return Buffer.concat(kept);
}
