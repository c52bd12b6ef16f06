// C0 and C1 controls, and the two line separators that JavaScript and some mail programs take for line breaks.
const controlCharacter = /[\p{Cc}\u2028\u2029]/u;
// RFC 2047. Pure ASCII goes into a header as it is, and the reader's mail program would decode it there: `=?utf-8?Q?=0D=0A`
// is a line break once more.
const encodedWord = /=\?[^?]+\?[bq]\?/i;

/** Whether a text holds something that has no place in a header line: a line break, above all. */
export function hasControlCharacter(text: string): boolean {
  return controlCharacter.test(text);
}

/** Whether mail programs would show another text than this, decoded from what stands in it. */
export function hasEncodedWord(text: string): boolean {
  return encodedWord.test(text);
}
