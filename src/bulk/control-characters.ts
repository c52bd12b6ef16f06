// C0 and C1 controls, and the two line separators that JavaScript and some mail programs take for line breaks.
const controlCharacter = /[\p{Cc}\u2028\u2029]/u;

/** Whether a text holds something that has no place in a header line: a line break, above all. */
export function hasControlCharacter(text: string): boolean {
  return controlCharacter.test(text);
}
