import { shownName } from '../../options/shown-value.js';
import { quote } from './errors.js';

// C0 and C1 controls, and the two line separators that JavaScript and some mail programs take for line breaks.
const controlCharacter = /[\p{Cc}\u2028\u2029]/u;
// RFC 2047. Pure ASCII goes into a header as it is, and the reader's mail program would decode it there: `=?utf-8?Q?=0D=0A`
// is a line break once more.
const encodedWord = /=\?[^?]+\?[bq]\?/i;
// Half of a pair of UTF-16 code units, as of an emoji that was cut in two. It cannot be written in UTF-8.
const halfCharacter = /\p{Cs}/u;
// RFC 5322 §2.1.1: a line has 998 characters at most, and can be broken at spaces only. The name of a header stands before it.
const unbreakable = /\S{901}/;

/** Whether a text holds something that has no place in a header line: a line break, above all. */
export function hasControlCharacter(text: string): boolean {
  return controlCharacter.test(text);
}

/** Why a text cannot stand in a header and be read there as it is, or undefined if it can. */
export function headerTextProblem(text: string): string | undefined {
  if (hasControlCharacter(text)) return 'has a line break or control character in it';
  if (encodedWord.test(text)) return 'is in the encoded form of mail headers';
  if (halfCharacter.test(text)) return 'has half a character in it (an emoji that was cut in two?)';
  if (unbreakable.test(text)) return 'has more than 900 characters without a space, which fit on no line';
  return undefined;
}

// Written by the composing of a message, by its own options, or by the servers on its way. In extra headers they would
// stand there twice, address more people, or forge a trace.
const reserved: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'to',
  'cc',
  'bcc',
  'apparently-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'return-path',
  'received',
  'delivered-to',
  'authentication-results',
  'dkim-signature',
]);
const reservedBeginnings = ['content-', 'resent-', 'arc-'];

// RFC 5322 §2.2: printable ASCII without the colon; no reader is known that takes the odd ones.
const token = /^[a-z][\w!#$%&'*+.^`|~-]*$/i;

/** Why an extra header cannot have this name, or undefined if it can. */
export function headerNameProblem(name: string): string | undefined {
  if (!token.test(name)) return `a header ${shownName(name)} is no name of a header`;
  const lower = name.toLowerCase();
  if (reserved.has(lower) || reservedBeginnings.some((beginning) => lower.startsWith(beginning))) {
    return `${quote(name)} cannot be given as an extra header: it is written from the message itself`;
  }
  return undefined;
}
