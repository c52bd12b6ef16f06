import { toCrlf } from '../compose/line-ends.js';
import { editHeader } from '../finish.js';
import { readHeader } from '../header.js';

/** The header of a message over an empty text, with nothing left that described what the body was before. */
export function withEmptyBody(composed: Buffer): Buffer {
  const mime = toCrlf(composed);
  const header = readHeader(mime);
  // What finishes the message tells what is wrong with such a header.
  if ('fault' in header) return mime;
  const described = header.fields.filter(({ name }) => /^content-/i.test(name));
  const head = Buffer.concat([mime.subarray(0, header.end), Buffer.from('\r\n')]);
  return editHeader(head, header, described, ['Content-Type: text/plain; charset=us-ascii']);
}
